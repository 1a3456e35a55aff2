import { text } from 'node:stream/consumers';
import { GitExit } from '../transfer/git.ts';
import { eachLine, feed, startGit, together, type LocalGit } from './local-git.ts';
import { parseModules, type Submodule } from './modules-config.ts';

/** `.gitmodules` of some branches that have the very same one. */
export type ModulesFile = { branches: string[]; submodules: Submodule[] };

/** The submodules at the head of each branch; branches that share a `.gitmodules` come together. */
export async function modulesOf(
  git: LocalGit,
  heads: readonly { branch: string; id: string }[],
): Promise<ModulesFile[]> {
  const branches = await filesOf(git, heads);
  const files: ModulesFile[] = [];
  for (const [blob, names] of branches) {
    files.push({ branches: names, submodules: await readModules(git, blob) });
  }
  return files;
}

/** Names of the branches by the id of their `.gitmodules`. */
async function filesOf(
  git: LocalGit,
  heads: readonly { branch: string; id: string }[],
): Promise<Map<string, string[]>> {
  const branches = new Map<string, string[]>();
  const check = startGit(git, ['cat-file', '--buffer', '--batch-check=%(objectname) %(objecttype) %(rest)']);
  const noted = eachLine(check.stdout, (line) => {
    const [, id, branch] = /^([0-9a-f]{40}) blob (.+)$/.exec(line) ?? [];
    if (id === undefined || branch === undefined) return;
    const known = branches.get(id);
    if (known) known.push(branch);
    else branches.set(id, [branch]);
  });
  await together(
    [check],
    [
      feed(
        check.stdin,
        heads.map(({ branch, id }) => `${id}:.gitmodules ${branch}`),
      ),
      noted,
    ],
  );
  return branches;
}

/** A file that git cannot read as config has no submodules that a clone would find. */
async function readModules(git: LocalGit, blob: string): Promise<Submodule[]> {
  const config = startGit(git, ['config', '--blob', blob, '--list', '-z']);
  config.stdin.end();
  const listing = text(config.stdout);
  try {
    await config.ended;
  } catch (error) {
    if (error instanceof GitExit && error.exitCode > 0) return [];
    throw error;
  }
  return parseModules(await listing);
}
