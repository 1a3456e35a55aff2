import { z } from 'zod';
import { Failure } from '../failures/failure.ts';
import { maintenance } from '../failures/target.ts';
import type { TargetIdentity } from '../gitlab/identity.ts';
import type { Target } from '../gitlab/target.ts';
import { excerpt } from '../net/answers.ts';
import { basicAuth, type Http } from '../net/http.ts';
import { formatMebibytes } from '../text/format.ts';
import { defineFinding, failureFound, type Found } from './finding.ts';

/** Settings that only an administrator may read (gitlab-contract §3.1, §3.4, §4.6, §10.2). */
const Settings = z.object({
  restricted_visibility_levels: z.array(z.string()).nullish(),
  receive_max_input_size: z.number().nullish(),
  default_branch_protection: z.number().nullish(),
  throttle_authenticated_api_enabled: z.boolean().nullish(),
  throttle_authenticated_api_requests_per_period: z.number().nullish(),
  throttle_authenticated_api_period_in_seconds: z.number().nullish(),
  throttle_authenticated_git_http_enabled: z.boolean().nullish(),
  throttle_authenticated_git_http_requests_per_period: z.number().nullish(),
  throttle_authenticated_git_http_period_in_seconds: z.number().nullish(),
});
type Settings = z.infer<typeof Settings>;

const PROTECTIONS = [
  'none',
  'developers can push, but not rewrite or delete',
  'only maintainers can push, and nobody can rewrite',
  'developers can merge, but not push',
  'only maintainers can push, but a developer can push first',
] as const;

type UserWords = { object: string; user: string };

export const targetAdministrator = defineFinding('target-administrator', 'ok', (w: UserWords) => ({
  message: `${w.user} is a GitLab administrator`,
}));

export const targetAdminMode = defineFinding('target-admin-mode', 'warning', (w: UserWords) => ({
  message: `${w.user} is an administrator, but Admin Mode is on: the token only has the rights of an ordinary user`,
  fix: 'create a token with the scopes "api" and "admin_mode"',
}));

/** What the server's settings mean for a migration; for others than administrators they stay unknown. */
export async function settingsFindings(http: Http, { user }: TargetIdentity): Promise<Found[]> {
  if (!user.admin) return [];
  const { url } = http.server;
  const words = { user: user.username };
  const answer = await http.send({ method: 'GET', path: '/api/v4/application/settings' });
  // With Admin Mode an administrator's token has the rights of an ordinary user (gitlab-contract §1.1).
  if (answer.status === 403) return [targetAdminMode(url, words)];
  const findings = [targetAdministrator(url, words)];
  const parsed = Settings.safeParse(answer.body);
  return parsed.success ? [...findings, ...meaningOf(parsed.data, url)] : findings;
}

export const targetVisibilityRestricted = defineFinding(
  'target-visibility-restricted',
  'note',
  (w: { object: string; levels: string }) => ({
    message: `only administrators can use these visibility levels on GitLab: ${w.levels}`,
  }),
);

export const targetPushLimited = defineFinding(
  'target-push-limited',
  'note',
  (w: { object: string; size: string }) => ({
    message: `GitLab accepts at most ${w.size} in one push; larger repositories are pushed in slices`,
    fix: 'for a single commit above that, ask the administrator to raise receive_max_input_size',
  }),
);

type DetailWords = { object: string; detail: string };

export const targetBranchProtection = defineFinding('target-branch-protection', 'note', (w: DetailWords) => ({
  message: `GitLab's default branch protection: ${w.detail}`,
}));

export const targetThrottled = defineFinding('target-throttled', 'note', (w: DetailWords) => ({
  message: `GitLab limits requests: ${w.detail}; gb2gl waits whenever GitLab asks for it`,
  fix: 'for a big migration the administrator can exempt the user (GITLAB_THROTTLE_USER_ALLOWLIST) or raise the limit',
}));

function meaningOf(settings: Settings, url: string): Found[] {
  const findings: Found[] = [];
  const levels = settings.restricted_visibility_levels ?? [];
  if (levels.length > 0) {
    findings.push(targetVisibilityRestricted(url, { levels: levels.join(', ') }));
  }
  const megabytes = settings.receive_max_input_size ?? 0;
  if (megabytes > 0) {
    findings.push(targetPushLimited(url, { size: formatMebibytes(megabytes * 1024 ** 2) }));
  }
  const detail = PROTECTIONS[settings.default_branch_protection ?? -1];
  if (detail !== undefined) findings.push(targetBranchProtection(url, { detail }));
  const limits = limitsOf(settings);
  if (limits !== '') findings.push(targetThrottled(url, { detail: limits }));
  return findings;
}

