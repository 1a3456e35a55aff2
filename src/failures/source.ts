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

export const ownerUnreadable = defineFailure(
  'owner-unreadable',
  { blame: 'source', state: 'failed' },
  (w: { object: string; detail: string; found: number | string }) => ({
    message: `GitBucket cannot list the repositories of ${w.object} (${w.detail}): at least one of them is damaged; ${w.found} found another way`,
    fix: 'repair or delete the damaged repository on GitBucket; until then name the missing repositories with --repo OWNER/NAME, or set the "username" and "password" of an administrator to read the complete list',
  }),
);

export const repositoryBroken = defineFailure(
  'repository-broken',
  { blame: 'source', state: 'failed' },
  (w: { object: string; detail: string }) => ({
    message: `GitBucket cannot open the repository ${w.object} (${w.detail})`,
    fix: `check repositories/${w.object}.git on the GitBucket machine: it is missing or damaged; repair it (git fsck) or delete the repository`,
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
