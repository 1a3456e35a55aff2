/** What goes wrong while git moves objects and refs. */
import { defineFailure } from './failure.ts';

export const gitMissing = defineFailure(
  'git-missing',
  { blame: 'you', state: 'not-started' },
  (w: { object: string; detail: string }) => ({
    message: `git cannot be started: ${w.detail}`,
    fix: 'install git 2.30 or newer and make sure it is on the PATH',
  }),
);

export const gitFailed = defineFailure(
  'git-failed',
  { blame: 'us', state: 'failed' },
  (w: { object: string; detail: string }) => ({
    message: `git failed on ${w.object}: ${w.detail}`,
    fix: 'run the same command again with --verbose; if it keeps failing, delete the mirror in the work directory',
  }),
);

export const mirrorForeign = defineFailure(
  'mirror-foreign',
  { blame: 'you', state: 'failed' },
  (w: { object: string; detail: string }) => ({
    message: `the mirror of ${w.object} in the work directory belongs to another user: ${w.detail}`,
    fix: 'give the work directory to the user who runs gb2gl (chown -R), or delete its folder mirrors, which is fetched again; then run the same command again',
  }),
);

export const fetchFailed = defineFailure(
  'fetch-failed',
  { blame: 'source', state: 'failed', retryable: true },
  (w: { object: string; detail: string }) => ({
    message: `fetching ${w.object} failed: ${w.detail}`,
    fix: 'run the same command again; if it keeps failing, run git fsck on the repository on the GitBucket machine',
  }),
);

export const pushFailed = defineFailure(
  'push-failed',
  { blame: 'target', state: 'failed', retryable: true },
  (w: { object: string; detail: string }) => ({
    message: `pushing ${w.object} failed: ${w.detail}`,
    fix: 'run the same command again; what has already been pushed is kept',
  }),
);

export const pushUnpack = defineFailure(
  'push-unpack',
  { blame: 'target', state: 'failed' },
  (w: { object: string; detail: string }) => ({
    message: `GitLab rejects the objects of ${w.object}: ${w.detail}`,
    fix: 'GitLab checks every object (git fsck): gb2gl plan --deep names all objects that it refuses, and three ways out',
  }),
);

export const pushTooLarge = defineFailure(
  'push-too-large',
  { blame: 'target', state: 'failed' },
  (w: { object: string; detail: string }) => ({
    message: `GitLab, or a proxy in front of it, rejects the push of ${w.object} as too large: ${w.detail}`,
    fix: "gb2gl splits pushes along the history; if a single commit is too large, the administrator must raise the limit (receive_max_input_size, or the proxy's body size)",
  }),
);

export const relayUnfit = defineFailure(
  'relay-unfit',
  { blame: 'you', state: 'failed' },
  (w: { object: string; detail: string }) => ({
    message: `${w.object} cannot be migrated without a mirror on disk: ${w.detail}`,
    fix: 'run again with --transport auto or --transport mirror',
  }),
);