function limitsOf(settings: Settings): string {
  const parts: string[] = [];
  if (settings.throttle_authenticated_api_enabled === true) {
    const { throttle_authenticated_api_requests_per_period: most } = settings;
    parts.push(`${most} API requests in ${settings.throttle_authenticated_api_period_in_seconds} s`);
  }
  if (settings.throttle_authenticated_git_http_enabled === true) {
    const { throttle_authenticated_git_http_requests_per_period: most } = settings;
    parts.push(`${most} git requests in ${settings.throttle_authenticated_git_http_period_in_seconds} s`);
  }
  return parts.join(', ');
}

/** What GitLab 18 and later say of their throttle in every answer. */
export function throttleFindings(http: Http): Found[] {
  const { throttle } = http.observed;
  if (throttle === null) return [];
  const detail = `${throttle.perMinute} requests per minute (${throttle.name}, ${throttle.remaining} left)`;
  return [targetThrottled(http.server.url, { detail })];
}

/** A path at which nothing can be, nor come to be by asking: its group does not exist (gitlab-contract §1.2). */
const NOWHERE = 'gb2gl-no-such-group/no-such-project';

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

/** Does a path with %2F arrive as it was sent? A decoded one is no route of the API (gitlab-contract §3.3, T64). */
export async function slashFindings(http: Http): Promise<Found[]> {
  const { url } = http.server;
  const path = `/api/v4/projects/${encodeURIComponent(NOWHERE)}`;
  const { status, body } = await http.send({ method: 'GET', path });
  const { error } = { ...(body as { error?: unknown } | null) };
  const strange =
    typeof body === 'string' ? status >= 400 && status < 500 : status === 404 && error === '404 Not Found';
  if (!strange) return [targetSlashes(url)];
  return [targetSlashesDecoded(url, { status, detail: excerpt(body) })];
}

export const targetGit = defineFinding('target-git', 'ok', () => ({
  message: 'git over HTTP accepts the GitLab token for fetches and pushes',
}));

export const targetPushRefused = defineFinding('target-push-refused', 'error', (w: DetailWords) => ({
  message: `GitLab accepts the token for fetches but not for pushes: ${w.detail}`,
  fix: 'the GitLab administrator may have disabled pushes over HTTP, or the token lacks the scope "api" or "write_repository"',
}));

export const targetReadOnly = defineFinding('target-read-only', 'error', (w: DetailWords) => ({
  message: `GitLab accepts no changes at the moment: ${w.detail}`,
  fix: 'wait until it does, or use the URL of the primary server',
}));

/**
 * Would GitLab take a push? It says so in the advertisement already: maintenance mode, a read-only server and a token
 * without the right are refused before the project is looked for (gitlab-contract §1.2, §10.3).
 */
export async function pushFindings(target: Target): Promise<Found[]> {
  const { url } = target;
  try {
    await target.remote(NOWHERE).advertisement('git-receive-pack');
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    if (error.code !== 'git-token-refused') {
      if (error.code !== 'project-missing') throw error;
      return [targetGit(url)];
    }
    const detail = error.detail;
    if (/maintenance mode/.test(detail)) return [failureFound(maintenance(url))];
    const finding = /read-only/.test(detail) ? targetReadOnly : targetPushRefused;
    return [finding(url, { detail })];
  }
  return [targetGit(url)];
}

export const targetLfsDisabled = defineFinding('target-lfs-disabled', 'warning', () => ({
  message: 'Git LFS is disabled on this GitLab server',
  fix: 'ask the administrator to enable it (gitlab_rails["lfs_enabled"])',
}));

/** Git LFS switched off answers 501 to everything (gitlab-contract §5); switched on, it says nothing of a project that is not there. */
export async function lfsFindings(target: Target): Promise<Found[]> {
  const { status } = await target.http.send({
    method: 'GET',
    path: `/${NOWHERE}.git/info/lfs/locks`,
    headers: {
      authorization: basicAuth(target.remote(NOWHERE)),
      accept: 'application/vnd.git-lfs+json',
      'private-token': null,
    },
  });
  return status === 501 ? [targetLfsDisabled(target.url)] : [];
}
