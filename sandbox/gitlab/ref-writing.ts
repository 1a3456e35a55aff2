import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Creates a ref; false when git does not, as beside `a` for `a/b`. */
export async function createRef(gitDir: string, ref: string, id: string): Promise<boolean> {
  try {
    await run('git', ['--git-dir', gitDir, 'update-ref', ref, id, '0'.repeat(40)]);
    return true;
  } catch {
    return false;
  }
}

/** Deletes a ref that still has this id. */
export async function deleteRef(gitDir: string, ref: string, id: string): Promise<void> {
  await run('git', ['--git-dir', gitDir, 'update-ref', '-d', ref, id]);
}

/** Makes a tag, annotated where it has a message. */
export async function createTag(
  gitDir: string,
  name: string,
  target: string,
  { message, by }: { message: string; by: { name: string; email: string } },
): Promise<void> {
  const env = { ...process.env, GIT_COMMITTER_NAME: by.name, GIT_COMMITTER_EMAIL: by.email };
  const annotation = message === '' ? [] : ['-a', '-m', message];
  await run('git', ['--git-dir', gitDir, 'tag', ...annotation, '--', name, target], { env });
}
