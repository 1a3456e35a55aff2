import type { TrackerEvent, TrackerItem } from '../../model/tracker.ts';
import { labelNamed, milestoneNamed } from './labels.ts';
import { authorOf, systemNote, type Desk, type Placed } from './notes.ts';
import type { IssueLine, SystemAction } from './schema.ts';
import { exact } from './times.ts';
import { code, reference } from './wording.ts';

type History = Pick<
  IssueLine,
  'resource_state_events' | 'resource_label_events' | 'resource_milestone_events'
> & { notes: Placed[] };

/**
 * The history of an item. GitLab has events for states, labels and milestones, and notes of the system for everything else.
 *
 * An event is somebody's: one of a person whom the import does not map would be the importer's, with no trace of who it was.
 * Such an event becomes a note of the system instead. GitLab puts the person's name below it, it keeps its time and its
 * place, and it does not count as a comment; nothing is lost but its colors.
 */
export function historyOf(desk: Desk): History {
  const history: History = {
    notes: [],
    resource_state_events: [],
    resource_label_events: [],
    resource_milestone_events: [],
  };
  for (const event of eventsOf(desk.item)) add(desk, history, event);
  return history;
}

/** Of a source that tells no history, at least how it ended. A merge closes too: GitLab has one event for both. */
function eventsOf(item: TrackerItem): readonly TrackerEvent[] {
  if (item.events === null) return ending(item);
  const merge = item.events.findIndex(({ kind }) => kind === 'merge');
  return item.events.filter(({ kind }, index) => kind !== 'close' || merge === -1 || index < merge);
}

function ending(item: TrackerItem): TrackerEvent[] {
  const id = Number.MAX_SAFE_INTEGER;
  if (item.kind === 'pull' && item.state === 'merged') {
    const { mergedAt: at, mergedBy: author } = item;
    return at === null || author === null ? [] : [{ id, author, at, kind: 'merge' }];
  }
  const { closedAt: at, closedBy: author } = item;
  return item.state === 'open' || at === null || author === null ? [] : [{ id, author, at, kind: 'close' }];
}

function add(desk: Desk, history: History, event: TrackerEvent): void {
  const { author, at, id } = event;
  const user = desk.making.people.number(author);
  const known = { user_id: authorOf(desk, author), created_at: exact(at) };
  const asNote = (action: SystemAction | null, note: string): void => {
    history.notes.push({ note: systemNote(desk, { author, at, note, action }), id });
  };
  const asEvent = (action: SystemAction | null, note: string, write: () => void): void => {
    if (user !== null) return write();
    desk.say('event-as-note', author);
    asNote(action, note);
  };
  const label = (name: string, added: boolean): void => {
    const line = labelNamed(desk.making, name);
    const note = `${added ? 'added' : 'removed'} ${line ? reference('~', line.title) : code(name)} label`;
    if (line === null) return asNote('label', note);
    const action = added ? 'add' : 'remove';
    asEvent('label', note, () => history.resource_label_events.push({ action, ...known, label: line }));
  };

  switch (event.kind) {
    case 'close':
    case 'reopen':
    case 'merge': {
      const { state, action, note } = endings[event.kind];
      return asEvent(action, note, () => history.resource_state_events.push({ state, ...known }));
    }
    case 'label':
      return label(event.name, event.added);
    case 'milestone': {
      const title = event.to === '' ? event.from : event.to;
      const milestone = milestoneNamed(desk.making, title);
      const shown = milestone ? reference('%', milestone.title) : code(title);
      const note = event.to === '' ? `removed milestone ${shown}` : `changed milestone to ${shown}`;
      if (milestone === null) return asNote('milestone', note);
      const action = event.to === '' ? 'remove' : 'add';
      return asEvent('milestone', note, () =>
        history.resource_milestone_events.push({ action, ...known, state: 'opened', milestone }),
      );
    }
    case 'priority': {
      const from = labelOfPriority(desk, event.from);
      const to = labelOfPriority(desk, event.to);
      if (from === null && to === null)
        return asNote(null, `changed priority from ${code(event.from)} to ${code(event.to)}`);
      if (from !== null) label(from, false);
      if (to !== null) label(to, true);
      return;
    }
    case 'assignee': {
      const name = desk.making.people.mention(event.name);
      return asNote('assignee', `${event.added ? 'assigned to' : 'unassigned'} ${name}`);
    }
    case 'title':
      return asNote('title', `changed title from ${code(event.from)} to ${code(event.to)}`);
    case 'base':
      return asNote('branch', `changed target branch from ${code(event.from)} to ${code(event.to)}`);
    case 'branch-deleted':
      return asNote('branch', `deleted source branch ${code(event.name)}`);
    case 'mention': {
      const text = event.text === '' ? '' : `: ${code(event.text)}`;
      // With GitLab's own words and icon it hides the note from those who cannot see what is mentioned.
      return asNote(null, `was mentioned in ${placeOf(desk, event.of)}${text}`);
    }
  }
}

const endings = {
  close: { state: 'closed', action: 'closed', note: 'closed' },
  reopen: { state: 'reopened', action: 'opened', note: 'reopened' },
  merge: { state: 'merged', action: 'merged', note: 'merged' },
} as const;

function labelOfPriority({ making }: Desk, name: string): string | null {
  const becomes = name === '' ? null : making.priority(name);
  return becomes === null || becomes === 'field' ? null : becomes.label;
}

/** `#7`, `owner/name#7` and commits, as GitLab reads them. */
function placeOf({ making, item }: Desk, of: string): string {
  const pieces = making.texts.text(of, item, 'note');
  return pieces.length === 1 && pieces[0] !== undefined ? pieces[0].trim() : code(of);
}
