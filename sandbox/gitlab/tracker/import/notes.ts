import { isLonger } from '../../names.ts';
import { newDiscussionId, nextId } from '../items.ts';
import type { NoteState } from '../state.ts';
import type { Line } from './archive.ts';
import { awardsOf } from './awards.ts';
import type { Importing } from './importing.ts';
import { placeText, type Places } from './places.ts';
import { isStorable, objectOf, objectsOf, textOf, timeOf } from './values.ts';

const LONGEST = 1_000_000;

/** Lines of notes that break the building of their whole item: an unknown author of whom too little is said (GL-434). */
export function breaksItem({ people }: Importing, line: Line): boolean {
  return objectsOf(line, 'notes').some(
    (note) =>
      !people.knows(note['author_id']) &&
      (objectOf(note, 'author') === null || typeof note['updated_at'] !== 'string'),
  );
}

/** The notes of an item as far as they can be kept; `places` is null where no line can be commented. */
export async function notesOf(importing: Importing, line: Line, places: Places | null): Promise<NoteState[]> {
  const notes: NoteState[] = [];
  for (const each of objectsOf(line, 'notes')) {
    const note = await noteOf(importing, each, places);
    if (note !== null) notes.push(note);
  }
  return notes.toSorted((a, b) => a.createdAt.localeCompare(b.createdAt) || a.id - b.id);
}

async function noteOf(importing: Importing, line: Line, places: Places | null): Promise<NoteState | null> {
  const { context, people, now } = importing;
  const authorId = people.of(line['author_id']);
  const body = bodyOf(importing, line);
  const place = await placed(line, places);
  if (authorId === null || body.trim() === '' || !isStorable(body) || place === null) return null;
  if (isLonger(place.prefix + body, LONGEST)) return null;
  const createdAt = timeOf(line, 'created_at') ?? now;
  const awards = awardsOf(importing, line);
  const given = textOf(line, 'discussion_id');
  return {
    id: nextId(context),
    type: place.type,
    discussionId: given !== null && /^[0-9a-f]{40}$/.test(given) ? given : newDiscussionId(),
    body: place.prefix + body,
    authorId,
    system: line['system'] === true,
    createdAt,
    // Whoever gives an award touches the note (GL-436).
    updatedAt: awards.length > 0 ? now : (timeOf(line, 'updated_at') ?? now),
    imported: true,
    position: place.position,
    lineCode: place.lineCode,
    resolvedAt: timeOf(line, 'resolved_at'),
    resolvedById: people.of(line['resolved_by_id']),
    ...(awards.length > 0 && { awards }),
  };
}

function bodyOf({ people }: Importing, line: Line): string {
  const text = textOf(line, 'note') ?? '';
  if (people.knows(line['author_id'])) return text;
  const name = textOf(objectOf(line, 'author') ?? {}, 'name') ?? '';
  const date = (textOf(line, 'updated_at') ?? '').split('.', 1)[0] ?? '';
  return `${text.trim() === '' ? '*Blank note*' : text}\n\n *By ${name} on ${date}*`;
}

type Placed = Pick<NoteState, 'type'> & {
  prefix: string;
  position: Record<string, unknown> | null;
  lineCode: string | null;
};

const NOWHERE = { prefix: '', position: null, lineCode: null };

/** Where the note belongs; null when it is lost: a comment on a line without `line_code`, or outside of any diff. */
async function placed(line: Line, places: Places | null): Promise<Placed | null> {
  const type = textOf(line, 'type');
  if (type === 'DiscussionNote') return { type, ...NOWHERE };
  if (type !== 'DiffNote') return { type: null, ...NOWHERE };
  const position = objectOf(line, 'position') ?? objectOf(line, 'original_position');
  const lineCode = textOf(line, 'line_code');
  if (places === null || position === null || !lineCode) return null;
  if (await places.has(position)) return { type, prefix: '', position: { ...position }, lineCode };
  return { ...NOWHERE, type: 'DiscussionNote', prefix: placeText(position) };
}
