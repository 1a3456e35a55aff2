/** What goes wrong with issues, merge requests and what belongs to them. */
import { switchOnArchives } from '../model/target-tracker.ts';
import { defineFailure } from './failure.ts';

export const trackerClosed = defineFailure(
  'tracker-closed',
  { blame: 'target', state: 'failed' },
  (w: { object: string; issues: number; pulls: number }) => ({
    message: `GitLab takes no archive of issues and merge requests, so ${w.issues} issues and ${w.pulls} pull requests stay on GitBucket: the import source "GitLab export" is switched off, or GitLab is older than 17.1`,
    fix: `have an administrator switch it on (${switchOnArchives}), then run again; or leave them: --tracker off, or "migrate": {"tracker": "off"}`,
  }),
);

export const trackerStuck = defineFailure(
  'tracker-stuck',
  { blame: 'target', state: 'failed' },
  (w: { object: string; hours: number }) => ({
    message: `GitLab has been loading issues or merge requests of ${w.object} for ${w.hours} hours`,
    fix: "look at GitLab's background jobs (Admin > Monitoring > Background jobs), then run the same command again: it goes on where it stopped",
  }),
);
