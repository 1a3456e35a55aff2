import { runGit } from './run-git.ts';

export type CommitFile = {
  filename: string;
  additions: number;
  deletions: number;
  changes: number;
  status: string;
  patch: string;
};

/** More files than these come without their patches. */
const MOST_FILES = 100;
/** Lines of git's head above a patch that are cut off, however many there are. */
const HEAD_LINES = 4;
const STATUS: Readonly<Record<string, string>> = { A: 'added', D: 'deleted' };

/**
 * What a commit changed against its first parent, counted as GitBucket does it: all lines that begin with `+` or `-`,
 * what is left of the head of the patch included.
 */
export async function filesOf(
  gitDir: string,
  sha: string,
  parent: string | undefined,
): Promise<CommitFile[]> {
  const sides = parent === undefined ? ['--root', sha] : [parent, sha];
  const options = ['diff-tree', '-r', '--no-renames', '--no-commit-id'];
  const raw = await runGit(gitDir, [...options, '--name-status', '-z', ...sides]);
  const fields = raw.toString('utf8').split('\0');
  const names: { status: string; filename: string }[] = [];
  for (let at = 0; at + 1 < fields.length; at += 2) {
    names.push({ status: STATUS[fields[at] ?? ''] ?? 'modified', filename: fields[at + 1] ?? '' });
  }
  const patches =
    names.length > MOST_FILES ? [] : patchesIn(await runGit(gitDir, [...options, '-p', ...sides]));
  return names.map((file, index) => {
    const patch = patches[index] ?? '';
    const lines = patch.split('\n');
    const additions = lines.filter((line) => line.startsWith('+')).length;
    const deletions = lines.filter((line) => line.startsWith('-')).length;
    return {
      filename: file.filename,
      additions,
      deletions,
      changes: additions + deletions,
      status: file.status,
      patch,
    };
  });
}

function patchesIn(output: Buffer): string[] {
  const text = output.toString('utf8');
  return text
    .split(/^(?=diff --git )/m)
    .filter((part) => part.startsWith('diff --git '))
    .map((part) => part.trimEnd().split('\n').slice(HEAD_LINES).join('\n'));
}
