import type { Finding, Plan } from '../model.ts';
import { shellWord } from '../plan/ref-advice.ts';
import type { ModulesFile } from './gitmodules.ts';
import type { Submodule } from './modules-config.ts';
import { oldUrl, type OldUrl } from './old-urls.ts';
import { branchList, MOST_SHOWN } from './words.ts';

/** Where repositories of the source go, by `owner/name` in small letters. */
export type Destinations = { source: string; target: string; paths: ReadonlyMap<string, string> };

export function destinationsOf({ source, target, projects }: Plan): Destinations {
  const paths = new Map(projects.map(({ id, fullPath }) => [id.toLowerCase(), fullPath]));
  return { source: source.url, target: target.url, paths };
}

/** Submodules whose URL leads to the old server, or no longer to their repository; a relative one that still does is fine. */
export function submoduleFindings(
  files: readonly ModulesFile[],
  repository: { id: string; fullPath: string },
  destinations: Destinations,
): Finding[] {
  const findings: Finding[] = [];
  for (const { branches, submodules } of files) {
    for (const submodule of submodules) {
      const old = oldUrl(submodule.url, destinations.source, repository.id);
      if (old === null) continue;
      const goal = old.repository === null ? undefined : destinations.paths.get(old.repository.toLowerCase());
      if (old.relative && goal !== undefined && stillLeads(submodule.url, repository.fullPath, goal))
        continue;
      findings.push(finding(submodule, old, { branches, goal, target: destinations.target }));
    }
  }
  return findings.slice(0, MOST_SHOWN);
}

function stillLeads(url: string, fullPath: string, goal: string): boolean {
  // The same rule as on the source, with a project in the place of the repository.
  const place = fullPath.split('/');
  for (const part of url.replace(/\.git$/, '').split('/')) {
    if (part === '..') place.pop();
    else if (part !== '.' && part !== '') place.push(part);
  }
  return place.join('/').toLowerCase() === goal.toLowerCase();
}

function finding(
  { name, path, url }: Submodule,
  { relative, repository }: OldUrl,
  { branches, goal, target }: { branches: readonly string[]; goal: string | undefined; target: string },
): Finding {
  const leads = relative ? 'leads elsewhere on GitLab' : 'leads to the old server';
  const where = goal === undefined ? `; ${repository ?? 'what it names'} is not part of this plan` : '';
  const address = goal === undefined ? '<its address on GitLab>' : shellWord(`${target}/${goal}.git`);
  return {
    kind: 'old-server-url',
    refused: false,
    object: `${branches[0] ?? ''}:${path}`,
    reason: `submodule ${name} on ${branchList(branches)}: ${withoutPassword(url)} ${leads}${where}`,
    fix: `after the migration, in a clone of the project: git config -f .gitmodules ${shellWord(`submodule.${name}.url`)} ${address}`,
  };
}

/** Some put a password into such a URL; reports go from hand to hand. */
function withoutPassword(url: string): string {
  return url.replace(/^(\w+:\/\/)[^/]*@/, '$1');
}
