import type { RefChange } from '../model.ts';
import { isWrite } from '../transfer/send-batches.ts';
import { eachLine, feed, startGit, together, type LocalGit } from './local-git.ts';
import { stuckRefs, type Stuck, type WantedRef } from './push-steps.ts';
import type { Scan } from './scan.ts';
import type { Range } from './walk.ts';

/**
 * Refs that cannot be pushed in portions of `limit` bytes though each commit of theirs can be. Only asked when
 * everything together is larger than that.
 */
export async function refsTooLarge(
  git: LocalGit,
  range: Range,
  { changes, scan, limit }: { changes: readonly RefChange[]; scan: Scan; limit: number | null },
): Promise<Stuck[]> {
  const total = [...scan.perCommit.values()].reduce((sum, size) => sum + size, 0);
  if (limit === null || total <= limit) return [];
  const history = await historyOf(git, range);
  const commits = await commitsOf(git, range.wanted);
  const refs = changes.filter(isWrite).flatMap(({ ref, new: id }): WantedRef[] => {
    const commit = commits.get(id ?? '');
    return commit === undefined ? [] : [{ ref, commit }];
  });
  const known = new Set([
    ...scan.commits.map(({ commit }) => commit),
    ...scan.files.filter(({ exceeds }) => exceeds === 'push').map(({ commit }) => commit),
  ]);
  return stuckRefs(history, scan.perCommit, refs, limit).filter(
    (stuck) => !stuck.commits.some((commit) => known.has(commit)),
  );
}

async function historyOf(git: LocalGit, { wanted, there }: Range): Promise<Map<string, string[]>> {
  const history = new Map<string, string[]>();
  const list = startGit(git, ['rev-list', '--topo-order', '--reverse', '--parents', '--stdin']);
  const read = eachLine(list.stdout, (line) => {
    const [id = '', ...parents] = line.split(' ');
    if (id !== '') history.set(id, parents);
  });
  await together([list], [feed(list.stdin, [...wanted, ...there.map((id) => `^${id}`)]), read]);
  return history;
}

/** The commit that each id is or points to; ids of anything else are left out. */
async function commitsOf(git: LocalGit, ids: readonly string[]): Promise<Map<string, string>> {
  const commits = new Map<string, string>();
  const check = startGit(git, ['cat-file', '--buffer', '--batch-check=%(objectname) %(rest)']);
  const read = eachLine(check.stdout, (line) => {
    const [, commit, id] = /^([0-9a-f]{40}) ([0-9a-f]{40})$/.exec(line) ?? [];
    if (commit !== undefined && id !== undefined) commits.set(id, commit);
  });
  await together(
    [check],
    [
      feed(
        check.stdin,
        ids.map((id) => `${id}^{commit} ${id}`),
      ),
      read,
    ],
  );
  return commits;
}
