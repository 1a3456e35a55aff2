import { freePath, isLegalAt } from './free-path.ts';
import { blockMapped, grantMapped } from './mapped-paths.ts';
import { legalPathIn } from './names.ts';
import {
  assign,
  block,
  type PathAssignment,
  type PathContext,
  type PathEntry,
  type PathWork,
} from './path-assignment.ts';
import { createPathClaims, looksLikeWiki } from './path-claims.ts';

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
    assign(entry, path, path === entry.original ? null : 'an earlier run gave it this path', work);
  }
}

function keepOriginal(entry: PathEntry, work: PathWork): void {
  const { context, claims, obstacles, assigned } = work;
  if (assigned.has(entry.key)) return;
  const [violation] = legalPathIn(context.parent ?? null, entry.original, context.level);
  const obstacle =
    violation === undefined
      ? claims.conflict(entry.original, entry.key)
      : `GitLab does not take "${entry.original}": ${violation.message}`;
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
  const reason = `no path fits below "${context.parent ?? ''}": ${obstacle ?? entry.original}`;
  const fix = 'choose a shorter "target.parentGroup", or another namespace for the owner in "map.owners"';
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
