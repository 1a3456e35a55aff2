import { createHash } from 'node:crypto';
import type { LineComment, TrackerPull } from '../../model/tracker.ts';
import type { Place } from './making.ts';
import { noteOf, piecesOf, type Desk, type Placed } from './notes.ts';
import { positionOf, type Located } from './positions.ts';
import type { NoteLine } from './schema.ts';

/**
 * The comments on lines, in threads. One whose line is not in the diff becomes an ordinary note that names commit, path and
 * line, with its thread below it; GitLab would do the same, with less in it (GL-439).
 */
export function lineComments(desk: Desk, pull: TrackerPull, place: Place): Placed[] {
  const threads = new Map<number, LineComment[]>();
  for (const comment of (pull.lineComments ?? []).toSorted((a, b) => a.id - b.id)) {
    const root = comment.replyTo ?? comment.id;
    const thread = threads.get(root);
    if (thread === undefined) threads.set(root, [comment]);
    else thread.push(comment);
  }
  return [...threads].flatMap(([root, thread]) => threadOf(desk, { pull, place, root, thread }));
}

type Thread = { pull: TrackerPull; place: Place; root: number; thread: LineComment[] };

function threadOf(desk: Desk, { pull, place, root, thread }: Thread): Placed[] {
  const [first] = thread;
  if (first === undefined) return [];
  const diff = first.path === null || place.head === null ? null : place.diff(first.commit);
  const where = diff && positionOf(diff, first);
  const id = { discussion_id: threadId(root) };
  const lost = where === null ? `${desk.making.texts.lostPlace(first, pull)}\n\n` : '';
  if (where === null && first.path !== null) desk.say('place-lost', first.path);
  const notes = thread.flatMap((comment) =>
    piecesOf(desk, comment.body).map((text, index) => ({
      note: noteOf(desk, { ...comment, note: comment === first && index === 0 ? `${lost}${text}` : text }),
      id: comment.id,
    })),
  );
  return notes.map(({ note, id: order }) => ({
    note: { ...note, ...threaded(where, id, notes.length) },
    id: order,
  }));
}

function threaded(where: Located | null, id: { discussion_id: string }, count: number): Partial<NoteLine> {
  if (where !== null) return { type: 'DiffNote', ...id, ...where };
  return count > 1 ? { type: 'DiscussionNote', ...id } : {};
}

/** 40 hex digits, the same in every run. */
function threadId(root: number): string {
  return createHash('sha1').update(`line comment ${root}`).digest('hex');
}
