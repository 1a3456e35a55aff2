import { GitExit } from '../git/errors.ts';
import type { Git } from '../git/run.ts';
import type { Finding } from '../model/plan.ts';
import {
  moduleChanges,
  parseModules,
  withoutPassword,
  type ModuleChange,
  type Places,
  type Submodule,
} from '../plan/old-addresses.ts';
import { shellWord } from '../text/format.ts';
import { branchesWith, type Head } from '../git/branch-files.ts';
import { branchList, mostShown } from './words.ts';

/** Submodules whose address has to change, by branch; one finding for each of them. */
export function submoduleFindings(
  files: readonly ModulesFile[],
  repository: { id: string; fullPath: string },
  places: Places,
): Finding[] {
  return files
    .flatMap(({ branches, submodules }) =>
      moduleChanges(submodules, repository, places).map((change) => finding(change, branches)),
    )
    .slice(0, mostShown);
}

function finding({ name, path, url, old, to }: ModuleChange, branches: readonly string[]): Finding {
  const leads = old.relative ? 'points elsewhere on GitLab' : 'points to the old server';
  const where = to === null ? `; ${old.repository ?? 'its target'} is not part of this plan` : '';
  const address = to === null ? '<its URL on GitLab>' : shellWord(to);
  const byHand = `in a clone of the project: git config -f .gitmodules ${shellWord(`submodule.${name}.url`)} ${address}`;
  return {
    code: 'old-server-url',
    refused: false,
    object: `${branches[0] ?? ''}:${path}`,
    message: `submodule ${name} on ${branchList(branches)}: ${withoutPassword(url)} ${leads}${where}`,
    fix: `after the migration, ${byHand}${to === null ? '' : '; migrate --fix-submodules does so for the default branch, on a branch of its own'}`,
  };
}

/** `.gitmodules` of some branches that have the very same one. */
export type ModulesFile = { branches: string[]; submodules: Submodule[] };

/** The submodules at the head of each branch; branches that share a `.gitmodules` come together. */
export async function modulesOf(git: Git, heads: readonly Head[]): Promise<ModulesFile[]> {
  const branches = await branchesWith(git, heads, '.gitmodules');
  const files: ModulesFile[] = [];
  for (const [blob, names] of branches) {
    files.push({ branches: names, submodules: await readModules(git, blob) });
  }
  return files;
}

/** A file that git cannot read as config has no submodules that a clone would find. */
async function readModules(git: Git, blob: string): Promise<Submodule[]> {
  try {
    return parseModules(await git.run('config', '--blob', blob, '--list', '-z'));
  } catch (error) {
    if (error instanceof GitExit && error.exitCode > 0) return [];
    throw error;
  }
}
