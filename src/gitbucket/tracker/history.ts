import type { TrackerComment, TrackerEvent } from '../../model/tracker.ts';
import type { Row } from '../database.ts';
import { longText, numberIn, type ToUtc } from './rows.ts';

/**
 * Rows of ISSUE_COMMENT as what they are: comments, which the API shows too (GB-187), and what happened, which only the
 * database has (GB-195). Closing with a text is one row and both. What their texts hold is GB-196.
 */

type Base = { id: number; author: string; at: string };

/** The comments of an item, by their ids. */
export function commentsIn(rows: readonly Row[], toUtc: ToUtc): TrackerComment[] {
  return rows
    .filter((row) => /^(?:(?:close|reopen)_)?comment$/.test(row.text('ACTION') ?? ''))
    .map((row) => ({
      id: numberIn(row, 'COMMENT_ID'),
      author: row.text('COMMENTED_USER_NAME') ?? '',
      body: longText(row),
      createdAt: toUtc(row.text('REGISTERED_DATE') ?? ''),
      updatedAt: toUtc(row.text('UPDATED_DATE') ?? ''),
    }))
    .sort((one, other) => one.id - other.id);
}

/** What happened to an item, by the ids of the rows; `unknown` are actions that no GitBucket has. */
export function eventsIn(
  rows: readonly Row[],
  toUtc: ToUtc,
  milestones: ReadonlySet<string>,
): { events: TrackerEvent[]; unknown: string[] } {
  const unknown: string[] = [];
  const events = rows.flatMap((row): TrackerEvent[] => {
    const action = row.text('ACTION') ?? '';
    const base: Base = {
      id: numberIn(row, 'COMMENT_ID'),
      author: row.text('COMMENTED_USER_NAME') ?? '',
      at: toUtc(row.text('REGISTERED_DATE') ?? ''),
    };
    const found = eventsOf(action, longText(row), base, milestones);
    if (found === null) unknown.push(action);
    return found ?? [];
  });
  return { events: events.sort((one, other) => one.id - other.id), unknown };
}

function eventsOf(
  action: string,
  text: string,
  base: Base,
  milestones: ReadonlySet<string>,
): TrackerEvent[] | null {
  switch (action) {
    case 'comment':
    // What a deleted comment leaves behind tells nothing but that.
    case 'delete_comment':
      return [];
    case 'close':
    case 'close_comment':
      return [{ ...base, kind: 'close' }];
    case 'reopen':
    case 'reopen_comment':
      return [{ ...base, kind: 'reopen' }];
    case 'merge':
      return [{ ...base, kind: 'merge', ...(text === '' ? {} : { text }) }];
    case 'add_label':
    case 'delete_label':
      return [{ ...base, kind: 'label', added: action === 'add_label', name: text }];
    case 'add_assignee':
    case 'delete_assignee':
    case 'delete_assign':
      return [{ ...base, kind: 'assignee', added: action === 'add_assignee', name: text }];
    case 'assign':
      return reassigned(text, base);
    case 'change_title':
      return [{ ...base, kind: 'title', ...fromTo(text, /\r?\n/) }];
    case 'change_base_branch':
      return [{ ...base, kind: 'base', ...fromTo(text, /\r?\n|:/) }];
    case 'change_milestone':
      return [{ ...base, kind: 'milestone', ...fromToTitles(text, milestones) }];
    case 'change_priority':
      return [{ ...base, kind: 'priority', ...fromTo(text, /:/) }];
    case 'delete_branch':
      return [{ ...base, kind: 'branch-deleted', name: text }];
    case 'commit':
    case 'refer':
    case 'refer_global':
      return [{ ...base, kind: 'mention', ...mention(action, text) }];
    default:
      return null;
  }
}

/** Before there were several assignees, one took the other's place. */
function reassigned(text: string, base: Base): TrackerEvent[] {
  const { from, to } = fromTo(text, /:/);
  const events: TrackerEvent[] = [];
  if (isSomebody(from)) events.push({ ...base, kind: 'assignee', added: false, name: from });
  if (isSomebody(to)) events.push({ ...base, kind: 'assignee', added: true, name: to });
  return events;
}

function isSomebody(name: string): boolean {
  return name !== '' && !/^Not assigned$/i.test(name);
}

function fromTo(text: string, between: RegExp): { from: string; to: string } {
  const found = between.exec(text);
  if (found === null) return { from: '', to: text };
  const from = text.slice(0, found.index);
  return { from: nameOf(from), to: nameOf(text.slice(found.index + found[0].length)) };
}

/** A title may have colons itself: where there are several, the one between two titles that are known. */
function fromToTitles(text: string, known: ReadonlySet<string>): { from: string; to: string } {
  const isTitle = (name: string): boolean => known.has(name) || nameOf(name) === '';
  for (let at = text.indexOf(':'); at >= 0; at = text.indexOf(':', at + 1)) {
    const [from, to] = [text.slice(0, at), text.slice(at + 1)];
    if (isTitle(from) && isTitle(to)) return { from: nameOf(from), to: nameOf(to) };
  }
  return fromTo(text, /:/);
}

/** GitBucket's words for none. */
function nameOf(name: string): string {
  return /^No (?:milestone|priority)$/.test(name) ? '' : name;
}

function mention(action: string, text: string): { of: string; text: string } {
  if (action === 'commit') {
    const [all = '', id = ''] = / ([0-9a-f]{40})$/.exec(text) ?? [];
    return { of: id, text: text.slice(0, text.length - all.length) };
  }
  const [number = '', ...rest] = text.split(':');
  if (action === 'refer') return { of: `#${number}`, text: rest.join(':') };
  const [owner = '', name = '', ...title] = rest;
  return { of: `${owner}/${name}#${number}`, text: title.join(':') };
}
