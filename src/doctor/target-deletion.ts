import { z } from 'zod';
import type { Config } from '../config/schema.ts';
import type { Http } from '../net/http.ts';
import { found, type CheckFinding } from './finding.ts';

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
