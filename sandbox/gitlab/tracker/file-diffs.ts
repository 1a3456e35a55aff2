import { runGit } from '../git-objects.ts';

/** What changed in one file, by the API's own names. */
export type FileDiff = {
  /** From the first `@@` on; empty where only name or mode changed. */
  diff: string;
  new_path: string;
  old_path: string;
  a_mode: string;
  b_mode: string;
  new_file: boolean;
  renamed_file: boolean;
  deleted_file: boolean;
  generated_file: boolean;
};

type Change = { oldMode: string; newMode: string; status: string; oldPath: string; newPath: string };

/** Arguments that keep git from a user's own taste. */
const PLAIN = ['--no-color', '--no-ext-diff', '--no-textconv', '--find-renames', '--full-index'];

/** How GitLab names the parent of a commit that has none (GL-457). */
export const NOTHING = '0'.repeat(40);

/** Git knows it without having it. */
const EMPTY_TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';

/** What differs between two commits, or between nothing and one; null where one of them is not there. */
export async function fileDiffs(gitDir: string, from: string, to: string): Promise<FileDiff[] | null> {
  const start = from === NOTHING ? EMPTY_TREE : from;
  const [raw, text] = await Promise.all([
    rawDiff(gitDir, start, to),
    runGit(gitDir, ['diff-tree', '-r', '--patch', ...PLAIN, start, to]),
  ]);
  if (raw === null || text === null) return null;
  const patches = patchesOf(text);
  return changesOf(raw).flatMap((change) => entriesOf(change, patches));
}

/** How many entries `fileDiffs` has; null where one of the commits is not there. */
export async function countFileDiffs(gitDir: string, from: string, to: string): Promise<number | null> {
  const raw = await rawDiff(gitDir, from, to);
  return raw === null ? null : changesOf(raw).reduce((sum, { status }) => sum + (status === 'T' ? 2 : 1), 0);
}

function rawDiff(gitDir: string, from: string, to: string): Promise<string | null> {
  return runGit(gitDir, ['diff-tree', '-r', '--raw', '-z', '--abbrev=40', ...PLAIN, from, to]);
}

/** One line, `:<mode> <mode> <id> <id> <status>`, then a path, or two after a rename. */
function changesOf(raw: string): Change[] {
  const parts = raw.split('\0');
  const changes: Change[] = [];
  for (let at = 0; at < parts.length - 1;) {
    const [oldMode = '', newMode = '', , , status = ''] = (parts[at] ?? '').slice(1).split(' ');
    const oldPath = parts[at + 1] ?? '';
    const moved = /^[RC]/.test(status);
    const newPath = moved ? (parts[at + 2] ?? '') : oldPath;
    changes.push({ oldMode, newMode, status: status.charAt(0), oldPath, newPath });
    at += moved ? 3 : 2;
  }
  return changes;
}

/** The patches in their order, each from its first hunk on. */
function patchesOf(text: string): string[] {
  return text
    .split(/^diff --git .*$/m)
    .slice(1)
    .map((patch) => /^(?:@@|Binary files )[\s\S]*/m.exec(patch)?.[0] ?? '');
}

/** A file that becomes a link, or the other way round, is one change with two patches. */
function entriesOf(change: Change, patches: string[]): FileDiff[] {
  if (change.status !== 'T') return [entryOf(change, patches.shift() ?? '')];
  const [deleted, added] = [patches.shift() ?? '', patches.shift() ?? ''];
  return [
    entryOf({ ...change, status: 'D', newMode: '0' }, deleted),
    entryOf({ ...change, status: 'A', oldMode: '0' }, added),
  ];
}

function entryOf({ oldMode, newMode, status, oldPath, newPath }: Change, diff: string): FileDiff {
  return {
    diff,
    new_path: newPath,
    old_path: oldPath,
    a_mode: /^0+$/.test(oldMode) ? '0' : oldMode,
    b_mode: /^0+$/.test(newMode) ? '0' : newMode,
    new_file: status === 'A',
    renamed_file: status === 'R',
    deleted_file: status === 'D',
    generated_file: false,
  };
}

/** A line of a diff with the two numbers that its neighbourhood has reached. */
type DiffLine = { kind: '+' | '-' | ' '; old: number; new: number };

/** Every line of the text of one file's diff. */
export function linesOf(diff: string): DiffLine[] {
  const lines: DiffLine[] = [];
  let [old, fresh] = [0, 0];
  for (const text of diff.split('\n')) {
    const hunk = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@/.exec(text);
    const kind = text.charAt(0);
    if (hunk) [old, fresh] = [Number(hunk[1]), Number(hunk[2])];
    if (kind !== '+' && kind !== '-' && kind !== ' ') continue;
    lines.push({ kind, old, new: fresh });
    if (kind !== '+') old += 1;
    if (kind !== '-') fresh += 1;
  }
  return lines;
}
