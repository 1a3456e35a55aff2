import { GitExit } from '../git/errors.ts';
import type { Git } from '../git/run.ts';
import type { WikiContent } from '../model/source.ts';

export async function hasObject(git: Git, name: string): Promise<boolean> {
  try {
    await git.run('cat-file', '-e', name);
    return true;
  } catch (error) {
    if (error instanceof GitExit) return false;
    throw error;
  }
}

/** Empty when there is no such file. */
export async function textOf(git: Git, name: string): Promise<string> {
  return (await hasObject(git, name)) ? git.run('cat-file', 'blob', name) : '';
}

/** What a wiki holds at its tip. Only the texts of pages are read: nobody looks into the other files. */
export async function wikiIn(git: Git, tip: string): Promise<WikiContent> {
  const files = new Map<string, Buffer>();
  for (const path of (await git.run('ls-tree', '-r', '-z', '--name-only', tip)).split('\0')) {
    if (path === '') continue;
    const text = /\.(md|markdown)$/i.test(path) ? await git.run('cat-file', 'blob', `${tip}:${path}`) : '';
    files.set(path, Buffer.from(text));
  }
  const parents = (await git.run('show', '--no-patch', '--format=%P', tip)).trim();
  const message = (await git.run('show', '--no-patch', '--format=%B', tip)).trim();
  return { files, message, parents: parents === '' ? 0 : parents.split(' ').length };
}
