import type { Visibility } from '../model/forge.ts';
import type { Counts, Plan } from '../model/plan.ts';
import type { Totals } from '../model/result.ts';
import {
  countOf,
  formatBytes,
  formatCount,
  formatEstimate,
  listed,
  lowered,
  plural,
} from '../text/format.ts';
import { refsStep } from './messages.ts';

/** Every sentence of the plan as people see it. */

type StepCounts = Pick<Totals['steps'][number], 'title' | 'counts'> & { bytes?: number };
type Action = 'blocked' | 'create' | 'update' | 'unchanged';

export const planHeadings = {
  title: 'Plan for migrating from GitBucket to GitLab',
  notRead: 'Could not be read',
  warnings: 'Warnings',
  nothing: 'This plan is empty.',
  wrote: 'Nothing has been written yet.',
  next: 'Next',
  fixFirst: 'Apply the fixes above first, or leave those items on GitBucket; then:',
  paste: 'Suggested fixes for migrate.config.json',
} as const;

export const fixCommand = 'gb2gl fix writes these into the file, after showing the change and asking.';

export const actionTitles = {
  create: 'new',
  update: 'to update',
  unchanged: 'unchanged',
  blocked: 'blocked',
} as const satisfies Record<Action, string>;

/** Words for what steps count; one that is not here is shown as the step has it. */
const countTitles: Readonly<Record<string, string>> = {
  create: 'to create',
  update: 'to update',
  delete: 'to delete',
  unchanged: 'unchanged',
  kept: 'only on GitLab, left as is',
  refused: 'refused',
  diverged: 'diverged',
  link: 'to link',
  changed: 'to change',
  restore: 'to restore',
  untouched: 'with only the generated page',
  empty: 'empty',
  lost: 'not on GitBucket',
  sample: 'tracked by no attribute',
  elsewhere: 'on another server',
};

/** The plan in one sentence; `failed` and `waiting` count items, and no item twice. */
export function planVerdict(
  plan: Pick<Plan, 'groups' | 'projects' | 'problems'>,
  { failed, waiting, writes }: { failed: number; waiting: number; writes: boolean },
): { tone: 'good' | 'warn' | 'bad'; title: string } {
  const problems = plan.problems.length;
  const unread = problems === 0 ? [] : [`${plural(problems, 'object')} could not be read`];
  const broken = failed === 0 ? [] : [`${plural(failed, 'item')} ${failed === 1 ? 'has' : 'have'} a problem`];
  const bad = [...unread, ...broken];
  const decide =
    waiting === 0 ? [] : [`${plural(waiting, 'item')} ${waiting === 1 ? 'needs' : 'need'} your decision`];
  const title = [...bad, ...decide].join(', ');
  if (title !== '') return { tone: bad.length > 0 ? 'bad' : 'warn', title };
  if (plan.groups.length + plan.projects.length === 0)
    return { tone: 'warn', title: 'Nothing to do: the selection holds nothing' };
  return {
    tone: 'good',
    title: writes ? 'Everything selected can be migrated' : 'Nothing to do: everything selected is on GitLab',
  };
}

/** What a usual line moves, for want of a measurement. */
const usualBytesPerSecond = 10_000_000;

type Effort = { pushes: number; refs: number; wikis: number; idleMs: number; bytes: number | null };

/** `idleMs` is what an idle GitLab takes for the pushes (GL-204); bytes are null while nobody has measured them. */
export function timeLine({ pushes, refs, wikis, idleMs, bytes }: Effort): string {
  const sent = listed([
    ...(pushes === 0 ? [] : [`${plural(pushes, 'push', 'pushes')} of ${plural(refs, 'ref')}`]),
    ...(wikis === 0 ? [] : [`${plural(wikis, 'push', 'pushes')} of ${plural(wikis, 'wiki')}`]),
  ]);
  const lead = `Time: ${formatEstimate(idleMs)} for ${sent} on an idle GitLab, several times that on a busy one;`;
  if (bytes === null)
    return `${lead} what the size of the repositories adds is not known (gb2gl plan --deep measures it).`;
  const ms = (bytes / usualBytesPerSecond) * 1000;
  return `${lead} and ${formatEstimate(ms)} for up to ${formatBytes(bytes)} at ${formatBytes(usualBytesPerSecond)}/s.`;
}

/** `bytes`: what the mirrors of all repositories take on disk; null while nothing was fetched. */
export function diskLine(mirrors: string, bytes: number | null): string {
  return bytes === null
    ? `Disk: journal and reports only; a repository that cannot be relayed, has LFS objects, or is changed by migrate.rewrite or --fix-submodules, is fetched into ${mirrors} first.`
    : `Disk: --deep left ${formatBytes(bytes)} in ${mirrors}; you can delete it.`;
}

