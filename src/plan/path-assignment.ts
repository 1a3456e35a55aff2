import type { Place } from './free-path.ts';
import { lookupById } from './names.ts';
import type { PathClaims } from './path-claims.ts';

export type PathEntry = {
  /** Stable identity: the owner's login, or `owner/name`. */
  key: string;
  /** The name on the source. */
  original: string;
  /** When it was made, as a number that grows: the older one keeps a name that several have. Absent when unknown. */
  made?: number | undefined;
  /** The path component that the config's map asks for. */
  wanted?: string;
};

export type PathContext = Place & {
  /** Lower-case paths in this namespace that belong to others. */
  taken: ReadonlySet<string>;
  /** Paths given in this namespace by earlier runs, by key; also of keys that are not selected now. */
  remembered: ReadonlyMap<string, string>;
};

export type PathAssignment = {
  path: string;
  /** Why the path is not simply the original name; null when it is. */
  reason: string | null;
  /** True for an all-digit group, which GitLab's API finds by id only. */
  lookupById: boolean;
  blocked: PathBlock | null;
};

/** Why nothing can be done without a human, and what to paste into the config. */
export type PathBlock = { cause: 'illegal' | 'taken'; reason: string; fix: string };

/** What the passes over the entries share. */
export type PathWork = {
  context: PathContext;
  claims: PathClaims;
  assigned: Map<string, PathAssignment>;
  /** What stood in the way of the nicer paths, by key. */
  obstacles: Map<string, string>;
};

/** Gives the path to the entry for good. */
export function assign(entry: PathEntry, path: string, reason: string | null, work: PathWork): void {
  work.claims.claim(path, entry.key);
  const byId = work.context.level !== 'project' && lookupById(path);
  work.assigned.set(entry.key, { path, reason, lookupById: byId, blocked: null });
}

/** Leaves the entry to a human. */
export function block(entry: PathEntry, path: string, blocked: PathBlock, work: PathWork): void {
  work.assigned.set(entry.key, { path, reason: null, lookupById: false, blocked });
}
