import { Failure } from '../failures/failure.ts';
import type { GitLabTarget } from '../gitlab/target.ts';
import { defineFinding, type Found } from './finding.ts';
import type { Config } from '../config/schema.ts';
import { deletionSuffix } from '../gitlab/probes.ts';
import { isGitLabCom } from '../gitlab/settings.ts';
import type { TargetIdentity } from '../model/target.ts';
import { formatDay, formatDaysUntil, isAtLeast } from '../text/format.ts';
import { endsSoon } from './network.ts';

type UserWords = { object: string; user: string };

export const targetNotAdministrator = defineFinding('target-not-administrator', 'note', (w: UserWords) => ({
  message: `${w.user} is not a GitLab administrator: repositories of other users go into groups instead of their personal namespaces, and some settings of the server stay unknown until it refuses something`,
  fix: "an administrator's token has neither limit",
}));

export const targetNoOwnProjects = defineFinding('target-no-own-projects', 'note', (w: UserWords) => ({
  message: `${w.user} cannot create projects in the personal namespace (projects limit 0); groups are not affected`,
  fix: 'ask an administrator to raise the limit, or set "userRepositories": "group"',
}));

/** What the token and its user can do, and what the version means; sends no request (GL-34, GL-35, GL-38, GL-94). */
export function identityFindings(
  identity: TargetIdentity,
  { url, parentGroup }: Config['target'],
  now: number,
): Found[] {
  const { user } = identity;
  const words = { user: user.username };
  return [
    ...tokenFindings(identity, url, now),
    ...(user.admin ? [] : [targetNotAdministrator(url, words)]),
    ...(user.projectsLimit === 0 ? [targetNoOwnProjects(url, words)] : []),
    ...(parentGroup === null ? topLevelFindings(identity, url) : []),
    ...versionFindings(identity.version, url),
  ];
}

export const targetToken = defineFinding('target-token', 'ok', (w: UserWords) => ({
  message: `GitLab answers, and the token with the scope "api" belongs to ${w.user}`,
}));

export const targetTokenExpires = defineFinding(
  'target-token-expires',
  'warning',
  (w: { object: string; date: string; days: string }) => ({
    message: `the GitLab token expires on ${w.date} (${w.days})`,
    fix: 'create a new token in time if you will repeat the migration after that day',
  }),
);

export const targetTokenUnknown = defineFinding('target-token-unknown', 'note', () => ({
  message: 'this kind of GitLab token shows neither its scopes nor when it expires',
}));

/** Scopes and the day on which the token ends; the scope `api` has been proven by connecting. */
export function tokenFindings({ token, user }: TargetIdentity, url: string, now: number): Found[] {
  if (token === null) return [targetTokenUnknown(url)];
  const findings = token.scopes.includes('api') ? [targetToken(url, { user: user.username })] : [];
  if (token.expiresAt === null) return findings;
  const end = Date.parse(token.expiresAt);
  if (!endsSoon(end, now)) return findings;
  const words = { date: formatDay(end), days: formatDaysUntil(end, now) };
  return [...findings, targetTokenExpires(url, words)];
}

export const targetGroups = defineFinding('target-groups', 'ok', (w: UserWords) => ({
  message: `${w.user} can create top-level groups`,
}));

export const targetGroupsForbidden = defineFinding('target-groups-forbidden', 'warning', (w: UserWords) => ({
  message: `${w.user} cannot create top-level groups; existing groups can be used`,
  fix: 'ask an administrator to allow it, use another token, set "parentGroup", or map owners into existing groups: "map": { "owners": { … } }',
}));

export const targetGitlabCom = defineFinding('target-gitlab-com', 'warning', () => ({
  message: 'GitLab.com does not allow creating top-level groups through its API',
  fix: 'create a group in the browser and set it as "parentGroup"',
}));

function topLevelFindings({ user }: TargetIdentity, url: string): Found[] {
  if (isGitLabCom(url)) return [targetGitlabCom(url)];
  const finding = user.canCreateGroup ? targetGroups : targetGroupsForbidden;
  return [finding(url, { user: user.username })];
}

type VersionWords = { object: string; version: string };

export const targetVersion = defineFinding('target-version', 'ok', (w: VersionWords) => ({
  message: `GitLab ${w.version}`,
}));

export const targetVersionOld = defineFinding('target-version-old', 'warning', (w: VersionWords) => ({
  message: `GitLab ${w.version} is older than 16.0, and gb2gl has never been tested with it`,
  fix: 'upgrade GitLab, or try one repository first',
}));

