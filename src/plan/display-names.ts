import { createHash } from 'node:crypto';
import { maxPathLength } from '../gitlab/rules/paths.ts';
import { withSuffix } from './free-path.ts';

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

export function shortened(description: string): string {
  if (!isCut(description)) return description;
  return `${Array.from(description)
    .slice(0, descriptionLength - 1)
    .join('')}…`;
}

/** True for a description that GitLab does not take whole. */
export function isCut(description: string): boolean {
  return description.length > descriptionLength && Array.from(description).length > descriptionLength;
}
