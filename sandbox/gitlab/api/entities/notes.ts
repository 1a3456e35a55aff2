import type { Context } from '../../context.ts';
import type { Project } from '../../state.ts';
import type { Item } from '../../tracker/items.ts';
import type { NoteState } from '../../tracker/state.ts';
import { importedFrom, typeOf } from './items.ts';
import { userById } from './tracker.ts';

type Entity = Record<string, unknown>;

/** What carries notes: an item, or a commit by its id and that of its first parent. */
export type Noteable =
  | { project: Project; item: Item }
  | { project: Project; commitId: string; parent: string };

export function noteEntity(context: Context, of: Noteable, note: NoteState, changes: Entity = {}): Entity {
  const type = 'item' in of ? typeOf(of.item) : 'Commit';
  const resolvable = type === 'MergeRequest' && note.type !== null && !note.system;
  const onLine = note.type === 'DiffNote';
  const resolvedAt = note.resolvedAt ?? null;
  return {
    id: note.id,
    type: note.type,
    body: note.body,
    author: userById(context, note.authorId),
    created_at: note.createdAt,
    updated_at: note.updatedAt,
    system: note.system,
    noteable_id: 'item' in of ? of.item.id : null,
    noteable_type: type,
    project_id: of.project.id,
    ...(onLine && type === 'MergeRequest' && { commit_id: null }),
    ...(onLine && { position: note.position ?? null }),
    resolvable,
    ...(resolvable && {
      resolved: resolvedAt !== null,
      resolved_by: userById(context, note.resolvedById),
      resolved_at: resolvedAt,
    }),
    ...(onLine && type === 'MergeRequest' && { suggestions: [] }),
    confidential: note.internal ?? false,
    internal: note.internal ?? false,
    ...importedFrom(note),
    noteable_iid: 'item' in of ? of.item.iid : null,
    commands_changes: changes,
  };
}

export function discussionEntity(
  context: Context,
  of: Noteable,
  id: string,
  notes: readonly NoteState[],
): Entity {
  return {
    id,
    individual_note: notes.length === 1 && notes[0]?.type === null,
    notes: notes.map((note) => noteEntity(context, of, note)),
  };
}

/** Notes by the id of their thread, the oldest first. */
export function threads(notes: readonly NoteState[]): Map<string, NoteState[]> {
  const sorted = notes.toSorted((a, b) => byTime(a, b));
  const found = new Map<string, NoteState[]>();
  for (const note of sorted) found.set(note.discussionId, [...(found.get(note.discussionId) ?? []), note]);
  return found;
}

export function byTime(a: NoteState, b: NoteState): number {
  if (a.createdAt === b.createdAt) return a.id - b.id;
  return a.createdAt < b.createdAt ? -1 : 1;
}
