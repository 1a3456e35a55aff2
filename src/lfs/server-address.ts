import { GitExit } from '../git/errors.ts';
import type { Git } from '../git/run.ts';

/**
 * The address of the LFS server that a `.lfsconfig` names: `lfs.url`, else that of a remote, as git-lfs takes it. Null
 * when it names none, and for a file that git cannot read as config.
 */
export async function addressOf(git: Git, blob: string): Promise<string | null> {
  try {
    return addressIn(await git.run('config', '--blob', blob, '--list', '-z'));
  } catch (error) {
    if (error instanceof GitExit && error.exitCode > 0) return null;
    throw error;
  }
}

/** From `git config --list -z`: a key and its value, divided by a newline. */
export function addressIn(listing: string): string | null {
  let ofRemote: string | null = null;
  let own: string | null = null;
  for (const entry of listing.split('\0')) {
    const [, key = '', value = ''] = /^([^\n]+)\n([^]*)$/.exec(entry) ?? [];
    if (value === '') continue;
    if (key === 'lfs.url') own = value;
    else if (/^remote\.[^]+\.lfsurl$/.test(key)) ofRemote ??= value;
  }
  return own ?? ofRemote;
}
