import type { Git } from './git.ts';
import { GitExit } from './git.ts';

/** Ids that a command line holds with ease; without the others the size is merely guessed too high. */
const KNOWN_IDS = 10_000;

/** About how many bytes a push of these ids has when the target holds the others already. */
export async function pushBytes(git: Git, ids: readonly string[], there: Iterable<string>): Promise<number> {
  if (ids.length === 0) return 0;
  // The target may hold what the mirror never had.
  const range = ['--ignore-missing', ...ids, '--not', ...[...new Set(there)].slice(-KNOWN_IDS)];
  try {
    return Number(await git('rev-list', '--objects', '--disk-usage', ...range));
  } catch (error) {
    // git before 2.31 does not know the option.
    if (!(error instanceof GitExit) || error.exitCode !== 129) throw error;
    return guessedBytes(git, range);
  }
}

/** As if all commits were of the same size. */
async function guessedBytes(git: Git, range: readonly string[]): Promise<number> {
  const commits = Number(await git('rev-list', '--count', ...range));
  const all = Number(await git('rev-list', '--count', '--all'));
  const counts = await git('count-objects', '-v');
  const kilobytes = [...counts.matchAll(/^size(?:-pack)?: (\d+)$/gm)].map(([, size]) => Number(size));
  return Math.ceil((commits / Math.max(all, 1)) * kilobytes.reduce((sum, size) => sum + size, 0) * 1024);
}
