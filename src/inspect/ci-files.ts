import type { Git } from '../git/run.ts';
import type { Finding } from '../model/plan.ts';
import { ciFile } from '../steps/quiet-beginning.ts';
import { branchesWith, type Head } from '../git/branch-files.ts';
import { branchList, mostShown } from './words.ts';

/** Branches with a CI file: the migration starts nothing, the next push does (GL-360). */
export async function ciFileFindings(git: Git, heads: readonly Head[]): Promise<Finding[]> {
  const files = await branchesWith(git, heads, ciFile);
  return [...files.values()].slice(0, mostShown).map((branches) => ({
    code: 'ci-file',
    refused: false,
    object: `${branches[0] ?? ''}:${ciFile}`,
    message: `${ciFile} on ${branchList(branches)}: pipelines start with the next push after the migration`,
    fix: 'if they must not start, switch CI/CD off in the project after the migration (Settings > General > Visibility)',
  }));
}
