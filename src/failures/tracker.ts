/** What goes wrong with issues, merge requests and what belongs to them. */
import { switchOnArchives } from '../model/target-tracker.ts';
import { defineFailure } from './failure.ts';

export const trackerClosed = defineFailure(
  'tracker-closed',
  { blame: 'target', state: 'failed' },
  (w: { object: string; issues: number; pulls: number }) => ({
    message: `GitLab takes no archive of issues and merge requests, so ${w.issues} issues and ${w.pulls} pull requests stay on GitBucket: the import source "GitLab export" is switched off, or GitLab is older than 17.1`,
    fix: `have an administrator switch it on (${switchOnArchives}), then run again; or have issues alone sent by REST, with number and date, which wants an Owner of the project: --tracker rest; or leave all of them: --tracker off, or "migrate": {"tracker": "off"}`,
  }),
);

export const trackerNotOwner = defineFailure(
  'tracker-not-owner',
  { blame: 'target', state: 'failed' },
  (w: { object: string; issues: number }) => ({
    message: `by REST GitLab keeps number and date of an issue for an Owner of the project only, which the token's user is not, so ${w.issues} issues stay on GitBucket`,
    fix: `make the user an Owner of the group, or use the token of an administrator, then run again; or leave them: --tracker off, or "migrate": {"tracker": "off"}`,
  }),
);

export const trackerSpam = defineFailure(
  'tracker-spam',
  { blame: 'target', state: 'failed' },
  (w: { object: string; detail: string }) => ({
    message: `GitLab takes an issue of ${w.object} for spam, so no more are sent: ${w.detail}`,
    fix: `have an administrator switch the checks off for the time of the migration (Admin > Settings > Reporting > Spam and Anti-bot Protection), then run again: it goes on where it stopped; or have archives loaded, which are not checked: --tracker auto, with the import source switched on (${switchOnArchives})`,
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
