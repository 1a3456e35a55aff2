import type { TrackerItem, TrackerPull } from '../../model/tracker.ts';
import type { GitBucketDatabase, Row } from '../database.ts';
import { pullState } from './by-api.ts';
import type { Heads } from './heads.ts';
import { commentsIn, eventsIn } from './history.ts';
import { withWholeTexts, type LongTextOptions } from './long-texts.ts';
import type { queries } from './queries.ts';
import { byItem, lastChangeIn, lineCommentsIn, longText, namesIn, numberIn, numberOrNull } from './rows.ts';
import type { Times } from './times.ts';

/** Issues and pull requests as the rows of many tables have them (GB-195, GB-205, GB-206). */

/** The tables of one repository, or their rows of these items. */
export type Tables = {
  /** [] in versions without that table. */
  rowsOf: (name: keyof typeof queries, numbers?: readonly number[]) => Promise<readonly Row[]>;
  /** Null in versions without that table. */
  optional: (name: keyof typeof queries, numbers?: readonly number[]) => Promise<readonly Row[] | null>;
};

export type ItemOptions = LongTextOptions & {
  read: Tables;
  database: GitBucketDatabase;
  times: Times;
  heads: Heads;
};

export type Names = Record<'labels' | 'milestones' | 'priorities' | 'fields', ReadonlyMap<number, string>>;

type Parts = Record<'labels' | 'assignees' | 'comments' | 'pulls' | 'values', Map<number, Row[]>> & {
  names: Names;
  lines: Map<number, Row[]> | null;
};

/** The small tables, by whose ids items name what is in them. */
export async function readNames({ rowsOf }: Tables): Promise<Names> {
  const [labels, milestones, priorities, fields] = await Promise.all([
    rowsOf('labels'),
    rowsOf('milestones'),
    rowsOf('priorities'),
    rowsOf('fields'),
  ]);
  return {
    labels: namesIn(labels, 'LABEL_ID', 'LABEL_NAME'),
    milestones: namesIn(milestones, 'MILESTONE_ID', 'TITLE'),
    priorities: namesIn(priorities, 'PRIORITY_ID', 'PRIORITY_NAME'),
    fields: namesIn(fields, 'FIELD_ID', 'FIELD_NAME'),
  };
}

/** The items of these numbers, in that order. */
export async function itemsIn(
  numbers: readonly number[],
  names: Names,
  options: ItemOptions,
): Promise<TrackerItem[]> {
  const { rowsOf, optional } = options.read;
  const { times, gaps } = options;
  const [issues, labels, assignees, comments, pulls, lines, values] = await Promise.all([
    rowsOf('issues', numbers),
    rowsOf('issueLabels', numbers),
    rowsOf('assignees', numbers),
    rowsOf('comments', numbers),
    rowsOf('pulls', numbers),
    optional('lineComments', numbers),
    rowsOf('fieldValues', numbers),
  ]);
  if (lines === null)
    gaps.note({ what: 'line-comments', count: null, of: '', detail: 'their table cannot be read' });
  await times.prepare(issues);
  const parts: Parts = {
    names,
    labels: byItem(labels),
    assignees: byItem(assignees),
    comments: byItem(comments),
    pulls: byItem(pulls),
    lines: lines === null ? null : byItem(lines),
    values: byItem(values),
  };
  const found = new Map(issues.map((row) => [numberIn(row, 'ISSUE_ID'), row]));
  const items: TrackerItem[] = [];
  for (const number of numbers) {
    const row = found.get(number);
    if (row === undefined) {
      gaps.note({ what: 'issue', count: 1, of: `#${number}`, detail: 'the database does not have it' });
      continue;
    }
    const item = await itemOf(number, row, parts, options);
    if (item !== null) items.push(await withWholeTexts(item, options));
  }
  return items;
}

