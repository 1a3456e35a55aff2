import { MAX_PATH_LENGTH, legalPath, type PathLevel } from './names.ts';

const ILLEGAL = /[^a-zA-Z0-9._-]+/g;
const SEPARATORS = /[._-]{2,}/g;
const EDGES = /^[._-]+|[._-]+$/g;
const FORBIDDEN_END = /\.(git|atom)$/i;
const ACCENTS = /\p{M}+/gu;

/** What a name gets appended when it is too short or reserved, and what it becomes when nothing is left of it. */
const NOUN = { 'top-group': 'group', subgroup: 'group', project: 'repo' } as const satisfies Record<
  PathLevel,
  string
>;

/** A legal path that stays as near to the original name as GitLab's rules allow; the same for ever. */
export function suggestPath(original: string, level: PathLevel, maxLength = MAX_PATH_LENGTH): string {
  const path = replaceEnd(shorten(clean(original), maxLength));
  if (path === '') return NOUN[level];
  if (legalPath(path, level).length === 0) return path;
  return withSuffix(path, NOUN[level], maxLength);
}

/** Appends a word without making the path longer than allowed. */
export function withSuffix(path: string, suffix: string, maxLength = MAX_PATH_LENGTH): string {
  const stem = shorten(path, maxLength - suffix.length - 1);
  return stem === '' ? suffix : `${stem}-${suffix}`;
}

/** The word for things of a level, used as a suffix. */
export function nounOf(level: PathLevel): string {
  return NOUN[level];
}

function clean(original: string): string {
  return (
    spellPlus(original.normalize('NFKD').replace(ACCENTS, ''))
      .replace(ILLEGAL, '-')
      // The first separator of a run is the one that people chose.
      .replace(SEPARATORS, (run) => run.charAt(0))
      .replace(EDGES, '')
  );
}

/** `c++` and `c` are different things, so a plus is spelt out unless it merely joins two words. */
function spellPlus(name: string): string {
  return name
    .replace(/(?<=[a-zA-Z0-9])\+(?=[a-zA-Z0-9])/g, '-')
    .replace(/\++/g, (run) => 'plus'.repeat(run.length));
}

function shorten(path: string, maxLength: number): string {
  return path.slice(0, Math.max(maxLength, 0)).replace(EDGES, '');
}

function replaceEnd(path: string): string {
  return path.replace(FORBIDDEN_END, '-$1');
}
