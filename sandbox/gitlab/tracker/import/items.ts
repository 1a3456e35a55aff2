import { isLonger } from '../../names.ts';
import { nextId } from '../items.ts';
import type { IssueState } from '../state.ts';
import type { Line } from './archive.ts';
import { awardsOf } from './awards.ts';
import { eventsOf } from './events.ts';
import type { Importing } from './importing.ts';
import { labelFor, milestoneFor } from './named.ts';
import { breaksItem } from './notes.ts';
import { integerOf, isStorable, objectOf, objectsOf, textOf, timeOf, titleOf } from './values.ts';

type Shared = Omit<IssueState, 'state' | 'confidential'>;

const LONGEST_TITLE = 255;
const LONGEST_TEXT = 1 << 20;

/** What issues and merge requests have in common, without their notes; null when the line is lost (GL-423). */
export function itemOf(importing: Importing, line: Line, iid: number): Shared | null {
  const { context, people, now } = importing;
  const authorId = people.of(line['author_id']);
  const title = titleOf(line);
  const description = descriptionOf(line);
  if (authorId === null || title === '' || isLonger(title, LONGEST_TITLE)) return null;
  if (!isStorable(title) || description === undefined || breaksItem(importing, line)) return null;
  const given = objectOf(line, 'milestone');
  const milestone = given && milestoneFor(importing, given);
  if (given && !milestone) return null;
  const awards = awardsOf(importing, line);
  return {
    id: nextId(context),
    iid,
    title,
    description,
    authorId,
    createdAt: timeOf(line, 'created_at') ?? now,
    updatedAt: timeOf(line, 'updated_at') ?? now,
    closedAt: timeOf(line, 'closed_at'),
    closedById: people.of(line['closed_by_id']),
    labels: labelsOf(importing, line),
    milestone: milestone?.id ?? null,
    assignees: peopleIn(importing, line, 'issue_assignees'),
    locked: line['discussion_locked'] === true,
    imported: true,
    notes: [],
    events: eventsOf(importing, line),
    ...(awards.length > 0 && { awards }),
  };
}

/** Cut by characters and checked by bytes (GL-430); undefined when it is still too long, or no text. */
function descriptionOf(line: Line): string | null | undefined {
  const text = textOf(line, 'description');
  if (text === null) return null;
  const cut = isLonger(text, LONGEST_TEXT) ? Array.from(text).slice(0, LONGEST_TEXT).join('') : text;
  return Buffer.byteLength(cut) > LONGEST_TEXT || !isStorable(cut) ? undefined : cut;
}

/** Those that can be; one with a comma in its name cannot. */
function labelsOf(importing: Importing, line: Line): number[] {
  const labels = objectsOf(line, 'label_links').map((link) =>
    labelFor(importing, objectOf(link, 'label') ?? {}),
  );
  return [...new Set(labels.flatMap((label) => (label === null ? [] : [label.id])))];
}

/** Ids of the users that a list of an item names, each once: whom nobody knows is the importer. */
export function peopleIn({ people }: Importing, line: Line, list: string): number[] {
  const ids = objectsOf(line, list).map((each) => people.of(each['user_id']));
  return [...new Set(ids.filter((id) => id !== null))];
}

/** The number of a line, else the next free one; null when an item has it already: the line is ignored wholly (GL-424). */
export function freeIid(items: readonly { iid: number }[], line: Line): number | null {
  const iid = integerOf(line, 'iid');
  if (iid === null) return highestIid(items) + 1;
  return items.some((item) => item.iid === iid) ? null : iid;
}

export function highestIid(items: readonly { iid: number }[]): number {
  return items.reduce((highest, { iid }) => Math.max(highest, iid), 0);
}
