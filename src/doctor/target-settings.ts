import { maintenance } from '../failures/target.ts';
import { z } from 'zod';
import { Failure } from '../failures/failure.ts';
import type { TargetIdentity } from '../gitlab/identity.ts';
import type { Target } from '../gitlab/target.ts';
import { excerpt } from '../net/answers.ts';
import { basicAuth, type Http } from '../net/http.ts';
import { found, type CheckFinding, failed } from './finding.ts';
import { formatMebibytes } from '../text/format.ts';

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
  'not at all',
  'developers may push, but not rewrite or delete',
  'only maintainers may push, and nobody may rewrite',
  'developers may merge, but not push',
  'only maintainers may push, but a developer makes the first push',
] as const;

/** What the server's settings mean for a migration; for others than administrators they stay unknown. */
export async function settingsFindings(http: Http, { user }: TargetIdentity): Promise<CheckFinding[]> {
  if (!user.admin) return [];
  const { url } = http.server;
  const context = { user: user.username };
  const answer = await http.send({ method: 'GET', path: '/api/v4/application/settings' });
  // With Admin Mode an administrator's token has the rights of an ordinary user (gitlab-contract §1.1).
  if (answer.status === 403) return [found('target-admin-mode', 'target', url, context)];
  const findings = [found('target-administrator', 'target', url, context)];
  const parsed = Settings.safeParse(answer.body);
  return parsed.success ? [...findings, ...meaningOf(parsed.data, url)] : findings;
}

function meaningOf(settings: Settings, url: string): CheckFinding[] {
  const findings: CheckFinding[] = [];
  const levels = settings.restricted_visibility_levels ?? [];
  if (levels.length > 0) {
    findings.push(found('target-visibility-restricted', 'target', url, { levels: levels.join(', ') }));
  }
  const megabytes = settings.receive_max_input_size ?? 0;
  if (megabytes > 0) {
    const size = formatMebibytes(megabytes * 1024 ** 2);
    findings.push(found('target-push-limited', 'target', url, { size }));
  }
  const detail = PROTECTIONS[settings.default_branch_protection ?? -1];
  if (detail !== undefined) findings.push(found('target-branch-protection', 'target', url, { detail }));
  const limits = limitsOf(settings);
  if (limits !== '') findings.push(found('target-throttled', 'target', url, { detail: limits }));
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
export function throttleFindings(http: Http): CheckFinding[] {
  const { throttle } = http.observed;
  if (throttle === null) return [];
  const detail = `${throttle.perMinute} requests per minute (${throttle.name}, ${throttle.remaining} left)`;
  return [found('target-throttled', 'target', http.server.url, { detail })];
}

/** A path at which nothing can be, nor come to be by asking: its group does not exist (gitlab-contract §1.2). */
const NOWHERE = 'gb2gl-no-such-group/no-such-project';

/** Does a path with %2F arrive as it was sent? A decoded one is no route of the API (gitlab-contract §3.3, T64). */
export async function slashFindings(http: Http): Promise<CheckFinding[]> {
  const { url } = http.server;
  const path = `/api/v4/projects/${encodeURIComponent(NOWHERE)}`;
  const { status, body } = await http.send({ method: 'GET', path });
  const { error } = { ...(body as { error?: unknown } | null) };
  const strange =
    typeof body === 'string' ? status >= 400 && status < 500 : status === 404 && error === '404 Not Found';
  if (!strange) return [found('target-slashes', 'target', url)];
  return [found('target-slashes-decoded', 'target', url, { status, detail: excerpt(body) })];
}

/**
 * Would GitLab take a push? It says so in the advertisement already: maintenance mode, a read-only server and a token
 * without the right are refused before the project is looked for (gitlab-contract §1.2, §10.3).
 */
export async function pushFindings(target: Target): Promise<CheckFinding[]> {
  const { url } = target;
  try {
    await target.remote(NOWHERE).advertisement('git-receive-pack');
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    if (error.code !== 'git-token-refused') {
      if (error.code !== 'project-missing') throw error;
      return [found('target-git', 'target', url)];
    }
    const detail = error.detail;
    if (/maintenance mode/.test(detail)) return [failed(maintenance(url), 'target')];
    const id = /read-only/.test(detail) ? 'target-read-only' : 'target-push-refused';
    return [found(id, 'target', url, { detail })];
  }
  return [found('target-git', 'target', url)];
}

/** Git LFS switched off answers 501 to everything (gitlab-contract §5); switched on, it says nothing of a project that is not there. */
export async function lfsFindings(target: Target): Promise<CheckFinding[]> {
  const { status } = await target.http.send({
    method: 'GET',
    path: `/${NOWHERE}.git/info/lfs/locks`,
    headers: {
      authorization: basicAuth(target.remote(NOWHERE)),
      accept: 'application/vnd.git-lfs+json',
      'private-token': null,
    },
  });
  return status === 501 ? [found('target-lfs-disabled', 'target', target.url)] : [];
}
