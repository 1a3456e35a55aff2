import { createHash } from 'node:crypto';
import { legalPathIn, MAX_PATH_LENGTH, type PathLevel } from './names.ts';
import { looksLikeWiki, type PathClaims } from './path-claims.ts';
import { nounOf, suggestPath, withSuffix } from './suggest-path.ts';

/** Where a path component is to stand; `parent` is a full path, null or absent at the top. */
export type Place = { level: PathLevel; parent?: string | null };

const HASH_LENGTHS = [6, 12, 24, 64];

/** Does GitLab take the path at this place? */
export function isLegalAt(path: string, place: Place): boolean {
  return legalPathIn(place.parent ?? null, path, place.level).length === 0;
}

/**
 * The first path near the name that GitLab takes and nobody has; null when none fits below the parent.
 * The candidates depend on name and key alone: what else exists only decides which of them is free.
 */
export function freePath(name: string, key: string, place: Place, claims: PathClaims): string | null {
  for (const path of candidates(name, key, place)) {
    if (isLegalAt(path, place) && claims.conflict(path, key) === null) return path;
  }
  return null;
}

function candidates(name: string, key: string, place: Place): string[] {
  const room = roomBelow(place.parent ?? null);
  const base = suggestPath(name, place.level, room);
  const paths = [base];
  if (looksLikeWiki(base)) paths.push(base.replace(/\.(wiki)$/i, '-$1'));
  if (!isLegalAt(base, place)) paths.push(withSuffix(base, nounOf(place.level), room));
  const hash = createHash('sha256').update(key).digest('hex');
  for (const length of HASH_LENGTHS) paths.push(withSuffix(base, hash.slice(0, length), room));
  return paths;
}

function roomBelow(parent: string | null): number {
  return parent === null ? MAX_PATH_LENGTH : MAX_PATH_LENGTH - parent.length - 1;
}
