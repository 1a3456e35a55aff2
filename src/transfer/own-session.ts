import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * How git is started: by `setsid` where there is one, in a session of its own. A Ctrl-C in the terminal goes to every
 * process of the foreground group, and git would drop the push that is to be finished first.
 */
export function gitBinary(env: Readonly<Record<string, string | undefined>>): [string] | [string, string] {
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const found = (name: string): boolean => folders.some((folder) => existsSync(join(folder, name)));
  return found('setsid') && found('git') ? ['setsid', 'git'] : ['git'];
}
