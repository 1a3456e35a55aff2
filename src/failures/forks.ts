/** What goes wrong when GitLab copies a repository for a fork. */
import { defineFailure } from './failure.ts';

export const forkFailed = defineFailure(
  'fork-failed',
  { blame: 'target', state: 'failed' },
  (w: { object: string }) => ({
    message: `GitLab could not copy the repository of the parent into the new fork ${w.object}`,
    fix: 'delete that project on GitLab, for it has no repository, and run again; where that fails too, the log of GitLab\'s background jobs (Sidekiq) tells why, and "migrate": {"forks": false} makes projects without a relation',
  }),
);

export const forkPending = defineFailure(
  'fork-pending',
  { blame: 'target', state: 'failed', retryable: true },
  (w: { object: string }) => ({
    message: `GitLab has not copied the repository of the parent into the new fork ${w.object} yet: its background jobs are behind`,
    fix: 'run again later, which goes on from there',
  }),
);
