import type { Git } from './run.ts';
import { eachLine, feed, together } from './stream.ts';

/** The tip of a branch. */
export type Head = { branch: string; id: string };

/** Names of the branches that have the file, by the id of its content. */
export async function branchesWith(
  git: Git,
  heads: readonly Head[],
  path: string,
): Promise<Map<string, string[]>> {
  const branches = new Map<string, string[]>();
  const check = git.start('cat-file', '--buffer', '--batch-check=%(objectname) %(objecttype) %(rest)');
  const noted = eachLine(check.stdout, (line) => {
    const [, id, branch] = /^([0-9a-f]{40}) blob (.+)$/.exec(line) ?? [];
    if (id === undefined || branch === undefined) return;
    const known = branches.get(id);
    if (known) known.push(branch);
    else branches.set(id, [branch]);
  });
  const asked = heads.map(({ branch, id }) => `${id}:${path} ${branch}`);
  await together([check], [feed(check.stdin, asked), noted]);
  return branches;
}
