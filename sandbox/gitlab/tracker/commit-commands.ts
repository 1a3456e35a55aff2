import { DEVELOPER, type Actor } from '../access.ts';
import type { Context } from '../context.ts';
import { isValidRefName } from '../git/ref-names.ts';
import { createTag } from '../ref-writing.ts';
import { readRef } from '../repository.ts';
import { trackerOf, type Project } from '../state.ts';
import { addNote } from './items.ts';
import type { QuickAction } from './quick-action-text.ts';

type Wish = { name: string; message: string };
/** What commands in a comment on a commit come to. */
type CommitCommands = { tag: Wish | null; changes: Record<string, unknown>; messages: string[] };

/** Of all commands only `/tag` means something on a commit, to those who may push (GL-457). */
export function interpretOnCommit(
  context: Context,
  project: Project,
  actor: Actor,
  actions: readonly QuickAction[],
): CommitCommands {
  const found: CommitCommands = { tag: null, changes: {}, messages: [] };
  for (const { name: command, argument } of actions) {
    const [, name = '', message = ''] = /^(\S+)\s*(.*)$/.exec(argument) ?? [];
    if (command !== 'tag' || name === '' || context.accessLevel(actor, project) < DEVELOPER) {
      found.messages.push(`Could not apply ${command} command.`);
      continue;
    }
    found.tag = { name, message };
    found.changes = { tag_name: name, tag_message: message || null };
    found.messages.push(`Tagged this commit to ${name}${message === '' ? '' : ` with "${message}"`}.`);
  }
  return found;
}

/** Makes the tag and notes it; nothing happens where there is one, or cannot be. */
export async function tagCommit(
  context: Context,
  { project, commitId }: { project: Project; commitId: string },
  { name, message }: Wish,
  { user }: Actor,
): Promise<void> {
  const gitDir = context.gitDir(project);
  if (!isValidRefName(name) || readRef(gitDir, `refs/tags/${name}`) !== null) return;
  await createTag(gitDir, name, commitId, { message, by: user });
  const body = `tagged commit ${commitId} to [\`${name}\`](/${project.fullPath}/-/tags/${name})`;
  const { commitNotes } = trackerOf(project);
  const note = addNote(context, { notes: [] }, { authorId: user.id, body, system: true });
  commitNotes.push(Object.assign(note, { commitId }));
}