export const targetDeletesLate = defineFinding('target-deletes-late', 'note', (w: VersionWords) => ({
  message: `GitLab ${w.version} keeps the path of a deleted project or group until a background job has removed it`,
  fix: 'after deleting something by hand, wait a little before you use its path again',
}));

/** Since 18.0 a deleted path is free at once (GL-150). */
export function versionFindings(version: string, url: string): Found[] {
  if (!isAtLeast(version, '16.0')) return [targetVersionOld(url, { version })];
  const findings = [targetVersion(url, { version })];
  if (!isAtLeast(version, '18.0')) findings.push(targetDeletesLate(url, { version }));
  return findings;
}

const mostNamed = 5;

export const targetDeletionScheduled = defineFinding(
  'target-deletion-scheduled',
  'note',
  (w: { object: string; paths: string }) => ({
    message: `deleted on GitLab but kept for a while: ${w.paths}; gb2gl never adopts these but creates new ones beside them`,
    fix: 'restore them on GitLab first if the migration should continue in them',
  }),
);

/** Those of the scheduled deletions at whose old path something is wanted. */
export function deletionFindings(
  scheduled: readonly string[],
  logins: readonly string[],
  config: Config,
): Found[] {
  const { parentGroup, url } = config.target;
  const wanted = new Set(
    logins
      .map((login) => config.map.owners[login] ?? (parentGroup === null ? login : `${parentGroup}/${login}`))
      .map((path) => path.toLowerCase()),
  );
  const met = scheduled.filter((path) => {
    const old = path.replace(deletionSuffix, '').toLowerCase();
    return wanted.has(old) || wanted.has(old.slice(0, Math.max(old.lastIndexOf('/'), 0)));
  });
  if (met.length === 0) return [];
  const more = met.length > mostNamed ? ` and ${met.length - mostNamed} more` : '';
  const paths = `${met.slice(0, mostNamed).join(', ')}${more}`;
  return [targetDeletionScheduled(url, { paths })];
}

export const targetSlashes = defineFinding('target-slashes', 'ok', () => ({
  message: 'GitLab receives paths with %2F as they were sent',
}));

export const targetSlashesDecoded = defineFinding(
  'target-slashes-decoded',
  'error',
  (w: { object: string; status: number; detail: string }) => ({
    message: `something in front of GitLab changes %2F in URLs (answer ${w.status}: ${w.detail}): projects and subgroups cannot be found by their paths`,
    fix: 'configure the proxy to pass on the path unchanged: nginx proxy_pass without a path, Apache "AllowEncodedSlashes NoDecode" and "nocanon"; or use a URL that bypasses the proxy',
  }),
);

/** Does a path with %2F arrive as it was sent? */
export async function slashFindings({ url, probes }: GitLabTarget): Promise<Found[]> {
  const { kept, status, detail } = await probes.slashes();
  return [kept ? targetSlashes(url) : targetSlashesDecoded(url, { status, detail })];
}

export const targetGit = defineFinding('target-git', 'ok', () => ({
  message:
    'git over HTTP lets the GitLab token ask for a push; nothing was pushed, so whether a pack gets through is not known',
}));

type DetailWords = { object: string; detail: string };

export const targetPushRefused = defineFinding('target-push-refused', 'error', (w: DetailWords) => ({
  message: `GitLab accepts the token for fetches but not for pushes: ${w.detail}`,
  fix: 'the GitLab administrator may have disabled pushes over HTTP, or the token lacks the scope "api" or "write_repository"',
}));

export const targetReadOnly = defineFinding('target-read-only', 'error', (w: DetailWords) => ({
  message: `GitLab accepts no changes at the moment: ${w.detail}`,
  fix: 'use the URL of the primary server if this is a Geo secondary, else wait until it does',
}));

/** Would GitLab take a push? */
export async function pushFindings({ url, probes }: GitLabTarget): Promise<Found[]> {
  try {
    await probes.push();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const { code, detail } = error;
    if (code === 'read-only') return [targetReadOnly(url, { detail })];
    if (code === 'git-token-refused') return [targetPushRefused(url, { detail })];
    throw error;
  }
  return [targetGit(url)];
}

export const targetLfsDisabled = defineFinding('target-lfs-disabled', 'warning', () => ({
  message: 'Git LFS is disabled on this GitLab server: LFS objects stay behind',
  fix: 'ask the administrator to enable it (gitlab_rails["lfs_enabled"])',
}));

export async function lfsFindings({ url, probes }: GitLabTarget): Promise<Found[]> {
  return (await probes.lfs()) ? [] : [targetLfsDisabled(url)];
}
