import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { MigrationError } from '../errors.ts';
import { killGit, startGit } from '../sandbox/gitlab/git/gitaly.ts';

/** Which of these objects a repository has. @throws git-failed, interrupted */
export async function presentObjects(
  gitDir: string,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<Set<string>> {
  const git = startGit({
    args: ['--git-dir', gitDir, 'cat-file', '--batch-check=%(objectname) %(objecttype)'],
    config: [['safe.directory', '*']],
  });
  const end = (): void => killGit(git);
  signal.addEventListener('abort', end);
  try {
    const ended = once(git, 'close');
    // A git that dies early takes no more; its exit code tells.
    git.stdin?.on('error', () => {});
    git.stdin?.end(ids.map((id) => `${id}\n`).join(''));
    const [listing, complaint] = await Promise.all([
      git.stdout ? text(git.stdout) : '',
      git.stderr ? text(git.stderr) : '',
    ]);
    const [code] = (await ended) as [number | null];
    if (signal.aborted) throw new MigrationError('interrupted', gitDir);
    if (code !== 0) throw new MigrationError('git-failed', gitDir, { detail: complaint.trim() });
    const lines = listing.split('\n').filter((line) => line !== '' && !line.endsWith(' missing'));
    return new Set(lines.map((line) => line.slice(0, 40)));
  } finally {
    signal.removeEventListener('abort', end);
  }
}
