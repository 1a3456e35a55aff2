import { MAX_PATH_LENGTH } from './names.ts';

export type NameKind = 'group' | 'project';

export type NameEntry = {
  key: string;
  /** The name on the source. */
  original: string;
  /** The path that was assigned to it. */
  path: string;
};

// gitlab-contract R8 and R9. Ruby's Alnum is letters, marks and decimal digits.
const PROJECT_NAME =
  /^[\p{Alphabetic}\p{M}\p{Nd}\u{A9}-\u{1F9FF}_][\p{Alphabetic}\p{M}\p{Nd}\p{Pd}+\u{A9}-\u{1F9FF}_. ]*$/u;
const GROUP_NAME =
  /^[\p{Alphabetic}\p{M}\p{Nd}\u{A9}-\u{1F9FF}_][\p{Alphabetic}\p{M}\p{Nd}\p{Pd}\u{A9}-\u{1F9FF}_(). ]*$/u;

/** The original name where GitLab allows it as a display name, else the path (a legal path is a legal name). */
export function displayName(original: string, kind: NameKind, path: string): string {
  return isLegalName(original, kind) ? original : path;
}

/** Display names that are distinct inside one namespace, as GitLab demands of projects and of subgroups. */
export function assignNames(
  entries: readonly NameEntry[],
  context: { kind: NameKind; taken: ReadonlySet<string> },
): Map<string, string> {
  const usesPath = new Set<string>();
  for (const entry of entries) {
    if (!isLegalName(entry.original, context.kind)) usesPath.add(entry.key);
  }
  // Each round may put a path where another entry's original name was meant to stand.
  let size = -1;
  while (size !== usesPath.size) {
    size = usesPath.size;
    const used = countNames(entries, usesPath);
    for (const entry of entries) {
      const clashes = (used.get(entry.original) ?? 0) > 1 || context.taken.has(entry.original);
      if (clashes) usesPath.add(entry.key);
    }
  }
  return new Map(entries.map((entry) => [entry.key, usesPath.has(entry.key) ? entry.path : entry.original]));
}

function isLegalName(name: string, kind: NameKind): boolean {
  const format = kind === 'group' ? GROUP_NAME : PROJECT_NAME;
  return format.test(name) && Array.from(name).length <= MAX_PATH_LENGTH;
}

function countNames(entries: readonly NameEntry[], usesPath: ReadonlySet<string>): Map<string, number> {
  const used = new Map<string, number>();
  for (const entry of entries) {
    const name = usesPath.has(entry.key) ? entry.path : entry.original;
    used.set(name, (used.get(name) ?? 0) + 1);
  }
  return used;
}
