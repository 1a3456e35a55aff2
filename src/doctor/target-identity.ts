import { z } from 'zod';
import type { Config } from '../config/schema.ts';
import type { TargetIdentity } from '../gitlab/identity.ts';
import type { Http } from '../net/http.ts';
import { isAtLeast } from '../text/version.ts';
import { found, type CheckFinding } from './finding.ts';
import { dayOf, daysLeft, SOON_MS } from './measures.ts';

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
  if (new URL(url).hostname === 'gitlab.com') return [found('target-gitlab-com', 'target', url)];
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

const Groups = z.array(z.object({ full_path: z.string() }));
const Projects = z.array(z.object({ path_with_namespace: z.string() }));

/** GitLab 18 and later rename what is deleted, and keep it for a while (gitlab-contract §2.7, §3.6). */
const SUFFIX = /-deletion_scheduled-\d+$/;
const MOST_NAMED = 5;

/** Full paths of the groups and projects that wait for their removal; the first hundred of each. */
export async function scheduledDeletions(http: Http): Promise<string[]> {
  const query = '?search=deletion_scheduled&per_page=100';
  const [groups, projects] = await Promise.all([
    http.send({ method: 'GET', path: `/api/v4/groups${query}` }),
    http.send({ method: 'GET', path: `/api/v4/projects${query}&simple=true` }),
  ]);
  const paths = [
    ...(Groups.safeParse(groups.body).data ?? []).map(({ full_path: path }) => path),
    ...(Projects.safeParse(projects.body).data ?? []).map(({ path_with_namespace: path }) => path),
  ];
  return paths.filter((path) => SUFFIX.test(path));
}

/** Those of them at whose old path something is wanted. */
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
    const old = path.replace(SUFFIX, '').toLowerCase();
    return wanted.has(old) || wanted.has(old.slice(0, Math.max(old.lastIndexOf('/'), 0)));
  });
  if (met.length === 0) return [];
  const more = met.length > MOST_NAMED ? ` and ${met.length - MOST_NAMED} more` : '';
  const paths = `${met.slice(0, MOST_NAMED).join(', ')}${more}`;
  return [found('target-deletion-scheduled', 'target', url, { paths })];
}
