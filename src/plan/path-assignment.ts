import { lookupById, legalPathIn } from '../gitlab/rules/paths.ts';
import {
  type Place,
  type PathClaims,
  freePath,
  isLegalAt,
  createPathClaims,
  looksLikeWiki,
  nounOf,
} from './free-names.ts';

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
type PathBlock = { cause: 'illegal' | 'taken'; reason: string; fix: string };

/** What the passes over the entries share. */
type PathWork = {
  context: PathContext;
  claims: PathClaims;
  assigned: Map<string, PathAssignment>;
  /** What stood in the way of the nicer paths, by key. */
  obstacles: Map<string, string>;
};

/** Gives the path to the entry for good. */
function assign(entry: PathEntry, path: string, reason: string | null, work: PathWork): void {
  work.claims.claim(path, entry.key);
  const byId = work.context.level !== 'project' && lookupById(path);
  work.assigned.set(entry.key, { path, reason, lookupById: byId, blocked: null });
}

/** Leaves the entry to a human. */
function block(entry: PathEntry, path: string, blocked: PathBlock, work: PathWork): void {
  work.assigned.set(entry.key, { path, reason: null, lookupById: false, blocked });
}

/**
 * Gives every entry of one namespace a legal path of its own. Paths of earlier runs come first, then the config's map, then
 * the others from old to new; among those whose age is unknown, names that are legal as they are come before cleaned
 * ones. The order of entries is irrelevant.
 */
export function assignPaths(
  entries: readonly PathEntry[],
  context: PathContext,
): Map<string, PathAssignment> {
  const claims = createPathClaims(context.taken);
  const work: PathWork = { context, claims, assigned: new Map(), obstacles: new Map() };
  const sorted = [...entries].sort(byWikiThenAge);
  const unmapped = sorted.filter((entry) => entry.wanted === undefined);
  recallEarlier(unmapped, work);
  const refusals = grantMapped(sorted, work);
  // One by one where the age is known: who comes later never takes a name away, be it legal as it is or not.
  for (const entry of unmapped.filter(({ made }) => made !== undefined)) {
    keepOriginal(entry, work);
    cleanName(entry, work);
  }
  for (const entry of unmapped) keepOriginal(entry, work);
  for (const entry of unmapped) cleanName(entry, work);
  blockMapped(refusals, work);
  return work.assigned;
}

function recallEarlier(unmapped: readonly PathEntry[], work: PathWork): void {
  const { context, claims, obstacles } = work;
  const entries = new Map(unmapped.map((entry) => [entry.key, entry]));
  const earlier = [...context.remembered].sort(([a], [b]) => compare(a, b));
  for (const [key, path] of earlier) {
    const holder = claims.holder(path, key);
    if (holder !== null) {
      obstacles.set(key, `an earlier run used "${path}", which is now taken by ${holder}`);
      continue;
    }
    // Claimed even when the key gets another path now: what the earlier run made still stands there.
    claims.claim(path, key);
    const entry = entries.get(key);
    if (entry === undefined || !isLegalAt(path, context)) continue;
    assign(entry, path, path === entry.original ? null : 'an earlier run chose this path', work);
  }
}

function keepOriginal(entry: PathEntry, work: PathWork): void {
  const { context, claims, obstacles, assigned } = work;
  if (assigned.has(entry.key)) return;
  const [violation] = legalPathIn(context.parent ?? null, entry.original, context.level);
  const obstacle =
    violation === undefined
      ? claims.conflict(entry.original, entry.key)
      : `GitLab does not accept "${entry.original}": ${violation.message}`;
  if (obstacle === null) {
    assign(entry, entry.original, obstacles.get(entry.key) ?? null, work);
  } else if (!obstacles.has(entry.key)) {
    obstacles.set(entry.key, obstacle);
  }
}

