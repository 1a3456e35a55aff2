import { once } from 'node:events';
import { startGit } from './gitaly.ts';

/** Refs of one push that are packed after it. */
export const manyRefs = 500;

/**
 * Packs the refs of a repository, as Gitaly's housekeeping does: each loose one is a file that every later push would
 * open. While another one packs them it does nothing.
 */
export async function packRefs(gitDir: string): Promise<void> {
  const git = startGit({ args: ['-C', gitDir, 'pack-refs', '--all'], config: [['safe.directory', '*']] });
  git.stdin?.end();
  git.stdout?.resume();
  git.stderr?.resume();
  await once(git, 'close');
}
