/** Accounts that GitLab does not make, or that cannot be used as they are. */
import { defineFailure } from './failure.ts';

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
