import type { Config } from '../config/schema.ts';
import { DELETION_SUFFIX } from '../gitlab/probes.ts';
import { isGitLabCom } from '../gitlab/settings.ts';
import type { TargetIdentity } from '../model/target.ts';
import { found, type CheckFinding } from './finding.ts';
import { dayOf, daysLeft, isAtLeast, SOON_MS } from './measures.ts';

/** What the token and its user may do, and what the version means; asks nothing (gitlab-contract §1.1, §2.1). */
export function identityFindings(
  identity: TargetIdentity,
  { url, parentGroup }: Config['target'],
  now: number,
): CheckFinding[] {
  const { user } = identity;
  const context = { user: user.username };
  return [
    ...tokenFindings(identity, url, now),
    ...(user.admin ? [] : [found('target-not-administrator', 'target', url, context)]),
    ...(user.projectsLimit === 0 ? [found('target-no-own-projects', 'target', url, context)] : []),
    ...(parentGroup === null ? topLevelFindings(identity, url) : []),
    ...versionFindings(identity.version, url),
  ];
}

/** Scopes and the day on which the token ends; the scope `api` has been proven by connecting. */
export function tokenFindings({ token, user }: TargetIdentity, url: string, now: number): CheckFinding[] {
  if (token === null) return [found('target-token-unknown', 'target', url)];
  const findings = token.scopes.includes('api')
    ? [found('target-token', 'target', url, { user: user.username })]
    : [];
  if (token.expiresAt === null) return findings;
  const end = Date.parse(token.expiresAt);
  if (end - now >= SOON_MS) return findings;
  const context = { date: dayOf(end), days: daysLeft(end, now) };
  return [...findings, found('target-token-expires', 'target', url, context)];
}

function topLevelFindings({ user }: TargetIdentity, url: string): CheckFinding[] {
  if (isGitLabCom(url)) return [found('target-gitlab-com', 'target', url)];
  const id = user.canCreateGroup ? 'target-groups' : 'target-groups-forbidden';
  return [found(id, 'target', url, { user: user.username })];
}

/** Since 18.0 a deleted path is free at once (gitlab-contract §2.7, §3.6). */
export function versionFindings(version: string, url: string): CheckFinding[] {
  const context = { version };
  if (!isAtLeast(version, '16.0')) return [found('target-version-old', 'target', url, context)];
  const findings = [found('target-version', 'target', url, context)];
  if (!isAtLeast(version, '18.0')) findings.push(found('target-deletes-late', 'target', url, context));
  return findings;
}

const MOST_NAMED = 5;

/** Those of the scheduled deletions at whose old path something is wanted. */
export function deletionFindings(
  scheduled: readonly string[],
  logins: readonly string[],
  config: Config,
): CheckFinding[] {
  const { parentGroup, url } = config.target;
  const wanted = new Set(
    logins
      .map((login) => config.map.owners[login] ?? (parentGroup === null ? login : `${parentGroup}/${login}`))
      .map((path) => path.toLowerCase()),
  );
  const met = scheduled.filter((path) => {
    const old = path.replace(DELETION_SUFFIX, '').toLowerCase();
    return wanted.has(old) || wanted.has(old.slice(0, Math.max(old.lastIndexOf('/'), 0)));
  });
  if (met.length === 0) return [];
  const more = met.length > MOST_NAMED ? ` and ${met.length - MOST_NAMED} more` : '';
  const paths = `${met.slice(0, MOST_NAMED).join(', ')}${more}`;
  return [found('target-deletion-scheduled', 'target', url, { paths })];
}
