import { z } from 'zod';
import type { Http } from '../net/http.ts';
import type { TargetIdentity } from '../target/connect.ts';
import { formatMebibytes } from '../text/format.ts';
import { found, type CheckFinding } from './finding.ts';

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
  const { throttle } = http.heard;
  if (throttle === null) return [];
  const detail = `${throttle.perMinute} requests per minute (${throttle.name}, ${throttle.remaining} left)`;
  return [found('target-throttled', 'target', http.server.url, { detail })];
}
