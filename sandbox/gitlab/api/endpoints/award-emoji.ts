import { nextId, type Item } from '../../tracker/items.ts';
import type { AwardState } from '../../tracker/state.ts';
import { created, noContent, type Call, type Endpoint, type Reply, type UserCall } from '../endpoint.ts';
import { typeOf } from '../entities/items.ts';
import { awardEntity } from '../entities/tracker.ts';
import { notFound, unauthorized } from '../errors.ts';
import { findNote } from '../note-writing.ts';
import { page, PAGING } from '../pagination.ts';
import { textOf } from '../params.ts';
import { findIssueOf, findMergeRequestOf, numberIn, recordNotFound } from '../tracker-lookup.ts';

/** Second names of the emoji that are given most. */
const ALIASES: Readonly<Record<string, string>> = { '+1': 'thumbsup', '-1': 'thumbsdown' };

/** Reactions to items and notes (GL-389). */
export const awardEmojiEndpoints: Endpoint[] = [
  ...below('/projects/:id/issues/:iid', findIssueOf),
  ...below('/projects/:id/merge_requests/:iid', findMergeRequestOf),
];

type Find = (call: Call) => { project: Parameters<typeof findNote>[0]['project']; item: Item };
type Awardable = { awards?: AwardState[] };
type Of = { id: number; type: string; on: Awardable };

function below(path: string, find: Find): Endpoint[] {
  const ofItem = (call: Call): Of => {
    const { item } = find(call);
    return { id: item.id, type: typeOf(item), on: item };
  };
  const ofNote = (call: Call): Of => {
    const { project, item } = find(call);
    const note = findNote({ project, item, notes: item.notes }, numberIn(call, 'note_id'));
    return { id: note.id, type: 'Note', on: note };
  };
  return [...endpointsOf(path, ofItem), ...endpointsOf(`${path}/notes/:note_id`, ofNote)];
}

function endpointsOf(path: string, find: (call: Call) => Of): Endpoint[] {
  return [
    {
      method: 'GET',
      path: `${path}/award_emoji`,
      access: 'anonymous',
      declares: { fields: PAGING },
      run(call) {
        const of = find(call);
        return page(call, of.on.awards ?? [], (award) => awardEntity(call.context, award, of));
      },
    },
    {
      method: 'POST',
      path: `${path}/award_emoji`,
      access: 'user',
      declares: { fields: { name: { type: 'string', required: true } } },
      run: (call) => create(call, find(call)),
    },
    {
      method: 'DELETE',
      path: `${path}/award_emoji/:award_id`,
      access: 'user',
      run: (call) => remove(call, find(call)),
    },
  ];
}

function create(call: UserCall, of: Of): Reply {
  const { context, params, actor } = call;
  const given = textOf(params, 'name') ?? '';
  const name = ALIASES[given] ?? given;
  const userId = actor.user.id;
  const awards = (of.on.awards ??= []);
  if (awards.some((award) => award.name === name && award.userId === userId)) {
    throw notFound('Award Emoji Name has already been taken');
  }
  const award = { id: nextId(context), name, userId, createdAt: new Date().toISOString() };
  awards.push(award);
  context.changed();
  return created(awardEntity(context, award, of));
}

function remove(call: UserCall, of: Of): Reply {
  const id = numberIn(call, 'award_id');
  const award = of.on.awards?.find((each) => each.id === id);
  if (!award) throw recordNotFound();
  if (award.userId !== call.actor.user.id && !call.actor.admin) throw unauthorized();
  of.on.awards = of.on.awards?.filter((each) => each !== award) ?? [];
  call.context.changed();
  return noContent();
}
