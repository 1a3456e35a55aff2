import { DEVELOPER } from '../../access.ts';
import { inspectErrors } from '../../ruby.ts';
import { mayReadInternal } from '../../tracker/access.ts';
import type { Item } from '../../tracker/items.ts';
import { placeOnLine } from '../../tracker/line-notes.ts';
import type { NoteState } from '../../tracker/state.ts';
import { created, noContent, ok, type Call, type Endpoint, type Reply, type UserCall } from '../endpoint.ts';
import { discussionEntity, noteEntity, threads } from '../entities/notes.ts';
import { ApiError, failure, forbidden, invalidParameters, notFound } from '../errors.ts';
import { requireLevel } from '../lookup.ts';
import { countNote, createNote, deleteNote, findNote, updateNote, type NoteHolder } from '../note-writing.ts';
import { page, PAGING } from '../pagination.ts';
import { flagOf, type Param } from '../params.ts';
import { findIssueOf, findMergeRequestOf, numberIn } from '../tracker-lookup.ts';

const FIELDS: Record<string, Param> = {
  body: { type: 'string', required: true },
  created_at: { type: 'string' },
};
const WITH_POSITION: Record<string, Param> = { ...FIELDS, position: { type: 'hash' } };

/** Notes in threads, of issues and merge requests. */
export const discussionEndpoints: Endpoint[] = [
  ...discussionsBelow('/projects/:id/issues/:iid', holding(findIssueOf), FIELDS),
  ...discussionsBelow('/projects/:id/merge_requests/:iid', holding(findMergeRequestOf), WITH_POSITION),
];

type Find = (call: Call) => NoteHolder | Promise<NoteHolder>;

function holding(find: (call: Call) => { project: NoteHolder['project']; item: Item }): Find {
  return (call) => {
    const { project, item } = find(call);
    return { project, item, notes: item.notes };
  };
}

/** The endpoints of threads below a path; `fields` are those of a new thread. */
export function discussionsBelow(path: string, find: Find, fields: Record<string, Param>): Endpoint[] {
  const all = `${path}/discussions`;
  const one = `${all}/:discussion`;
  const note = `${one}/notes/:note_id`;
  return [
    reading(all, find, PAGING, list),
    reading(one, find, {}, (call, of) => ok(discussionEntity(call.context, of, ...threadOf(call, of)))),
    reading(note, find, {}, (call, of) =>
      ok(noteEntity(call.context, of, findNote(of, numberIn(call, 'note_id')))),
    ),
    writing('POST', all, find, fields, begin),
    writing('PUT', one, find, { resolved: { type: 'boolean', required: true } }, resolve),
    writing('POST', `${one}/notes`, find, FIELDS, reply),
    writing('PUT', note, find, { body: { type: 'string' }, resolved: { type: 'boolean' } }, change),
    writing('DELETE', note, find, {}, (call, of) => {
      deleteNote(call, of, findNote(of, numberIn(call, 'note_id')));
      return noContent();
    }),
  ];
}

type Run<C> = (call: C, of: NoteHolder) => Reply | Promise<Reply>;

function reading(path: string, find: Find, fields: Record<string, Param>, run: Run<Call>): Endpoint {
  const declares = { fields };
  return {
    method: 'GET',
    path,
    access: 'anonymous',
    declares,
    run: async (call) => run(call, await find(call)),
  };
}

function writing(
  method: 'POST' | 'PUT' | 'DELETE',
  path: string,
  find: Find,
  fields: Record<string, Param>,
  run: Run<UserCall>,
): Endpoint {
  const declares = { fields };
  return { method, path, access: 'user', declares, run: async (call) => run(call, await find(call)) };
}

function list(call: Call, of: NoteHolder): Reply {
  return page(call, [...threads(readable(call, of))], ([id, notes]) =>
    discussionEntity(call.context, of, id, notes),
  );
}

function readable(call: Call, { project, notes }: NoteHolder): NoteState[] {
  return notes.filter(({ internal }) => !internal || mayReadInternal(call.context, call.actor, project));
}

function threadOf(call: Call, of: NoteHolder): [string, NoteState[]] {
  const id = call.route['discussion'] ?? '';
  const notes = threads(readable(call, of)).get(id);
  if (!notes) throw notFound('Discussion');
  return [id, notes];
}

