import { createHash } from 'node:crypto';
import { legalPathIn, maxPathLength, type PathLevel, legalPath } from '../gitlab/rules/paths.ts';

/** Which paths of one namespace are spoken for, and by whom; one case-insensitive space (GL-76). */
export type PathClaims = {
  claim(path: string, key: string): void;
  /** Who else has this very path; null when nobody. */
  holder(path: string, key: string): string | null;
  /** Why GitLab would not give the path to this key; null when it would. */
  conflict(path: string, key: string): string | null;
};

const foreignMark = Symbol('foreign');
const wikiEnd = '.wiki';

/** Starts with the paths that belong to others. */
export function createPathClaims(foreign: ReadonlySet<string>): PathClaims {
  const holders = new Map<string, string | typeof foreignMark>();
  for (const path of foreign) holders.set(path.toLowerCase(), foreignMark);

  function holder(path: string, key: string): string | null {
    const found = holders.get(path.toLowerCase());
    if (found === undefined || found === key) return null;
    return found === foreignMark ? 'an item on the target that this tool did not create' : `"${found}"`;
  }

  function conflict(path: string, key: string): string | null {
    const other = holder(path, key);
    if (other !== null) return `"${path}" is already taken by ${other} (paths are case-insensitive)`;
    const neighbour = wikiNeighbour(path);
    const owner = holder(neighbour, key);
    if (owner === null) return null;
    return `"${path}" conflicts with "${neighbour}" of ${owner}: one is the path of the other's wiki`;
  }

  return {
    claim(path, key) {
      holders.set(path.toLowerCase(), key);
    },
    holder,
    conflict,
  };
}

/** Does the path look like the address of a wiki? */
export function looksLikeWiki(path: string): boolean {
  return path.toLowerCase().endsWith(wikiEnd);
}

/** GitLab refuses `foo` beside `foo.wiki` (GL-84), newer versions for groups too. */
function wikiNeighbour(path: string): string {
  return looksLikeWiki(path) ? path.slice(0, -wikiEnd.length) : `${path}${wikiEnd}`;
}

/** Where a path component is to stand; `parent` is a full path, null or absent at the top. */
export type Place = { level: PathLevel; parent?: string | null };

const hashLengths = [6, 12, 24, 64];

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
  for (const length of hashLengths) paths.push(withSuffix(base, hash.slice(0, length), room));
  return paths;
}

function roomBelow(parent: string | null): number {
  return parent === null ? maxPathLength : maxPathLength - parent.length - 1;
}

const illegal = /[^a-zA-Z0-9._-]+/g;
const separators = /[._-]{2,}/g;
const edges = /^[._-]+|[._-]+$/g;
const forbiddenEnd = /\.(git|atom)$/i;
const accents = /\p{M}+/gu;

/** What a name gets appended when it is too short or reserved, and what it becomes when nothing is left of it. */
const noun = { 'top-group': 'group', subgroup: 'group', project: 'repo' } as const satisfies Record<
  PathLevel,
  string
>;

/** A full path to propose in the place of one that others have; told apart by its key where that one is taken too. */
export function pathBeside(fullPath: string, key: string, isTaken: (path: string) => boolean): string {
  const usual = `${fullPath}-gitbucket`;
  return isTaken(usual) ? `${usual}-${createHash('sha256').update(key).digest('hex').slice(0, 6)}` : usual;
}

/** A legal path that stays as near to the original name as GitLab's rules allow; always the same one. */
export function suggestPath(original: string, level: PathLevel, maxLength = maxPathLength): string {
  const path = replaceEnd(shorten(clean(original), maxLength));
  if (path === '') return noun[level];
  if (legalPath(path, level).length === 0) return path;
  return withSuffix(path, noun[level], maxLength);
}

/** Appends a word without making the path longer than allowed. */
export function withSuffix(path: string, suffix: string, maxLength = maxPathLength): string {
  const stem = shorten(path, maxLength - suffix.length - 1);
  return stem === '' ? suffix : `${stem}-${suffix}`;
}

/** The word for things of a level, used as a suffix. */
export function nounOf(level: PathLevel): string {
  return noun[level];
}

