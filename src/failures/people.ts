/** People of whom it is not known which account is theirs, the file that says so, and accounts that cannot be made or used. */
import { defineFailure } from './failure.ts';

export const accountMissing = defineFailure(
  'account-missing',
  { blame: 'you', state: 'blocked' },
  (w: { object: string; username: string; where: string; detail: string }) => ({
    message: `${w.where} says that ${w.object} is ${w.username} on GitLab, where there is no such account${w.detail}`,
    fix: 'correct the name, leave it empty, or write - for somebody who gets no account; with --create-users and the token of an administrator the account that the file names is created',
  }),
);

export const personUndecided = defineFailure(
  'person-undecided',
  { blame: 'you', state: 'blocked' },
  (w: { object: string; login: string; detail: string; other: string }) => ({
    message: `it is not known which GitLab account ${w.login} has (${w.detail}), ${w.other}`,
    fix: `create the account first (for example by a first sign-in) or with --create-users; or name it: "map": {"users": {"${w.login}": "NAME"}}; or use a group: "map": {"owners": {"${w.login}": "people-${w.login}"}}; or write - as gitlab_username of ${w.login} into people.csv if nobody will come by that name`,
  }),
);

export const peopleFileUnreadable = defineFailure(
  'people-file-unreadable',
  { blame: 'you', state: 'usage' },
  (w: { object: string; detail: string }) => ({
    message: `the file of people ${w.object} cannot be read: ${w.detail}`,
    fix: 'correct it, or move it away and run gb2gl plan, which writes it anew; or name another one: "people": {"file": …}',
  }),
);

export const peopleFileInvalid = defineFailure(
  'people-file-invalid',
  { blame: 'you', state: 'usage' },
  (w: { object: string; count: number; detail: string }) => ({
    message: `the file of people ${w.object} cannot be used (problems: ${w.count}):\n${w.detail}`,
    fix: 'correct these rows, or delete the file and run gb2gl plan, which writes it anew',
  }),
);

export const peopleFileUnwritable = defineFailure(
  'people-file-unwritable',
  { blame: 'you', state: 'not-started' },
  (w: { object: string; detail: string }) => ({
    message: `the file of people ${w.object} cannot be written: ${w.detail}`,
    fix: 'close it where it is open, free the place, or name another one: "people": {"file": …}',
  }),
);

export const accountRefused = defineFailure(
  'account-refused',
  { blame: 'target', state: 'blocked' },
  (w: { object: string; login: string; detail: string }) => ({
    message: `GitLab does not create the account ${w.object} for ${w.login}: ${w.detail}`,
    fix: `write another free user name, or that of the account that ${w.login} has, into the row of ${w.login} in people.csv; or "map": { "users": { "${w.login}": … } }`,
  }),
);

export const accountAbsent = defineFailure(
  'account-absent',
  { blame: 'you', state: 'failed' },
  (w: { object: string; login: string }) => ({
    message: `the account ${w.object} of ${w.login} does not exist on GitLab`,
    fix: 'run gb2gl migrate (or import) on it first',
  }),
);

export const accountUnusable = defineFailure(
  'account-unusable',
  { blame: 'target', state: 'blocked' },
  (w: { object: string; detail: string }) => ({
    message: `nothing can be created in the personal namespace ${w.object}: ${w.detail}`,
    fix: 'approve or change the account on GitLab (Admin area > Users), then run the same command again; or migrate the owner to a group: "map": { "owners": { … } }',
  }),
);