async function itemOf(
  number: number,
  row: Row,
  parts: Parts,
  { times, gaps, database, heads }: ItemOptions,
): Promise<TrackerItem | null> {
  const { names } = parts;
  const rows = parts.comments.get(number) ?? [];
  const { events, unknown } = eventsIn(rows, times.toUtc, new Set(names.milestones.values()));
  if (unknown.length > 0) {
    const detail = `what ${[...new Set(unknown)].join(', ')} means is not known`;
    gaps.note({ what: 'history', count: unknown.length, of: `#${number}`, detail });
  }
  const closed = row.flag('CLOSED') === true;
  const merge = events.findLast(({ kind }) => kind === 'merge');
  const close = events.findLast(({ kind }) => kind === 'close');
  const end = closed ? (merge ?? close) : undefined;
  const text = (column: string): string => row.text(column) ?? '';
  const item = {
    number,
    title: row.text('SHORT_TEXT') ?? text('TITLE'),
    body: longText(row),
    author: text('OPENED_USER_NAME'),
    createdAt: times.toUtc(text('REGISTERED_DATE')),
    updatedAt: lastChangeIn([row, ...rows, ...(parts.lines?.get(number) ?? [])], times.toUtc),
    labels: namesOf(parts.labels.get(number), 'LABEL_ID', names.labels),
    milestone: names.milestones.get(numberOrNull(row, 'MILESTONE_ID') ?? -1) ?? null,
    assignees: assigneesIn(parts.assignees.get(number)),
    priority: names.priorities.get(numberOrNull(row, 'PRIORITY_ID') ?? -1) ?? null,
    fields: fieldsIn(parts.values.get(number), names.fields),
    comments: commentsIn(rows, times.toUtc),
    events,
    closedAt: end?.at ?? null,
    closedBy: end?.author ?? null,
  };
  if (row.flag('PULL_REQUEST') !== true) return { ...item, kind: 'issue', state: closed ? 'closed' : 'open' };
  const [pull] = parts.pulls.get(number) ?? [];
  if (pull === undefined) {
    gaps.note(withoutBranches(number, item.title));
    return null;
  }
  const merged = closed && merge !== undefined;
  return {
    ...item,
    kind: 'pull',
    state: pullState(!closed, merged),
    ...(await branchesOf(number, pull, { database, heads })),
    mergedAt: merged ? merge.at : null,
    mergedBy: merged ? merge.author : null,
    lineComments: parts.lines && lineCommentsIn(parts.lines.get(number) ?? [], times.toUtc),
  };
}

async function branchesOf(
  number: number,
  row: Row,
  { database, heads }: Pick<ItemOptions, 'database' | 'heads'>,
): Promise<Pick<TrackerPull, 'draft' | 'head' | 'base'>> {
  const text = (column: string): string => row.text(column) ?? '';
  const from = { owner: text('REQUEST_USER_NAME'), name: text('REQUEST_REPOSITORY_NAME') };
  const there = (await database.rowsOfRepository('REPOSITORY', from)) !== null;
  return {
    draft: row.flag('IS_DRAFT') === true,
    head: {
      repository: there ? `${from.owner}/${from.name}` : null,
      branch: text('REQUEST_BRANCH'),
      commit: await heads.commitOf(number, text('COMMIT_ID_TO')),
    },
    base: { branch: text('BRANCH'), commit: row.text('COMMIT_ID_FROM') },
  };
}

export function withoutBranches(number: number, title: string) {
  const detail = `${title === '' ? 'it' : `"${title}"`} is marked as a pull request, but GitBucket has no branches for it`;
  return { what: 'pull-request', count: 1, of: `#${number}`, detail } as const;
}

function namesOf(rows: readonly Row[] = [], column: string, names: ReadonlyMap<number, string>): string[] {
  return rows.flatMap((row) => names.get(numberIn(row, column)) ?? []).sort();
}

/** One column of ISSUE before 4.38 (GB-193). */
function assigneesIn(rows: readonly Row[] = []): string[] {
  const logins = rows.map((row) => row.text('ASSIGNEE_USER_NAME') ?? row.text('ASSIGNED_USER_NAME') ?? '');
  return logins.filter((login) => login !== '').sort();
}

function fieldsIn(
  rows: readonly Row[] = [],
  names: ReadonlyMap<number, string>,
): { name: string; value: string }[] {
  return [...rows]
    .sort((one, other) => numberIn(one, 'FIELD_ID') - numberIn(other, 'FIELD_ID'))
    .flatMap((row) => {
      const name = names.get(numberIn(row, 'FIELD_ID'));
      const value = row.text('VALUE') ?? row.text('FIELD_VALUE') ?? '';
      return name === undefined || value === '' ? [] : [{ name, value }];
    });
}
