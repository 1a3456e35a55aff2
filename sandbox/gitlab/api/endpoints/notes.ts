import type { Item } from '../../tracker/items.ts';
import { mayReadInternal } from '../../tracker/access.ts';
import { created, noContent, ok, type Call, type Endpoint, type Reply, type UserCall } from '../endpoint.ts';
import { byTime, noteEntity } from '../entities/notes.ts';
import { countNote, createNote, deleteNote, findNote, updateNote, type NoteHolder } from '../note-writing.ts';
import { page, PAGING } from '../pagination.ts';
import { flagOf, type Param } from '../params.ts';
import { findIssueOf, findMergeRequestOf, numberIn } from '../tracker-lookup.ts';

const FIELDS: Record<string, Param> = {
  body: { type: 'string', required: true },
  created_at: { type: 'string' },
  internal: { type: 'boolean' },
  confidential: { type: 'boolean' },
};

/** Notes of issues and merge requests, with what GitLab notes by itself. */
export const noteEndpoints: Endpoint[] = [
  ...below('/projects/:id/issues/:iid', findIssueOf),
  ...below('/projects/:id/merge_requests/:iid', findMergeRequestOf),
];

type Find = (call: Call) => { project: NoteHolder['project']; item: Item };

function below(path: string, find: Find): Endpoint[] {
  const holder = (call: Call): NoteHolder => {
    const { project, item } = find(call);
    return { project, item, notes: item.notes };
  };
  return [
    {
      method: 'GET',
      path: `${path}/notes`,
      access: 'anonymous',
      declares: {
        fields: {
          ...PAGING,
          order_by: { type: 'string', values: ['created_at', 'updated_at'], default: 'created_at' },
          sort: { type: 'string', values: ['asc', 'desc'], default: 'desc' },
          activity_filter: {
            type: 'string',
            values: ['all_notes', 'only_comments', 'only_activity'],
            default: 'all_notes',
          },
        },
      },
      run: (call) => list(call, holder(call)),
    },
    {
      method: 'GET',
      path: `${path}/notes/:note_id`,
      access: 'anonymous',
      run(call) {
        const of = holder(call);
        return ok(noteEntity(call.context, of, findNote(of, numberIn(call, 'note_id'))));
      },
    },
    {
      method: 'POST',
      path: `${path}/notes`,
      access: 'user',
      declares: { fields: FIELDS },
      run(call) {
        countNote(call);
        return create(call, holder(call));
      },
    },
    {
      method: 'PUT',
      path: `${path}/notes/:note_id`,
      access: 'user',
      declares: { fields: { body: { type: 'string' }, confidential: { type: 'boolean' } } },
      run(call) {
        const of = holder(call);
        return updateNote(call, of, findNote(of, numberIn(call, 'note_id')));
      },
    },
    {
      method: 'DELETE',
      path: `${path}/notes/:note_id`,
      access: 'user',
      run(call) {
        const of = holder(call);
        deleteNote(call, of, findNote(of, numberIn(call, 'note_id')));
        return noContent();
      },
    },
  ];
}

function list(call: Call, of: NoteHolder): Reply {
  const { context, params, actor } = call;
  const filter = params['activity_filter'];
  const notes = of.notes.filter(
    ({ system }) => filter === 'all_notes' || system === (filter === 'only_activity'),
  );
  const time = params['order_by'] === 'updated_at' ? 'updatedAt' : 'createdAt';
  notes.sort((a, b) => byTime({ ...a, createdAt: a[time] }, { ...b, createdAt: b[time] }));
  if (params['sort'] !== 'asc') notes.reverse();
  // Pages are counted before what is internal is left out.
  const reply = page(call, notes, (note) => note);
  const shown = (reply.body as typeof notes).filter(
    ({ internal }) => !internal || mayReadInternal(context, actor, of.project),
  );
  return { ...reply, body: shown.map((note) => noteEntity(context, of, note)) };
}

async function create(call: UserCall, of: NoteHolder): Promise<Reply> {
  const internal = flagOf(call.params, 'internal') ?? flagOf(call.params, 'confidential') ?? false;
  const made = await createNote(call, of, internal ? { internal } : {});
  if ('reply' in made) return made.reply;
  return created(noteEntity(call.context, of, made.note, made.changes));
}