type Totalled = { groups: Record<Action, number>; projects: Record<Action, number>; steps: StepSum[] };
type StepSum = Totals['steps'][number] & { bytes?: number };

/**
 * `Create 3 groups and 42 projects on https://gitlab.example.com and push 422 refs? [y/N] `: all that is written; null for a plan that writes
 * nothing.
 */
export function planQuestion({ groups, projects, steps }: Totalled, url: string): string | null {
  const created = [...counted(groups.create, 'group'), ...counted(projects.create, 'project')];
  const updated = counted(projects.update, 'project');
  const sum = (of: string, ...whats: string[]): number => {
    const counts = steps.find(({ step }) => step === of)?.counts ?? {};
    return whats.reduce((all, what) => all + (counts[what] ?? 0), 0);
  };
  const pushed = [
    ...counted(sum(refsStep, 'create', 'update'), 'ref'),
    ...counted(sum('wiki', 'create', 'update'), 'wiki'),
  ];
  const size = sizePart(steps.find(({ step }) => step === 'lfs')?.bytes);
  const deeds = [
    ...(created.length > 0 ? [`create ${listed(created)}`] : []),
    ...(pushed.length > 0 ? [`push ${listed(pushed)}`] : []),
    ...counted(sum('lfs', 'create'), 'LFS object').map((count) => `copy ${count}${size}`),
    ...counted(sum('tracker', 'create', 'update'), 'issue or merge request', 'issues and merge requests').map(
      (count) => `load ${count}`,
    ),
    ...counted(sum('fork', 'link'), 'fork').map((count) => `link ${count}`),
    ...counted(sum('submodules', 'changed'), 'submodule').map((count) => `change ${count} on a branch`),
    ...counted(sum(refsStep, 'delete'), 'ref').map((count) => `delete ${count}`),
  ];
  const [first = updated.map((count) => `update ${count}`).join(''), ...more] = deeds;
  if (first === '') return null;
  const place = /^(?:push|copy) /.test(first) ? 'to' : 'on';
  const sentence = listed([`${first} ${place} ${url}`, ...more]);
  return `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}? [y/N] `;
}

function counted(count: number, one: string, many?: string): string[] {
  return count === 0 ? [] : [plural(count, one, many)];
}

export function groupsLine(counts: Record<Action, number>): string {
  return totalLine('group', 'groups', counts, actionTitles);
}

export function projectsLine(counts: Record<Action, number>): string {
  return totalLine('repository', 'repositories', counts, actionTitles);
}

/** `12 refs: 3 to create, 9 unchanged`; with the bytes that are to be copied, where they are known. */
export function stepLine({ title, counts, bytes }: StepCounts): string {
  const sum = Object.values(counts).reduce((total, count) => total + count, 0);
  const parts = countParts(counts);
  const lead = countOf(sum, title);
  return parts === '' ? lead : `${lead}: ${parts}${sizePart(bytes)}`;
}

function sizePart(bytes = 0): string {
  return bytes === 0 ? '' : ` (${formatBytes(bytes)})`;
}

/** `3 to create, 1 refused`; empty when there are none. */
export function countParts(counts: Counts): string {
  const known = Object.keys(countTitles);
  const keys = [...known, ...Object.keys(counts).filter((key) => !known.includes(key))];
  return keys
    .filter((key) => (counts[key] ?? 0) > 0)
    .map((key) => `${formatCount(counts[key] ?? 0)} ${countTitles[key] ?? key}`)
    .join(', ');
}

/** Nearly every repository has a wiki that nobody has touched: the sum tells it, not each line. */
function withoutNothing({ untouched: _untouched, empty: _empty, ...counts }: Counts): Counts {
  return counts;
}

/** What the steps of one project count: `refs: 3 to create`. */
export function stepParts(steps: readonly StepCounts[]): string {
  return steps
    .map(({ title, counts, bytes }) => ({ title, bytes, parts: countParts(withoutNothing(counts)) }))
    .filter(({ parts }) => parts !== '')
    .map(({ title, bytes, parts }) => `${lowered(title)}: ${parts}${sizePart(bytes)}`)
    .join('; ');
}

export function namespaceLine(action: Action, kind: 'group' | 'user', visibility: Visibility): string {
  if (action === 'blocked') return 'blocked';
  if (kind === 'user') return 'personal namespace';
  return action === 'create' ? `new group, ${visibility}` : 'existing group';
}

export function renamedTo(path: string): string {
  return `renamed to ${path}`;
}

export function loweredTo(visibility: Visibility): string {
  return `public on GitBucket, becomes ${visibility}`;
}

export function moreFindings(count: number): string {
  return `and ${plural(count, 'more finding')} in plan.md`;
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
