import type { History } from '../journal/history.ts';
import { relativeAddress, resolvedFrom } from './relative-address.ts';

/** What addresses can lead to: the old server under all its names, and where its repositories are now. */
export type Places = {
  /** The source's address as it is configured, and the one that the source itself believes it has. */
  source: readonly string[];
  target: string;
  /** Full paths on the target, by `owner/name` in small letters. */
  paths: ReadonlyMap<string, string>;
};

/** Projects that earlier runs made or adopted: they are where addresses lead, selected or not. */
export function movedEarlier(history: History): Map<string, string> {
  const moved = new Map<string, string>();
  for (const [id, { target }] of history.items)
    if (id.includes('/') && target !== null) moved.set(id.toLowerCase(), target.path);
  return moved;
}

/** Where an address leads, seen from the source. */
export type OldUrl = {
  /** `owner/name` on the source; null when the address names none. */
  repository: string | null;
  relative: boolean;
  /** How the address is written: http and git addresses name the server, the others follow the project. */
  way: 'relative' | 'http' | 'git' | 'ssh';
};

const scp = /^(?:[^@/:]+@)?([^/:]+):(?!\/\/)(.*)$/;

/**
 * Reads an address as git does: null unless it leads to the source, by its host or because it is relative. `id` is the
 * repository that has it; git resolves a relative one against the address that was cloned.
 */
export function oldUrl(url: string, places: Pick<Places, 'source' | 'target'>, id: string): OldUrl | null {
  if (/^\.{1,2}(\/|$)/.test(url)) {
    const repository = repositoryIn(`/${resolvedFrom(`git/${id}`, url)}`);
    return { repository, relative: true, way: 'relative' };
  }
  if (isBelow(url, places.target)) return null;
  for (const source of places.source) {
    const found = absolute(url, new URL(source));
    if (found !== null) return found;
  }
  return null;
}

function absolute(url: string, base: URL): OldUrl | null {
  if (url.includes('://')) return URL.canParse(url) ? ofUrl(new URL(url), base) : null;
  const [, host, path = ''] = scp.exec(url) ?? [];
  if (host?.toLowerCase() !== base.hostname) return null;
  return { repository: repositoryIn(path), relative: false, way: 'ssh' };
}

/** ssh has a port and no context path of its own; a second server on the same host has another path. */
function ofUrl(url: URL, base: URL): OldUrl | null {
  if (url.hostname.toLowerCase() !== base.hostname) return null;
  const way = wayOf(url);
  if (way !== 'http') return { repository: repositoryIn(url.pathname), relative: false, way };
  // On one's own machine there are many servers.
  if (isLoopback(base) && portOf(url) !== portOf(base)) return null;
  const path = belowContext(url, base);
  return path === null ? null : { repository: repositoryIn(path), relative: false, way };
}

function wayOf({ protocol }: URL): OldUrl['way'] {
  if (/^(git\+)?https?:$/.test(protocol)) return 'http';
  return protocol === 'git:' ? 'git' : 'ssh';
}

/** Without the context path of the server; null when it is not below that. */
export function belowContext({ pathname }: URL, base: URL): string | null {
  const context = base.pathname.replace(/\/$/, '');
  return pathname.startsWith(`${context}/`) ? pathname.slice(context.length) : null;
}

function isLoopback({ hostname }: URL): boolean {
  return /^(localhost|127\.[\d.]+|\[::1\])$/.test(hostname);
}

function portOf({ port, protocol }: URL): string {
  return port || (protocol === 'https:' ? '443' : '80');
}

function isBelow(url: string, target: string): boolean {
  return (
    url.includes('://') &&
    URL.canParse(url) &&
    `${new URL(url).origin}${new URL(url).pathname}/`.startsWith(`${target}/`)
  );
}

/** `/git/owner/name.git`, `/owner/name.git`, `/owner/name`. */
function repositoryIn(path: string): string | null {
  const [, owner, name] = /^\/?(?:git\/)?([^/]+)\/([^/]+?)(?:\.git)?\/?$/.exec(decoded(path)) ?? [];
  return owner === undefined || name === undefined ? null : `${owner}/${name}`;
}

/** An address that is badly encoded is taken as it stands. */
export function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** Some put a password into an address; reports go from hand to hand. */
export function withoutPassword(url: string): string {
  return url.replace(/^([\w+]+:\/\/)[^/]*@/, '$1');
}

/** The entry of a `.gitmodules`. */
export type Submodule = { name: string; path: string; url: string };

/** A submodule whose address has to change; `to` is null when nobody knows where its repository is now. */
export type ModuleChange = Submodule & { to: string | null; old: OldUrl };

/**
 * Submodules whose address points to the old server, or no longer to their repository; a relative one that still does is
 * fine. What follows the way of the clone (relative, ssh) gets a relative address, so that it goes on doing so.
 */
export function moduleChanges(
  submodules: readonly Submodule[],
  repository: { id: string; fullPath: string },
  places: Places,
): ModuleChange[] {
  return submodules.flatMap((submodule): ModuleChange[] => {
    const old = oldUrl(submodule.url, places, repository.id);
    if (old === null) return [];
    const goal = old.repository === null ? undefined : places.paths.get(old.repository.toLowerCase());
    if (goal === undefined) return [{ ...submodule, old, to: null }];
    if (old.relative && sameProject(resolvedFrom(repository.fullPath, submodule.url), goal)) return [];
    const follows = old.way === 'relative' || old.way === 'ssh';
    const to = follows ? relativeAddress(repository.fullPath, goal) : `${places.target}/${goal}.git`;
    return [{ ...submodule, old, to }];
  });
}

function sameProject(resolved: string, goal: string): boolean {
  return resolved.replace(/\.git$/, '').toLowerCase() === goal.toLowerCase();
}

/** From `git config --list -z`: `submodule.<name>.url` and its value, divided by a newline. */
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