function cleanName(entry: PathEntry, work: PathWork): void {
  const { context, claims, obstacles, assigned } = work;
  if (assigned.has(entry.key)) return;
  const path = freePath(entry.original, entry.key, context, claims);
  const obstacle = obstacles.get(entry.key) ?? null;
  if (path !== null) {
    assign(entry, path, obstacle, work);
    return;
  }
  const reason = `no valid path exists below "${context.parent ?? ''}": ${obstacle ?? entry.original}`;
  const fix = 'shorten "target.parentGroup", or choose another namespace for the owner in "map.owners"';
  block(entry, entry.original, { cause: 'illegal', reason, fix }, work);
}

/**
 * `foo` before `foo.wiki`: the repository keeps its name, whatever the keys are. Then the older one first, so that what
 * is made later takes no name away; one whose age is unknown comes after those.
 */
function byWikiThenAge(a: PathEntry, b: PathEntry): number {
  const rank = Number(looksLikeWiki(a.original)) - Number(looksLikeWiki(b.original));
  if (rank !== 0) return rank;
  const [before, after] = [a.made ?? Infinity, b.made ?? Infinity];
  if (before !== after) return before < after ? -1 : 1;
  return compare(a.key, b.key);
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

type MappedEntry = PathEntry & { wanted: string };
type Refusal = { entry: MappedEntry; cause: PathBlock['cause']; text: string };

/** Grants what the config's map asks for; returns what cannot be granted. */
function grantMapped(entries: readonly PathEntry[], work: PathWork): Refusal[] {
  const mapped = entries.filter(isMapped);
  const rivals = countRivals(mapped);
  const refusals: Refusal[] = [];
  for (const entry of mapped) {
    const refusal = refuse(entry, rivals, work);
    if (refusal === null) assign(entry, entry.wanted, reasonFor(entry, work.context), work);
    else refusals.push(refusal);
  }
  return refusals;
}

/** Blocks the refused entries. Comes after all other paths are given, so that the one in the fix is free. */
function blockMapped(refusals: readonly Refusal[], work: PathWork): void {
  const { context, claims } = work;
  const section = context.level === 'project' ? 'repositories' : 'owners';
  for (const { entry, cause, text } of refusals) {
    const free = freePath(entry.wanted, entry.key, context, claims) ?? nounOf(context.level);
    claims.claim(free, entry.key);
    const fullPath = context.parent ? `${context.parent}/${free}` : free;
    const reason = `the config maps it to "${entry.wanted}", but ${text}`;
    const fix = `"map": { "${section}": { ${JSON.stringify(entry.key)}: ${JSON.stringify(fullPath)} } }`;
    block(entry, entry.wanted, { cause, reason, fix }, work);
  }
}

function refuse(entry: MappedEntry, rivals: ReadonlyMap<string, number>, work: PathWork): Refusal | null {
  const { context, claims } = work;
  const [violation] = legalPathIn(context.parent ?? null, entry.wanted, context.level);
  if (violation !== undefined) return { entry, cause: 'illegal', text: `it ${violation.message}` };
  if ((rivals.get(entry.wanted.toLowerCase()) ?? 0) > 1) {
    return { entry, cause: 'taken', text: 'other entries use the same path (paths are case-insensitive)' };
  }
  const conflict = claims.conflict(entry.wanted, entry.key);
  return conflict === null ? null : { entry, cause: 'taken', text: conflict };
}

function reasonFor(entry: MappedEntry, context: PathContext): string | null {
  const earlier = context.remembered.get(entry.key);
  if (earlier !== undefined && earlier !== entry.wanted) {
    return `mapped in the config; an earlier run used "${earlier}", which stays unchanged`;
  }
  return entry.wanted === entry.original ? null : 'mapped in the config';
}

function countRivals(mapped: readonly MappedEntry[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { wanted } of mapped) {
    const path = wanted.toLowerCase();
    counts.set(path, (counts.get(path) ?? 0) + 1);
  }
  return counts;
}

function isMapped(entry: PathEntry): entry is MappedEntry {
  return entry.wanted !== undefined;
}