async function begin(call: UserCall, of: NoteHolder): Promise<Reply> {
  const { context, params } = call;
  countNote(call);
  const given = params['position'] as Record<string, unknown> | null | undefined;
  const place = given ? await placeOnLine(context, of, checked(given)) : {};
  if (given) refuse(call, positionErrors(given, of, place !== null));
  const made = await createNote(call, of, { type: given ? 'DiffNote' : 'DiscussionNote', ...place });
  if ('reply' in made) return made.reply;
  return created(discussionEntity(context, of, made.note.discussionId, [made.note]));
}

function refuse({ context }: UserCall, errors: Record<string, string[]>): void {
  if (Object.keys(errors).length === 0) return;
  throw failure(400, `400 Bad request - Note ${inspectErrors(errors, context.settings.rubyInspect)}`);
}

function positionErrors(
  given: Record<string, unknown>,
  of: NoteHolder,
  found: boolean,
): Record<string, string[]> {
  const whole = [given['old_line'], given['new_line']].some((line) => line !== undefined && line !== null);
  return {
    ...('commitId' in of && !isOfCommit(given, of) && { commit_id: ['does not match the diff refs'] }),
    ...(!found && { line_code: ["can't be blank", 'must be a valid line code'] }),
    ...(!whole && { position: ['is incomplete'] }),
  };
}

/** A comment on a commit can only stand on what that changes in its first parent (GL-457). */
function isOfCommit(
  position: Record<string, unknown>,
  { commitId, parent }: { commitId: string; parent: string },
): boolean {
  const { base_sha: base, start_sha: start, head_sha: head } = position;
  return base === parent && start === parent && head === commitId;
}

/** What a place on a line needs (GL-439). */
function checked(position: Record<string, unknown>): Record<string, unknown> {
  const needed = ['base_sha', 'start_sha', 'head_sha', 'position_type'];
  const missing = needed.filter((name) => position[name] === undefined);
  if (missing.length > 0) throw invalidParameters(missing.map((name) => `position[${name}] is missing`));
  return position;
}

/** An answer makes a thread of what stood alone. */
async function reply(call: UserCall, of: NoteHolder): Promise<Reply> {
  countNote(call);
  const [discussionId, notes] = threadOf(call, of);
  const [first] = notes;
  if (first?.system) throw failure(400, '400 Bad request - Discussion can not be replied to.');
  const { type = null, position = null, lineCode = null } = first ?? {};
  const line = type === 'DiffNote' ? { type, position, lineCode } : { type: 'DiscussionNote' as const };
  const made = await createNote(call, of, { discussionId, ...line });
  if ('reply' in made) return made.reply;
  if (first && first.type === null) first.type = 'DiscussionNote';
  return created(noteEntity(call.context, of, made.note, made.changes));
}

function resolve(call: UserCall, of: NoteHolder): Reply {
  const [id, notes] = threadOf(call, of);
  requireResolvable(call, of, notes);
  notes.forEach((note) => setResolved(call, note));
  return ok(discussionEntity(call.context, of, id, notes));
}

async function change(call: UserCall, of: NoteHolder): Promise<Reply> {
  const note = findNote(of, numberIn(call, 'note_id'));
  if (flagOf(call.params, 'resolved') === undefined) return updateNote(call, of, note);
  requireResolvable(call, of, [note]);
  setResolved(call, note);
  return ok(noteEntity(call.context, of, note));
}

/** Threads of merge requests only; whoever may push, or opened the request. */
function requireResolvable(call: UserCall, of: NoteHolder, notes: readonly NoteState[]): void {
  if (!('item' in of) || !('sourceBranch' in of.item)) throw new ApiError(404, { error: '404 Not Found' });
  if (notes.some(({ type }) => type === null)) throw forbidden();
  if (of.item.authorId !== call.actor.user.id) requireLevel(call, of.project, DEVELOPER);
}

function setResolved({ context, actor, params }: UserCall, note: NoteState): void {
  const resolved = flagOf(params, 'resolved') === true;
  note.resolvedAt = resolved ? new Date().toISOString() : null;
  note.resolvedById = resolved ? actor.user.id : null;
  context.changed();
}
