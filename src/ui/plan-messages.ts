import type { Visibility } from '../model/forge.ts';
import type { RefChange, RefOutcome } from '../model/plan.ts';
import { formatCount, plural, shortId } from '../text/format.ts';

/** Every sentence of the plan as people see it. */

type Action = 'blocked' | 'create' | 'update' | 'unchanged';

export const planHeadings = {
  title: 'Plan of the migration from GitBucket to GitLab',
  notRead: 'What could not be read',
  warnings: 'Warnings',
  nothing: 'There is nothing in this plan.',
  wrote: 'Nothing has been written yet.',
  paste: 'Fixes to put into migrate.config.json, if you agree with them',
} as const;

export const actionTitles = {
  create: 'new',
  update: 'to update',
  unchanged: 'unchanged',
  blocked: 'blocked',
} as const satisfies Record<Action, string>;

const refTitles = {
  create: 'to create',
  update: 'to update',
  delete: 'to delete',
  unchanged: 'unchanged',
  kept: 'on GitLab only, left alone',
  refused: 'refused by GitLab',
  diverged: 'diverged',
} as const satisfies Record<RefOutcome, string>;

export function groupsLine(counts: Record<Action, number>): string {
  return totalLine('group', 'groups', counts, actionTitles);
}

export function projectsLine(counts: Record<Action, number>): string {
  return totalLine('repository', 'repositories', counts, actionTitles);
}

export function refsLine(counts: Record<RefOutcome, number>): string {
  return totalLine('ref', 'refs', counts, refTitles);
}

/** `3 to create, 1 refused by GitLab`; empty when there are none. */
export function refParts(counts: Record<RefOutcome, number>): string {
  return parts(counts, refTitles).join(', ');
}

export function namespaceLine(action: Action, kind: 'group' | 'user', visibility: Visibility): string {
  if (action === 'blocked') return 'blocked';
  if (kind === 'user') return 'personal namespace';
  return action === 'create' ? `new group, ${visibility}` : 'group that is there already';
}

export function renamedTo(path: string): string {
  return `renamed to ${path}`;
}

export function loweredTo(visibility: Visibility): string {
  return `public on GitBucket, becomes ${visibility}`;
}

export function moreFindings(count: number): string {
  return `and ${plural(count, 'more finding')}: see plan.md`;
}

export function refRemark(change: RefChange): string {
  const reason = change.reason === undefined ? '' : `: ${change.reason}`;
  if (change.outcome !== 'diverged') return `${change.outcome}${reason}`;
  const sides = `source ${change.new ? shortId(change.new) : 'has none'}, target ${change.old ? shortId(change.old) : 'has none'}`;
  return `diverged${reason} (${sides})`;
}

function totalLine<K extends string>(
  one: string,
  many: string,
  counts: Record<K, number>,
  titles: Record<K, string>,
): string {
  let sum = 0;
  for (const count of Object.values<number>(counts)) sum += count;
  const list = parts(counts, titles);
  return list.length === 0 ? plural(sum, one, many) : `${plural(sum, one, many)}: ${list.join(', ')}`;
}

function parts<K extends string>(counts: Record<K, number>, titles: Record<K, string>): string[] {
  const keys = Object.keys(titles) as K[];
  return keys.filter((key) => counts[key] > 0).map((key) => `${formatCount(counts[key])} ${titles[key]}`);
}
