/** What GitBucket does not show. */
import { defineFailure } from './failure.ts';

export const ownersUnlisted = defineFailure(
  'owners-unlisted',
  { blame: 'source', state: 'not-started' },
  (w: { object: string }) => ({
    message: `GitBucket at ${w.object} cannot list its users and groups (it is older than 4.30)`,
    fix: 'specify what to migrate: --group NAME, --user NAME or --repo OWNER/NAME',
  }),
);

/** What it cannot see is in no list (GB-62): nobody can say how much that is. */
export const sourceNotAdministrator = defineFailure(
  'source-not-administrator',
  { blame: 'you', state: 'not-started' },
  (w: { object: string; user: string }) => ({
    message: `${w.user} is not an administrator of GitBucket: private repositories of others are invisible to this token and missing without any trace`,
    fix: `use the token of a GitBucket administrator; if what ${w.user} can see is all you want, add --waive source-not-administrator`,
  }),
);

export const ownerUnreadable = defineFailure(
  'owner-unreadable',
  { blame: 'source', state: 'failed' },
  (w: { object: string; detail: string; found: number | string }) => ({
    message: `GitBucket cannot list the repositories of ${w.object} (${w.detail}), even after several tries; ${w.found} found another way`,
    fix: `run the same command again; if that does not help, one of these repositories is damaged, and the GitBucket log names it: repair it (git fsck) or restore it from a backup; until then name the missing repositories with --repo OWNER/NAME, or once you know that none is missing, go on with --waive unreadable:${w.object}`,
  }),
);

/** What is known to be on the target is then not what the source has. */
export const sourceMoved = defineFailure(
  'source-moved',
  { blame: 'source', state: 'failed', retryable: true },
  (w: { object: string; detail: string }) => ({
    message: `${w.object} moved on GitBucket while it was being migrated: ${w.detail}`,
    fix: 'run the same command again: it moves the difference; when pushes never pause, make the last run while nobody can push',
  }),
);

export const repositoryBroken = defineFailure(
  'repository-broken',
  { blame: 'source', state: 'failed' },
  (w: { object: string; detail: string }) => ({
    message: `GitBucket cannot open the repository ${w.object} (${w.detail})`,
    fix: `check repositories/${w.object}.git on the GitBucket machine: it is missing or damaged; repair it (git fsck) or restore it from a backup, then run again; or leave it out with --exclude ${w.object}`,
  }),
);

export const refsUnreadable = defineFailure(
  'refs-unreadable',
  { blame: 'source', state: 'failed' },
  (w: { object: string; detail: string }) => ({
    message: `GitBucket's git does not show the refs of ${w.object} (${w.detail}), although its API shows the repository: usually one branch or tag points to a missing commit`,
    fix: `run git fsck in repositories/${w.object}.git on the GitBucket machine: it names every ref that points nowhere; restore the object from a clone or a backup, or delete that ref, then run again; or leave the repository out with --exclude ${w.object}`,
  }),
);

export const historyIncomplete = defineFailure(
  'history-incomplete',
  { blame: 'source', state: 'failed' },
  (w: { object: string; detail: string }) => ({
    message: `the history of ${w.object} on GitBucket is incomplete, so that it can neither be fetched nor pushed (a shallow clone, or lost objects): ${w.detail}`,
    fix: `bring the missing objects into repositories/${w.object}.git on the GitBucket machine: git fetch --unshallow URL where it has a file "shallow", else git fetch URL, each from a clone that has the whole history; then run again`,
  }),
);

export const refUnreadable = defineFailure(
  'ref-unreadable',
  { blame: 'source', state: 'failed' },
  (w: { object: string; detail: string }) => ({
    message: `${w.object} cannot be read from outside the GitBucket machine: ${w.detail}`,
    fix: 'list the refs with git for-each-ref in the repository directory on the GitBucket machine, give each a UTF-8 name (git update-ref NEW OLD, then git update-ref -d OLD), and run again, beginning with gb2gl export where there is an export',
  }),
);

export const refLost = defineFailure(
  'ref-lost',
  { blame: 'source', state: 'failed' },
  (w: { object: string; detail: string }) => ({
    message: `GitBucket cannot send ${w.object}, though it sends other refs of the repository: an object of its history is lost (${w.detail})`,
    fix: 'run git fsck --full in the directory of the repository on the GitBucket machine: it names the lost objects; bring them back from a clone or a backup, then run again, beginning with gb2gl export where there is an export',
  }),
);

export const repositoryUnreadable = defineFailure(
  'repository-unreadable',
  { blame: 'source', state: 'failed' },
  (w: { object: string; detail: string }) => ({
    message: `the token cannot read ${w.object} with git (${w.detail})`,
    fix: 'use the token of a GitBucket administrator, or add its user as a collaborator to the repository',
  }),
);

export const nameUnreachable = defineFailure(
  'name-unreachable',
  { blame: 'source', state: 'failed' },
  (w: { object: string; detail: string }) => ({
    message: `git over HTTP cannot reach ${w.object}: ${w.detail}`,
    fix: 'transfer the repository to an owner whose name contains only letters, digits, ".", "_", "-", "@" and "+" (repository settings on GitBucket, Transfer Ownership), then run again',
  }),
);

export const listingDisagrees = defineFailure(
  'listing-disagrees',
  { blame: 'source', state: 'failed' },
  (w: { object: string; branches: number | string }) => ({
    message: `git shows no refs in ${w.object}, but GitBucket's API lists branches (${w.branches}); the two must agree`,
    fix: 'check that the source URL points to GitBucket itself and that no proxy rewrites paths under /git',
  }),
);

export const hiddenOwners = defineFailure(
  'hidden-owners',
  { blame: 'source', state: 'noted' },
  (w: { object: string; status: number | string }) => ({
    message: `GitBucket responds with ${w.status} when listing its public repositories: at least one account that owns a public repository is disabled`,
    fix: 'repositories of disabled accounts are invisible to the API and to git; enable the account during the migration (System administration > User management), then run again',
  }),
);

/** Then only what a token tells is known. */
export const sourceSessionRefused = defineFailure(
  'source-session-refused',
  { blame: 'you', state: 'noted' },
  (w: { object: string; user: string }) => ({
    message: `GitBucket does not let ${w.user} sign in with the configured password: what only its pages and its database tell (disabled accounts, full names, deploy keys, options, secrets of webhooks) is not read`,
    fix: 'correct "username" and "password" of the source; an account that comes from OpenID Connect has no password of its own: use another administrator, or remove both, and the token tells what it can',
  }),
);

export const membersDisagree = defineFailure(
  'members-disagree',
  { blame: 'source', state: 'failed' },
  (w: { object: string; one: string; other: string; detail: string }) => ({
    message: `${w.one} and ${w.other} of GitBucket do not agree on who is in the group ${w.object}: ${w.detail}`,
    fix: `look at the members of ${w.object} on GitBucket; if somebody is changing them, run the same command again afterwards`,
  }),
);

export const collaboratorsUnexplained = defineFailure(
  'collaborators-unexplained',
  { blame: 'source', state: 'failed' },
  (w: { object: string; detail: string }) => ({
    message: `GitBucket lists collaborators of ${w.object} that have no role of their own and are in no group that has one: ${w.detail}`,
    fix: 'probably they come through a group that is disabled: look at the collaborators in the settings of the repository; with "username" and "password" of an administrator in the config they are read exactly',
  }),
);
