import { Failure } from '../failures/failure.ts';
import { maintenance } from '../failures/target.ts';
import type { ApplicationSettings } from '../gitlab/schema.ts';
import { bytesOf } from '../gitlab/settings.ts';
import type { GitLabTarget } from '../gitlab/target.ts';
import type { TargetIdentity } from '../model/target.ts';
import { formatMebibytes } from '../text/format.ts';
import { found, type CheckFinding, failed } from './finding.ts';

const PROTECTIONS = [
  'not at all',
  'developers may push, but not rewrite or delete',
  'only maintainers may push, and nobody may rewrite',
  'developers may merge, but not push',
  'only maintainers may push, but a developer makes the first push',
] as const;

/** What the server's settings mean for a migration; for others than administrators they stay unknown. */
export async function settingsFindings(
  { url, probes }: GitLabTarget,
  { user }: TargetIdentity,
): Promise<CheckFinding[]> {
  if (!user.admin) return [];
  const context = { user: user.username };
  const settings = await probes.settings();
  // With Admin Mode an administrator's token has the rights of an ordinary user (gitlab-contract §1.1).
  if (settings === 'forbidden') return [found('target-admin-mode', 'target', url, context)];
  const findings = [found('target-administrator', 'target', url, context)];
  return settings === 'unread' ? findings : [...findings, ...meaningOf(settings, url)];
}

function meaningOf(settings: ApplicationSettings, url: string): CheckFinding[] {
  const findings: CheckFinding[] = [];
  const levels = settings.restricted_visibility_levels ?? [];
  if (levels.length > 0) {
    findings.push(found('target-visibility-restricted', 'target', url, { levels: levels.join(', ') }));
  }
  const limit = bytesOf(settings.receive_max_input_size);
  if (limit !== null) {
    const size = formatMebibytes(limit);
    findings.push(found('target-push-limited', 'target', url, { size }));
  }
  const detail = PROTECTIONS[settings.default_branch_protection ?? -1];
  if (detail !== undefined) findings.push(found('target-branch-protection', 'target', url, { detail }));
  const limits = limitsOf(settings);
  if (limits !== '') findings.push(found('target-throttled', 'target', url, { detail: limits }));
  return findings;
}

function limitsOf(settings: ApplicationSettings): string {
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
export function throttleFindings({ gitlab: { http } }: GitLabTarget): CheckFinding[] {
  const { throttle } = http.heard;
  if (throttle === null) return [];
  const detail = `${throttle.perMinute} requests per minute (${throttle.name}, ${throttle.remaining} left)`;
  return [found('target-throttled', 'target', http.server.url, { detail })];
}

/** Does a path with %2F arrive as it was sent? */
export async function slashFindings({ url, probes }: GitLabTarget): Promise<CheckFinding[]> {
  const { kept, status, detail } = await probes.slashes();
  if (kept) return [found('target-slashes', 'target', url)];
  return [found('target-slashes-decoded', 'target', url, { status, detail })];
}

/** Would GitLab take a push? */
export async function pushFindings({ url, probes }: GitLabTarget): Promise<CheckFinding[]> {
  try {
    await probes.push();
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'git-token-refused') throw error;
    const { detail, refusal } = error;
    if (refusal?.kind === 'maintenance') return [failed(maintenance(url), 'target')];
    const id = refusal?.kind === 'read-only' ? 'target-read-only' : 'target-push-refused';
    return [found(id, 'target', url, { detail })];
  }
  return [found('target-git', 'target', url)];
}

export async function lfsFindings({ url, probes }: GitLabTarget): Promise<CheckFinding[]> {
  return (await probes.lfs()) ? [] : [found('target-lfs-disabled', 'target', url)];
}
