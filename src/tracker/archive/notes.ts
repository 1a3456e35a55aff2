import type { Login, TrackerItem } from '../../model/tracker.ts';
import type { Making } from './making.ts';
import { stranger } from './people.ts';
import { nameOf, type ProblemKind, type Problems } from './problems.ts';
import type { NoteLine, SystemAction } from './schema.ts';
import { exact } from './times.ts';
import { isBlank } from './words.ts';

/** An item on its way into its line. */
export type Desk = {
  item: TrackerItem;
  making: Making;
  type: NoteLine['noteable_type'];
  say(kind: ProblemKind, detail?: string): void;
};

export function deskOf(item: TrackerItem, making: Making, problems: Problems): Desk {
  return {
    item,
    making,
    type: item.kind === 'pull' ? 'MergeRequest' : 'Issue',
    say: (kind, detail) => problems.say(kind, nameOf(item), detail),
  };
}

/** A note with its place among those of the same time. */
export type Placed = { note: NoteLine; id: number };

/** Whom the import does not map becomes the importer, so these numbers stand for authors only. */
export function authorOf({ making }: Desk, login: Login): number {
  return making.people.number(login) ?? stranger;
}

/**
 * A note. Below one by somebody whom GitLab does not map it writes the name and the time of the last change, so it always
 * has both (GL-434).
 */
export function noteOf(
  desk: Desk,
  {
    author,
    note,
    createdAt,
    updatedAt,
  }: { author: Login; note: string; createdAt: string; updatedAt: string },
): NoteLine {
  const name = desk.making.people.name(author);
  return {
    note,
    noteable_type: desk.type,
    author_id: authorOf(desk, author),
    author: { name: isBlank(name) ? author : name },
    system: false,
    created_at: exact(createdAt),
    updated_at: exact(updatedAt),
  };
}

/** What GitLab writes for a note without text (GL-434). */
const blank = '*Blank note*';

/** The pieces of a comment's text, at least one: GitLab keeps no note without text. */
export function piecesOf(desk: Desk, body: string): string[] {
  const pieces = desk.making.texts.text(body, desk.item, 'note');
  if (pieces.length > 0) return pieces;
  desk.say('empty-comment');
  return [blank];
}

/** The comments of the item that belong to no line. */
export function comments(desk: Desk): Placed[] {
  return desk.item.comments.flatMap((comment) =>
    piecesOf(desk, comment.body).map((note) => ({
      note: noteOf(desk, { ...comment, note }),
      id: comment.id,
    })),
  );
}

/** What has no room in the description: the author's notes before all others. */
export function restOfDescription(desk: Desk, pieces: readonly string[]): Placed[] {
  const { author, createdAt } = desk.item;
  return pieces.map((note) => ({
    note: noteOf(desk, { author, note, createdAt, updatedAt: createdAt }),
    id: 0,
  }));
}

/** A line of the history, as GitLab writes them itself; it does not count as a comment. No icon without an action. */
export function systemNote(
  desk: Desk,
  { author, at, note, action }: { author: Login; at: string; note: string; action: SystemAction | null },
): NoteLine {
  const time = exact(at);
  const metadata = { action, created_at: time, updated_at: time };
  return {
    ...noteOf(desk, { author, note, createdAt: at, updatedAt: at }),
    system: true,
    ...(action !== null && { system_note_metadata: { ...metadata, action } }),
  };
}

/** By time, then in the order of the source: GitLab shows notes of one moment in the order of the line. */
export function inOrder(notes: readonly Placed[]): NoteLine[] {
  return notes
    .toSorted((a, b) => compared(a.note.created_at, b.note.created_at) || a.id - b.id)
    .map(({ note }) => note);
}

function compared(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
