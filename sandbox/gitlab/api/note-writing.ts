import { inspectErrors } from '../ruby.ts';
import { trackerOf } from '../state.ts';
import { mayAdminNote, mayComment, maySetDates } from '../tracker/access.ts';
import { addNote, type NewNote } from '../tracker/items.ts';
import { notify } from '../tracker/notify.ts';
import { extractActions } from '../tracker/quick-action-text.ts';
import { interpretActions } from '../tracker/quick-actions.ts';
import type { NoteState } from '../tracker/state.ts';
import { noteErrors } from '../tracker/texts.ts';
import type { Reply, UserCall } from './endpoint.ts';
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
export function createNote(
  call: UserCall,
  of: NoteHolder,
  fields: Partial<NewNote>,
): { note: NoteState; changes: Record<string, unknown> } | { reply: Reply } {
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
  const found =
    'item' in of
      ? interpretActions(context, { project, item: of.item, actor, persisted: true }, actions)
      : null;
  const changes = found?.changes ?? {};
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
  }
  if ('item' in of && found) changeAndMail(call, { project, item: of.item }, found.updates, undefined);
  if (note) return { note, changes };
  if ((found?.messages ?? []).length === 0) throw failure(400, '400 Bad request - Failed to apply commands.');
  return {
    reply: { status: 202, body: { commands_changes: changes, summary: [found?.messages.join(' ')] } },
  };
}

/** Only an Owner's date counts, and only when it is one (GL-383). */
function dateOf({ context, params, actor }: UserCall, { project }: NoteHolder): string | undefined {
  const time = Date.parse(textOf(params, 'created_at') ?? '');
  if (Number.isNaN(time) || !maySetDates(context, actor, project)) return undefined;
  return new Date(time).toISOString();
}

/** Changes a note's text. */
export function updateNote(call: UserCall, of: NoteHolder, note: NoteState): Record<string, unknown> {
  const { context, params } = call;
  requireNoteRight(call, of, note);
  const body = textOf(params, 'body');
  if (body !== undefined) {
    refuseNote(call, noteErrors(body));
    if (note.body !== body) Object.assign(note, { body, updatedAt: new Date().toISOString() });
  }
  context.changed();
  return noteEntity(context, of, note);
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
