/** What goes wrong while git moves objects and refs. */
import { defineFailure } from './failure.ts';

export const gitMissing = defineFailure(
  'git-missing',
  { blame: 'you', state: 'not-started' },
  (w: { object: string; detail: string }) => ({
    message: `git cannot be started: ${w.detail}`,
    fix: 'install git 2.30 or newer and make sure that it is on the PATH',
  }),
);

export const gitFailed = defineFailure(
  'git-failed',
  { blame: 'us', state: 'failed' },
  (w: { object: string; detail: string }) => ({
    message: `git failed on ${w.object}: ${w.detail}`,
    fix: 'run the same command again with --verbose; if it stays, remove the mirror below the work directory',
  }),
);

export const fetchFailed = defineFailure(
  'fetch-failed',
  { blame: 'source', state: 'failed', retryable: true },
  (w: { object: string; detail: string }) => ({
    message: `the fetch of ${w.object} failed: ${w.detail}`,
    fix: 'run the same command again; if it stays, run git fsck on the repository of the GitBucket machine',
  }),
);

export const pushFailed = defineFailure(
  'push-failed',
  { blame: 'target', state: 'failed', retryable: true },
  (w: { object: string; detail: string }) => ({
    message: `the push of ${w.object} failed: ${w.detail}`,
    fix: 'run the same command again: what arrived is kept',
  }),
);

export const pushUnpack = defineFailure(
  'push-unpack',
  { blame: 'target', state: 'failed' },
  (w: { object: string; detail: string }) => ({
    message: `GitLab refuses the objects of ${w.object}: ${w.detail}`,
    fix: 'GitLab checks every object (git fsck); ask its administrator to set receive.fsck.<check>=ignore or a skip list for this repository, or rewrite the history',
  }),
);

export const pushTooLarge = defineFailure(
  'push-too-large',
  { blame: 'target', state: 'failed' },
  (w: { object: string; detail: string }) => ({
    message: `GitLab, or a proxy before it, takes no push as large as that of ${w.object}: ${w.detail}`,
    fix: "the push is split along the history; when one commit alone is too large, the administrator must raise the limit (receive_max_input_size, or the proxy's body size)",
  }),
);

export const relayUnfit = defineFailure(
  'relay-unfit',
  { blame: 'you', state: 'failed' },
  (w: { object: string; detail: string }) => ({
    message: `${w.object} cannot be moved without a mirror on disk: ${w.detail}`,
    fix: 'run again with --transport auto or --transport mirror',
  }),
);
