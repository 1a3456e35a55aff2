import { inspectErrors } from '../ruby.ts';
import { trackerOf } from '../state.ts';
import { mayAdminNote, mayComment, maySetDates } from '../tracker/access.ts';
import { interpretOnCommit, tagCommit } from '../tracker/commit-commands.ts';
import { noteMentions } from '../tracker/cross-references.ts';
import { addNote, type NewNote } from '../tracker/items.ts';
import { notify } from '../tracker/notify.ts';
import { extractActions, type QuickAction } from '../tracker/quick-action-text.ts';
import { interpretActions } from '../tracker/quick-actions.ts';
import type { NoteState } from '../tracker/state.ts';
import { noteErrors } from '../tracker/texts.ts';
import { ok, type Reply, type UserCall } from './endpoint.ts';
import { noteEntity, type Noteable } from './entities/notes.ts';
import { failure, forbidden } from './errors.ts';
import { changeAndMail } from './endpoints/issue-writing.ts';
import { textOf } from './params.ts';
import { recordNotFound, refuseArchived } from './tracker-lookup.ts';

/** Threads and commits hold notes that belong to nobody's issue. */
export type NoteHolder = Noteable & { notes: NoteState[] };

/** Most that an item takes by REST (GL-388). */
const MOST_NOTES = 5000;

/**
 * Makes a note as Notes::CreateService does: commands in it are carried out and taken out of the text, and of a note
 * of commands alone nothing is left (GL-385).
 */
export async function createNote(
  call: UserCall,
  of: NoteHolder,
  fields: Partial<NewNote>,
): Promise<{ note: NoteState; changes: Record<string, unknown> } | { reply: Reply }> {
  const { context, params, actor } = call;
  const { project } = of;
  if ('item' in of && !mayComment(context, actor, project, of.item)) throw forbidden();
  refuseArchived(call, project);
  const given = textOf(params, 'body') ?? '';
  refuseNote(call, noteErrors(given));
  if (of.notes.length >= MOST_NOTES) {
    refuseNote(call, { base: [`Maximum number of comments exceeded`] });
  }
  const { text, actions } = extractActions(given);
  const commands = commandsOf(call, of, actions);
  const at = dateOf(call, of);
  let note: NoteState | null = null;
  if (text !== '') {
    note = addNote(context, 'item' in of ? of.item : of, {
      ...fields,
      body: text,
      authorId: actor.user.id,
      ...(at !== undefined && { createdAt: at }),
    });
    if ('item' in of) notify(context, project, of.item, { kind: 'new-note', byId: actor.user.id });
    else trackerOf(project).commitNotes.push(Object.assign(note, { commitId: of.commitId }));
    noteMentions(context, of, { text, actor });
  }
  await commands.carryOut();
  return note ? { note, changes: commands.changes } : { reply: saidOf(commands) };
}

type Commands = {
  changes: Record<string, unknown>;
  messages: readonly string[];
  carryOut(): void | Promise<void>;
};

function commandsOf(call: UserCall, of: NoteHolder, actions: readonly QuickAction[]): Commands {
  const { context, actor } = call;
  const { project } = of;
  if (!('item' in of)) {
    const { tag, ...told } = interpretOnCommit(context, project, actor, actions);
    return { ...told, carryOut: () => (tag === null ? undefined : tagCommit(context, of, tag, actor)) };
  }
  const { item } = of;
  const { updates, ...told } = interpretActions(context, { project, item, actor, persisted: true }, actions);
  return { ...told, carryOut: () => changeAndMail(call, { project, item }, updates, undefined) };
}

/** What is answered where nothing but commands was in a text. */
function saidOf({ changes, messages }: Commands): Reply {
  if (messages.length === 0) throw failure(400, '400 Bad request - Failed to apply commands.');
  return { status: 202, body: { commands_changes: changes, summary: [messages.join(' ')] } };
}

/** Only an Owner's date counts, and only when it is one (GL-383). */
function dateOf({ context, params, actor }: UserCall, { project }: NoteHolder): string | undefined {
  const time = Date.parse(textOf(params, 'created_at') ?? '');
  if (Number.isNaN(time) || !maySetDates(context, actor, project)) return undefined;
  return new Date(time).toISOString();
}

/** Changes a note's text; commands in it are carried out as in a new one, and one of commands alone goes (GL-385). */
export async function updateNote(call: UserCall, of: NoteHolder, note: NoteState): Promise<Reply> {
  const { context, params, actor } = call;
  requireNoteRight(call, of, note);
  const given = textOf(params, 'body');
  if (given === undefined) return ok(noteEntity(context, of, note));
  refuseNote(call, noteErrors(given));
  const { text, actions } = extractActions(given);
  const commands = commandsOf(call, of, actions);
  if (text === '') {
    deleteNote(call, of, note);
    await commands.carryOut();
    return saidOf(commands);
  }
  if (note.body !== text) Object.assign(note, { body: text, updatedAt: new Date().toISOString() });
  noteMentions(context, of, { text, actor });
  await commands.carryOut();
  context.changed();
  return ok(noteEntity(context, of, note, commands.changes));
}

/** Takes a note away. */
export function deleteNote(call: UserCall, of: NoteHolder, note: NoteState): void {
  requireNoteRight(call, of, note);
  of.notes.splice(of.notes.indexOf(note), 1);
  if ('commitId' in of) {
    const tracker = trackerOf(of.project);
    tracker.commitNotes = tracker.commitNotes.filter(({ id }) => id !== note.id);
  }
  call.context.changed();
}

function requireNoteRight(call: UserCall, { project }: NoteHolder, note: NoteState): void {
  if (note.system || !mayAdminNote(call.context, call.actor, project, note.authorId)) throw forbidden();
  refuseArchived(call, project);
}

export function findNote(of: NoteHolder, id: number): NoteState {
  const note = of.notes.find((each) => each.id === id);
  if (!note) throw recordNotFound();
  return note;
}

function refuseNote({ context }: UserCall, errors: Record<string, string[]>): void {
  if (Object.keys(errors).length === 0) return;
  throw failure(400, `400 Bad request - Note ${inspectErrors(errors, context.settings.rubyInspect)}`);
}

/** Every comment counts, wherever it is made (GL-301). */
export function countNote({ limiter, actor }: UserCall): void {
  limiter.check('notes_create', actor.user.id);
}
