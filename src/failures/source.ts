/** What GitBucket does not show. */
import { defineFailure } from './failure.ts';

export const ownersUnlisted = defineFailure(
  'owners-unlisted',
  { blame: 'source', state: 'not-started' },
  (w: { object: string }) => ({
    message: `GitBucket at ${w.object} has no list of its users and groups (it is older than 4.30)`,
    fix: 'name what shall be moved: --group NAME, --user NAME or --repo OWNER/NAME',
  }),
);

export const ownerUnreadable = defineFailure(
  'owner-unreadable',
  { blame: 'source', state: 'failed' },
  (w: { object: string; detail: string; found: number | string }) => ({
    message: `GitBucket cannot list the repositories of ${w.object}, however often it is asked (${w.detail}); ${w.found} of them could be found in another way`,
    fix: 'run the same command again; if it stays, one of these repositories is damaged, and the log of GitBucket names it: repair it (git fsck) or restore it from a backup; until then name further repositories with --repo OWNER/NAME',
  }),
);

export const repositoryBroken = defineFailure(
  'repository-broken',
  { blame: 'source', state: 'failed' },
  (w: { object: string; detail: string }) => ({
    message: `GitBucket cannot open the repository ${w.object} (${w.detail})`,
    fix: `on the GitBucket machine look at repositories/${w.object}.git: the directory is missing or damaged; repair it (git fsck) or restore it from a backup, then run again`,
  }),
);

export const refsUnreadable = defineFailure(
  'refs-unreadable',
  { blame: 'source', state: 'failed' },
  (w: { object: string; detail: string }) => ({
    message: `GitBucket's git does not show the refs of ${w.object} (${w.detail}), although its API shows the repository: most often one branch or tag leads to a commit that is lost`,
    fix: `on the GitBucket machine run git fsck in repositories/${w.object}.git: it names every ref that leads nowhere; bring the object back from a clone or a backup, or take that ref out, then run again`,
  }),
);

export const refUnreadable = defineFailure(
  'ref-unreadable',
  { blame: 'source', state: 'failed' },
  (w: { object: string; detail: string }) => ({
    message: `${w.object} cannot be read from outside the GitBucket machine: ${w.detail}`,
    fix: 'on the GitBucket machine list the refs with git for-each-ref in the directory of the repository, give each a name in UTF-8 (git update-ref NEW OLD, then git update-ref -d OLD), and run again',
  }),
);

export const repositoryUnreadable = defineFailure(
  'repository-unreadable',
  { blame: 'source', state: 'failed' },
  (w: { object: string; detail: string }) => ({
    message: `the source does not let the token read ${w.object} with git (${w.detail})`,
    fix: 'use a token of a GitBucket administrator, or make its user a collaborator of the repository',
  }),
);

export const nameUnreachable = defineFailure(
  'name-unreachable',
  { blame: 'source', state: 'failed' },
  (w: { object: string; detail: string }) => ({
    message: `git over HTTP cannot reach ${w.object}: ${w.detail}`,
    fix: 'give the repository to an owner whose name has letters, digits, ".", "_", "-", "@" or "+" only (its settings on GitBucket, Transfer Ownership), then run again',
  }),
);

export const listingDisagrees = defineFailure(
  'listing-disagrees',
  { blame: 'source', state: 'failed' },
  (w: { object: string; branches: number | string }) => ({
    message: `git shows no refs in ${w.object}, but GitBucket's API lists ${w.branches} branch(es): the two readings must agree`,
    fix: 'check that the URL of the source is the address of GitBucket itself and that no proxy rewrites paths below /git',
  }),
);

export const hiddenOwners = defineFailure(
  'hidden-owners',
  { blame: 'source', state: 'noted' },
  (w: { object: string; status: number | string }) => ({
    message: `GitBucket answers ${w.status} to its list of public repositories: at least one account that owns a public repository is disabled`,
    fix: 'repositories of disabled accounts are invisible to API and git; enable the account for the migration (System administration > User management), then run again',
  }),
);
