import type { RefChange } from '../model.ts';
import { isWrite } from '../transfer/send-batches.ts';
import { eachLine, startGit, type LocalGit } from './local-git.ts';

/** Each takes a walk through the history, and the first few tell enough. */
const MOST_COMMITS = 20;

/**
 * Refs that will be written and whose history has the commit, by commit. What lies in several lines of history is found
 * in the line of its first commit only.
 */
export async function refsWith(
  git: LocalGit,
  commits: Iterable<string>,
  changes: readonly RefChange[],
): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  for (const commit of [...new Set(commits)].filter((id) => id !== '').slice(0, MOST_COMMITS)) {
    const tips = new Set<string>();
    const list = startGit(git, ['for-each-ref', '--contains', commit, '--format=%(objectname)']);
    list.stdin.end();
    await eachLine(list.stdout, (id) => void tips.add(id));
    await list.ended;
    // By id, for a ref may get another name on its way.
    const refs = changes.filter((change) => isWrite(change) && change.new !== null && tips.has(change.new));
    found.set(
      commit,
      refs.map(({ ref }) => ref),
    );
  }
  return found;
}