function clean(original: string): string {
  return (
    spellPlus(original.normalize('NFKD').replace(accents, ''))
      .replace(illegal, '-')
      // The first separator of a run is the one that people chose.
      .replace(separators, (run) => run.charAt(0))
      .replace(edges, '')
  );
}

/** `c++` and `c` are different things, so a plus is spelt out unless it merely joins two words. */
function spellPlus(name: string): string {
  return name
    .replace(/(?<=[a-zA-Z0-9])\+(?=[a-zA-Z0-9])/g, '-')
    .replace(/\++/g, (run) => 'plus'.repeat(run.length));
}

function shorten(path: string, maxLength: number): string {
  return path.slice(0, Math.max(maxLength, 0)).replace(edges, '');
}

function replaceEnd(path: string): string {
  return path.replace(forbiddenEnd, '-$1');
}

export type NameKind = 'group' | 'project';

export type NameEntry = {
  key: string;
  /** The name on the source. */
  original: string;
  /** The path that was assigned to it. */
  path: string;
};

// GL-77, GL-78. Ruby's Alnum is letters, marks and decimal digits.
const projectName =
  /^[\p{Alphabetic}\p{M}\p{Nd}\u{A9}-\u{1F9FF}_][\p{Alphabetic}\p{M}\p{Nd}\p{Pd}+\u{A9}-\u{1F9FF}_. ]*$/u;
const groupName =
  /^[\p{Alphabetic}\p{M}\p{Nd}\u{A9}-\u{1F9FF}_][\p{Alphabetic}\p{M}\p{Nd}\p{Pd}\u{A9}-\u{1F9FF}_(). ]*$/u;

/** The original name where GitLab allows it as a display name, else the path (a legal path is a legal name). */
export function displayName(original: string, kind: NameKind, path: string): string {
  return isLegalName(original, kind) ? original : path;
}

/**
 * Display names that are distinct inside one namespace, as GitLab demands of projects and of subgroups, and differ from
 * those that others have there: the original name, else the path, else the path with a suffix.
 */
export function assignNames(
  entries: readonly NameEntry[],
  context: { kind: NameKind; taken: ReadonlySet<string> },
): Map<string, string> {
  const fallbacks = new Map(entries.map((entry) => [entry.key, fallbackOf(entry, context.taken)]));
  const fallback = ({ key, path }: NameEntry): string => fallbacks.get(key) ?? path;
  const fallsBack = new Set<string>();
  for (const entry of entries) {
    if (!isLegalName(entry.original, context.kind)) fallsBack.add(entry.key);
  }
  // Each round may put a path where another entry's original name was meant to stand.
  let size = -1;
  while (size !== fallsBack.size) {
    size = fallsBack.size;
    const used = new Map<string, number>();
    for (const entry of entries) {
      const name = fallsBack.has(entry.key) ? fallback(entry) : entry.original;
      used.set(name, (used.get(name) ?? 0) + 1);
    }
    for (const entry of entries) {
      const clashes = (used.get(entry.original) ?? 0) > 1 || context.taken.has(entry.original);
      if (clashes) fallsBack.add(entry.key);
    }
  }
  return new Map(
    entries.map((entry) => [entry.key, fallsBack.has(entry.key) ? fallback(entry) : entry.original]),
  );
}

/** The path, as a name; with a suffix that depends on the key alone when somebody else has that name. */
function fallbackOf({ key, path }: NameEntry, taken: ReadonlySet<string>): string {
  if (!taken.has(path)) return path;
  return withSuffix(path, createHash('sha256').update(key).digest('hex').slice(0, 6));
}

function isLegalName(name: string, kind: NameKind): boolean {
  const format = kind === 'group' ? groupName : projectName;
  return format.test(name) && Array.from(name).length <= maxPathLength;
}

/** GitLab takes 2,000 characters (GL-86). */
const descriptionLength = 2000;

/** The description as GitLab takes it: without NUL (GL-20), and cut where it is too long. */
export function shortened(given: string): string {
  const description = given.replaceAll('\0', '');
  if (!isCut(description)) return description;
  return `${Array.from(description)
    .slice(0, descriptionLength - 1)
    .join('')}…`;
}

/** True for a description that GitLab does not take whole. */
export function isCut(description: string): boolean {
  return description.length > descriptionLength && Array.from(description).length > descriptionLength;
}
