import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Deletes a ref that still has this id. */
export async function deleteRef(gitDir: string, ref: string, id: string): Promise<void> {
  await run('git', ['--git-dir', gitDir, 'update-ref', '-d', ref, id]);
}
