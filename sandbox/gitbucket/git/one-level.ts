import type { PushCommand } from './push-commands.ts';
import { runGit } from './run-git.ts';

const FOLDER = 'refs/one-level-of-a-push';

/** A ref right below `refs/`, such as `refs/stash`: JGit takes it by push, git refuses it as a funny name. */
export function isOneLevel(command: PushCommand): boolean {
  return /^refs\/[^/]+$/.test(command.ref);
}

/** The name under which git is told of it. */
export function longName(ref: string): string {
  return ref.replace(/^refs/, FOLDER);
}

/** The opposite of `longName`, in a report. */
export function shortNames(text: string): string {
  return text.replaceAll(`${FOLDER}/`, 'refs/');
}

/** Lets the long name start where the real ref stands. */
export async function beforeOneLevel(gitDir: string, command: PushCommand): Promise<void> {
  if (isZero(command.oldId)) return;
  await runGit(gitDir, ['update-ref', longName(command.ref), command.oldId]);
}

/** Moves the real ref to where git has brought the long name, and removes that again. */
export async function afterOneLevel(gitDir: string, command: PushCommand): Promise<void> {
  const ids = await runGit(gitDir, ['for-each-ref', '--format=%(objectname)', longName(command.ref)]);
  const reached = ids.toString('utf8').trim() || '0'.repeat(40);
  if (reached === command.newId) {
    const change = isZero(command.newId) ? ['-d', command.ref] : [command.ref, command.newId];
    await runGit(gitDir, ['update-ref', ...change]);
  }
  if (!isZero(reached)) await runGit(gitDir, ['update-ref', '-d', longName(command.ref)]);
}

function isZero(id: string): boolean {
  return /^0+$/.test(id);
}
