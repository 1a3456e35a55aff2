import type { Config } from '../config/schema.ts';
import { Failure } from '../failures/failure.ts';
import type { GitLabTarget } from '../gitlab/target.ts';
import { switchOnArchives } from '../model/target-tracker.ts';
import type { TargetIdentity } from '../model/target.ts';
import { isAtLeast, plural } from '../text/format.ts';
import { defineFinding, type Found } from './finding.ts';

type Words = { object: string };

export const targetArchives = defineFinding('target-archives', 'ok', (w: Words & { limit: string }) => ({
  message: `the import source "GitLab export" is on, so GitLab loads archives of issues and merge requests: ${w.limit}`,
}));

export const targetArchivesOff = defineFinding('target-archives-off', 'warning', () => ({
  message:
    'the import source "GitLab export" is off: issues, pull requests, labels and milestones stay on GitBucket',
  fix: `have an administrator switch it on (${switchOnArchives}); or have issues alone sent by REST: --tracker rest; or leave them: --tracker off`,
}));

export const targetArchivesOld = defineFinding(
  'target-archives-old',
  'warning',
  (w: Words & { version: string }) => ({
    message: `GitLab ${w.version} cannot load issues and merge requests into a project that exists, which 17.1 and later can: they stay on GitBucket`,
    fix: 'upgrade GitLab, and run again: what was moved before stays; or have issues alone sent by REST: --tracker rest; or leave them: --tracker off',
  }),
);

export const targetArchivesFew = defineFinding(
  'target-archives-few',
  'note',
  (w: Words & { limit: string }) => ({
    message: `a repository needs an archive for its issues and one for its pull requests, and GitLab takes ${w.limit}: 100 repositories take half an hour or more at six`,
    fix: 'for many repositories have an administrator raise it for the time of the migration (Admin > Settings > Network > Import and export rate limits > project import requests; 0: no limit)',
  }),
);

export const targetArchivesUnasked = defineFinding(
  'target-archives-unasked',
  'note',
  (w: Words & { detail: string }) => ({
    message: `whether GitLab loads archives of issues and merge requests was not told: ${w.detail}`,
    fix: 'run gb2gl doctor again in a minute',
  }),
);

export const targetIssuesByRest = defineFinding('target-issues-by-rest', 'note', () => ({
  message:
    'issues are sent by REST and pull requests stay on GitBucket; GitLab keeps number and date of an issue for Owners of the project and administrators only',
  fix: 'where GitLab loads archives, which bring pull requests and authors too: --tracker auto',
}));

export const targetAuthors = defineFinding('target-authors', 'note', (w: Words & { user: string }) => ({
  message: `only an administrator's token has GitLab name people as the authors of issues, merge requests and comments: with this one ${w.user} is the author of all, and a line in the text names who wrote it`,
  fix: 'use the token of an administrator, best of an account of its own for the migration',
}));

/**
 * Whether GitLab loads trackers, how fast, and by whose name. An administrator's settings tell; for others it takes a
 * POST for a project that cannot be, which counts as one of the imports of a minute (GL-440).
 */
export async function trackerFindings(
  target: GitLabTarget,
  { user, version }: TargetIdentity,
  { tracker }: Config['migrate'],
): Promise<Found[]> {
  if (tracker === 'off') return [];
  const { url } = target;
  if (tracker === 'rest') return [targetIssuesByRest(url)];
  if (!isAtLeast(version, '17.1')) return [targetArchivesOld(url, { version })];
  const settings = user.admin ? await target.probes.settings() : 'forbidden';
  const told = typeof settings === 'string' ? null : (settings.import_sources ?? []);
  const on = told === null ? await asked(target) : told.includes('gitlab_project');
  if (on instanceof Failure) return [targetArchivesUnasked(url, { detail: on.message })];
  if (!on) return [targetArchivesOff(url)];
  const most = await target.loadsPerMinute();
  const limit = most === null ? 'as many as are sent' : `${plural(most, 'archive')} a minute`;
  return [
    targetArchives(url, { limit }),
    ...(most === null ? [] : [targetArchivesFew(url, { limit })]),
    ...(user.admin ? [] : [targetAuthors(url, { user: user.username })]),
  ];
}

/** That somebody else has used the imports of this minute up says nothing about the server. */
async function asked(target: GitLabTarget): Promise<boolean | Failure> {
  try {
    return await target.takesArchives();
  } catch (error) {
    if (error instanceof Failure && error.code === 'rate-limited') return error;
    throw error;
  }
}
