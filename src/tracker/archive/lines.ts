import type { TrackerItem } from '../../model/tracker.ts';
import { issueLine } from './issue-line.ts';
import type { Making } from './making.ts';
import { mergeRequestLine } from './merge-request-line.ts';
import { stranger } from './people.ts';
import { nameOf, type Problems } from './problems.ts';
import { IssueLine, MergeRequestLine } from './schema.ts';
import { lineLimit, MilestoneLine } from './words.ts';

/** What `import-relation` takes by name. */
export type Relation = 'issues' | 'merge_requests' | 'milestones';

/** A line as it is sent, checked. */
export type MadeLine = {
  relation: Relation;
  /** The item's number, or the milestone's iid. */
  number: number;
  /** JSON on one line, without its end. */
  text: string;
  /** With its end. */
  bytes: number;
  /** Numbers of the mapped people that occur in it. */
  people: number[];
  /** Comments that GitLab will count: notes that are not the system's. */
  notes: number;
};

/** The line of an item; null when GitLab would lose or damage it, which is a problem then. */
export function lineOf(item: TrackerItem, making: Making, problems: Problems): MadeLine | null {
  const refuse = (why: string): null => {
    problems.say('item-refused', nameOf(item), why);
    return null;
  };
  const line =
    item.kind === 'pull' ? mergeRequestLine(item, making, problems) : issueLine(item, making, problems);
  const { error } = (item.kind === 'pull' ? MergeRequestLine : IssueLine).safeParse(line);
  const [issue] = error?.issues ?? [];
  if (issue !== undefined) return refuse(`${issue.path.join('.')} ${issue.message}`);
  const notes = line.notes.filter(({ system }) => !system).length;
  const relation = item.kind === 'pull' ? 'merge_requests' : 'issues';
  const made: MadeLine = { relation, number: item.number, ...written(line), people: peopleIn(line), notes };
  return made.bytes > lineLimit ? refuse('it has more than 50 MiB') : made;
}

/** The line of a milestone that no item uses; those that are used come with their items. @throws what zod throws */
export function milestoneMade(line: MilestoneLine): MadeLine {
  const checked = MilestoneLine.parse(line);
  return { relation: 'milestones', number: line.iid, ...written(checked), people: [], notes: 0 };
}

function written(line: object): { text: string; bytes: number } {
  const text = JSON.stringify(line);
  return { text, bytes: Buffer.byteLength(text) + 1 };
}

/** The keys under which a line names people. */
const personKeys = new Set([
  'author_id',
  'user_id',
  'closed_by_id',
  'merge_user_id',
  'merged_by_id',
  'latest_closed_by_id',
]);

function peopleIn(line: object): number[] {
  const found = new Set<number>();
  const look = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, inner] of Object.entries(value)) {
      if (personKeys.has(key) && typeof inner === 'number' && inner !== stranger) found.add(inner);
      else look(inner);
    }
  };
  look(line);
  return [...found].sort((a, b) => a - b);
}
