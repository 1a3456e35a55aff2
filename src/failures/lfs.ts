/** What goes wrong with LFS objects, on both sides. */
import { defineFailure } from './failure.ts';

export const lfsWithoutBaseUrl = defineFailure(
  'lfs-without-base-url',
  { blame: 'source', state: 'failed' },
  (w: { object: string; status: number | string }) => ({
    message: `GitBucket at ${w.object} answers ${w.status} to every LFS request although git works with the same credentials: its base URL is not set`,
    fix: 'set "Base URL" on GitBucket (System administration > System settings), then run the same command again',
  }),
);

export const lfsObjectLost = defineFailure(
  'lfs-object-lost',
  { blame: 'source', state: 'failed' },
  (w: { object: string; repository: string; size: string }) => ({
    message: `GitBucket does not have the LFS object ${w.object} of ${w.repository} (${w.size})`,
    fix: `push it from a clone that has it: git lfs push --object-id origin ${w.object}; then run the same command again`,
  }),
);

export const lfsObjectDamaged = defineFailure(
  'lfs-object-damaged',
  { blame: 'source', state: 'failed' },
  (w: { object: string; detail: string }) => ({
    message: `what GitBucket sends for the LFS object ${w.object} is not that object: ${w.detail}`,
    fix: `remove the file lfs/${w.object} of the repository on the GitBucket machine and push the object from a clone that has it (git lfs push --object-id origin ${w.object}), then run the same command again`,
  }),
);

export const lfsOff = defineFailure(
  'lfs-off',
  { blame: 'target', state: 'failed' },
  (w: { object: string; detail: string; whole: 'yes' | 'no' }) => ({
    message: `GitLab serves no Git LFS for ${w.object}: ${w.detail}`,
    fix:
      w.whole === 'yes'
        ? "ask a GitLab administrator to switch Git LFS on (gitlab_rails['lfs_enabled'] in gitlab.rb), then run the same command again"
        : 'switch Git LFS on in the project (Settings > General > Visibility), then run the same command again',
  }),
);

export const lfsObjectTooLarge = defineFailure(
  'lfs-object-too-large',
  { blame: 'target', state: 'failed' },
  (w: { object: string; size: string; detail: string }) => ({
    message: `GitLab, or a proxy in front of it, rejects the LFS object ${w.object} as too large (${w.size}): ${w.detail}`,
    fix: "have the administrator raise the limit of a request's body (client_max_body_size of nginx, or that of the proxy), then run the same command again: only what is missing is sent",
  }),
);

export const lfsIncomplete = defineFailure(
  'lfs-incomplete',
  { blame: 'network', state: 'failed', retryable: true },
  (w: { object: string; count: number | string; detail: string }) => ({
    message: `LFS objects of ${w.object} did not get through (${w.count}): ${w.detail}`,
    fix: 'run the same command again: only what is missing is sent',
  }),
);

/** The next try then looks through the history. */
export const lfsUnforeseen = defineFailure(
  'lfs-unforeseen',
  { blame: 'target', state: 'failed', retryable: true },
  (w: { object: string; detail: string }) => ({
    message: `GitLab refuses a push to ${w.object}, since it names LFS objects that nothing told of before: ${w.detail}`,
    fix: 'run the same command again: it looks through the whole history and moves the objects first',
  }),
);
