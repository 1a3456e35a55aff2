import type { ApplicationSettings } from '../gitlab/schema.ts';
import { bytesOf } from '../gitlab/settings.ts';
import type { GitLabTarget } from '../gitlab/target.ts';
import type { TargetIdentity } from '../model/target.ts';
import { formatMebibytes } from '../text/format.ts';
import { defineFinding, type Found } from './finding.ts';

const protections = [
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
export async function settingsFindings(
  { url, probes }: GitLabTarget,
  { user }: TargetIdentity,
): Promise<Found[]> {
  if (!user.admin) return [];
  const words = { user: user.username };
  const settings = await probes.settings();
  // With Admin Mode an administrator's token has the rights of an ordinary user (GL-35).
  if (settings === 'forbidden') return [targetAdminMode(url, words)];
  const findings = [targetAdministrator(url, words)];
  return settings === 'unread' ? findings : [...findings, ...meaningOf(settings, url)];
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

export const targetRepositoryLimit = defineFinding(
  'target-repository-limit',
  'warning',
  (w: { object: string; size: string }) => ({
    message: `GitLab takes repositories of at most ${w.size}, unless their group or project has a limit of its own; a larger one is refused after it was sent`,
    fix: 'ask the administrator to raise the limit for the groups concerned (Settings > General > Repository size limit)',
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

function meaningOf(settings: ApplicationSettings, url: string): Found[] {
  const findings: Found[] = [];
  const levels = settings.restricted_visibility_levels ?? [];
  if (levels.length > 0) {
    findings.push(targetVisibilityRestricted(url, { levels: levels.join(', ') }));
  }
  const limit = bytesOf(settings.receive_max_input_size);
  if (limit !== null) {
    findings.push(targetPushLimited(url, { size: formatMebibytes(limit) }));
  }
  const storage = settings.repository_size_limit ?? 0;
  if (storage > 0) findings.push(targetRepositoryLimit(url, { size: formatMebibytes(storage) }));
  const detail = protections[settings.default_branch_protection ?? -1];
  if (detail !== undefined) findings.push(targetBranchProtection(url, { detail }));
  const limits = limitsOf(settings);
  if (limits !== '') findings.push(targetThrottled(url, { detail: limits }));
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
export function throttleFindings({ gitlab: { http } }: GitLabTarget): Found[] {
  const { throttle } = http.observed;
  if (throttle === null) return [];
  const detail = `${throttle.perMinute} requests per minute (${throttle.name}, ${throttle.remaining} left)`;
  return [targetThrottled(http.server.url, { detail })];
}
