import { GitExit } from '../git/errors.ts';
import type { Git } from '../git/run.ts';
import { shellWord } from '../text/format.ts';
import type { Finding, Plan } from '../model/plan.ts';
import { branchesWith, type Head } from './branch-files.ts';
import { branchList, mostShown } from './words.ts';

/** Where repositories of the source go, by `owner/name` in small letters. */
export type Destinations = { source: string; target: string; paths: ReadonlyMap<string, string> };

export function destinationsOf({ source, target, projects }: Plan): Destinations {
  const paths = new Map(projects.map(({ id, fullPath }) => [id.toLowerCase(), fullPath]));
  return { source: source.url, target: target.url, paths };
}

/** Submodules whose URL points to the old server, or no longer to their repository; a relative one that still does is fine. */
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
  return findings.slice(0, mostShown);
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
  const leads = relative ? 'points elsewhere on GitLab' : 'points to the old server';
  const where = goal === undefined ? `; ${repository ?? 'its target'} is not part of this plan` : '';
  const address = goal === undefined ? '<its URL on GitLab>' : shellWord(`${target}/${goal}.git`);
  return {
    code: 'old-server-url',
    refused: false,
    object: `${branches[0] ?? ''}:${path}`,
    message: `submodule ${name} on ${branchList(branches)}: ${withoutPassword(url)} ${leads}${where}`,
    fix: `after the migration, in a clone of the project: git config -f .gitmodules ${shellWord(`submodule.${name}.url`)} ${address}`,
  };
}

/** Some put a password into such a URL; reports go from hand to hand. */
function withoutPassword(url: string): string {
  return url.replace(/^(\w+:\/\/)[^/]*@/, '$1');
}

/** `.gitmodules` of some branches that have the very same one. */
export type ModulesFile = { branches: string[]; submodules: Submodule[] };

/** The submodules at the head of each branch; branches that share a `.gitmodules` come together. */
export async function modulesOf(git: Git, heads: readonly Head[]): Promise<ModulesFile[]> {
  const branches = await branchesWith(git, heads, '.gitmodules');
  const files: ModulesFile[] = [];
  for (const [blob, names] of branches) {
    files.push({ branches: names, submodules: await readModules(git, blob) });
  }
  return files;
}

/** A file that git cannot read as config has no submodules that a clone would find. */
async function readModules(git: Git, blob: string): Promise<Submodule[]> {
  try {
    return parseModules(await git.run('config', '--blob', blob, '--list', '-z'));
  } catch (error) {
    if (error instanceof GitExit && error.exitCode > 0) return [];
    throw error;
  }
}

export type Submodule = { name: string; path: string; url: string };

/** From `git config --blob … --list -z`: `submodule.<name>.url` and its value, divided by a newline. */
export function parseModules(listing: string): Submodule[] {
  const found = new Map<string, Submodule>();
  for (const entry of listing.split('\0')) {
    const [, name, key, value = ''] = /^submodule\.([^]+)\.(path|url)\n([^]*)$/.exec(entry) ?? [];
    if (name === undefined) continue;
    const submodule = found.get(name) ?? { name, path: name, url: '' };
    if (key === 'url') submodule.url = value;
    else submodule.path = value;
    found.set(name, submodule);
  }
  return [...found.values()].filter(({ url }) => url !== '');
}

/** Where a submodule's URL leads, seen from the source. */
export type OldUrl = {
  /** `owner/name` on the source; null when the URL names none. */
  repository: string | null;
  relative: boolean;
};

const scp = /^(?:[^@/:]+@)?([^/:]+):(?!\/\/)(.*)$/;

/**
 * Reads a submodule's URL: null unless it leads to the source, by its host or because it is relative. `id` is the
 * repository that has the submodule; git resolves a relative URL against the address that was cloned.
 */
export function oldUrl(url: string, source: string, id: string): OldUrl | null {
  if (/^\.{1,2}(\/|$)/.test(url)) return { repository: resolved(url, id), relative: true };
  const base = new URL(source);
  if (URL.canParse(url)) return absolute(new URL(url), base);
  const [, host, path = ''] = scp.exec(url) ?? [];
  if (host?.toLowerCase() !== base.hostname) return null;
  return { repository: repositoryIn(path), relative: false };
}

/** ssh has a port and no context path of its own; a second server on the same host has another path. */
function absolute(url: URL, base: URL): OldUrl | null {
  if (url.hostname.toLowerCase() !== base.hostname) return null;
  if (!/^https?:$/.test(url.protocol)) return { repository: repositoryIn(url.pathname), relative: false };
  const context = base.pathname.replace(/\/$/, '');
  if (!url.pathname.startsWith(`${context}/`)) return null;
  return { repository: repositoryIn(url.pathname.slice(context.length)), relative: false };
}

/** `/git/owner/name.git`, `/owner/name.git`, `/owner/name`. */
function repositoryIn(path: string): string | null {
  const [, owner, name] = /^\/?(?:git\/)?([^/]+)\/([^/]+?)(?:\.git)?\/?$/.exec(decoded(path)) ?? [];
  return owner === undefined || name === undefined ? null : `${owner}/${name}`;
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** Follows `./` and `../` from `git/owner/name.git`, as git does. */
function resolved(url: string, id: string): string | null {
  const place = ['git', ...id.split('/')];
  for (const part of url.split('/')) {
    if (part === '..') place.pop();
    else if (part !== '.' && part !== '') place.push(part);
  }
  return repositoryIn(`/${place.join('/')}`);
}
