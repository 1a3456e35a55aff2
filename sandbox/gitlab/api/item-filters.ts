import type { Project } from '../state.ts';
import { mayReadItem } from '../tracker/access.ts';
import type { Item } from '../tracker/items.ts';
import { labelNames } from '../tracker/labels.ts';
import { milestoneOf } from '../tracker/milestones.ts';
import type { Call, Reply } from './endpoint.ts';
import { cursorPage, ordered, page, PAGING } from './pagination.ts';
import { textOf, type Param, type Params } from './params.ts';
import { namesOf } from './tracker-lookup.ts';

const DATES = ['created_after', 'created_before', 'updated_after', 'updated_before'];

/** What lists of issues and of merge requests can be filtered by. */
export const ITEM_FILTERS: Record<string, Param> = {
  ...PAGING,
  pagination: { type: 'string', values: ['legacy', 'keyset', 'none'] },
  cursor: { type: 'string' },
  with_labels_details: { type: 'boolean', default: false },
  state: { type: 'string', default: 'all' },
  scope: {
    type: 'string',
    values: ['created-by-me', 'assigned-to-me', 'created_by_me', 'assigned_to_me', 'all'],
  },
  iids: { type: 'integers' },
  labels: { type: 'strings' },
  milestone: { type: 'string' },
  milestone_id: { type: 'string', values: ['Any', 'None', 'Upcoming', 'Started'] },
  author_id: { type: 'integer' },
  author_username: { type: 'string' },
  assignee_id: { type: 'string' },
  assignee_username: { type: 'strings' },
  search: { type: 'string' },
  in: { type: 'string' },
  ...Object.fromEntries(DATES.map((name): [string, Param] => [name, { type: 'datetime' }])),
  order_by: {
    type: 'string',
    values: [
      'created_at',
      'updated_at',
      'due_date',
      'title',
      'priority',
      'label_priority',
      'milestone_due',
      'popularity',
      'relative_position',
    ],
    default: 'created_at',
  },
  sort: { type: 'string', values: ['asc', 'desc'], default: 'desc' },
};

/** One page of the items that the caller may read and asked for. */
export function itemPage<T extends Item>(
  call: Call,
  project: Project,
  items: readonly T[],
  entity: (item: T) => unknown,
): Reply {
  if (textOf(call.params, 'search') !== undefined)
    call.limiter.check('search_rate_limit', call.actor?.user.id ?? 0);
  // One negative number makes every list fail (GL-429).
  if (items.some(({ iid }) => iid < 0)) throw new Error('negative iid');
  const chosen = items.filter((item) => isChosen(call, project, item));
  const sorted = ordered(call, chosen, {
    updated_at: (item) => item.updatedAt,
    title: (item) => item.title,
    due_date: (item) => item.dueDate ?? '9999',
  });
  const keyset = ['created_at', 'updated_at', 'title'].includes(String(call.params['order_by']));
  if (call.params['pagination'] === 'keyset' && keyset) return cursorPage(call, sorted, entity);
  return page(call, sorted, entity);
}

function isChosen(call: Call, project: Project, item: Item): boolean {
  const { context, params, actor } = call;
  return (
    mayReadItem(context, actor, project, item) &&
    hasState(params, item) &&
    hasPeople(call, item) &&
    hasDates(params, item) &&
    matches(params, item) &&
    ((params['iids'] as number[] | null | undefined)?.includes(item.iid) ?? true) &&
    hasLabels(params, labelNames(context, project, item)) &&
    hasMilestone(params, milestoneOf(context, project, item)?.milestone.title ?? null)
  );
}

function hasState(params: Params, item: Item): boolean {
  const state = textOf(params, 'state') ?? 'all';
  return state === 'all' || item.state === state;
}

function hasPeople({ context, params, actor }: Call, item: Item): boolean {
  const scope = textOf(params, 'scope')?.replaceAll('-', '_');
  const own = actor?.user.id ?? 0;
  if (scope === 'created_by_me' && item.authorId !== own) return false;
  if (scope === 'assigned_to_me' && !item.assignees.includes(own)) return false;
  if (typeof params['author_id'] === 'number' && item.authorId !== params['author_id']) return false;
  const author = textOf(params, 'author_username');
  if (author !== undefined && context.routes.userByName(author)?.id !== item.authorId) return false;
  const assignee = textOf(params, 'assignee_id');
  if (assignee !== undefined && !isAssigned(assignee, item)) return false;
  const [name] = namesOf(params, 'assignee_username') ?? [];
  return name === undefined || item.assignees.includes(context.routes.userByName(name)?.id ?? 0);
}

function isAssigned(wanted: string, { assignees }: Item): boolean {
  if (/^none$/i.test(wanted)) return assignees.length === 0;
  return /^any$/i.test(wanted) ? assignees.length > 0 : assignees.includes(Number(wanted));
}

function hasDates(params: Params, { createdAt, updatedAt }: Item): boolean {
  const [after = '', before = '9999', updatedAfter = '', updatedBefore = '9999'] = DATES.map((name) =>
    textOf(params, name),
  );
  return createdAt >= after && createdAt <= before && updatedAt >= updatedAfter && updatedAt <= updatedBefore;
}

function matches(params: Params, { title, description }: Item): boolean {
  const search = textOf(params, 'search')?.toLowerCase() ?? '';
  const fields = (textOf(params, 'in') ?? 'title,description').split(',');
  const texts = [
    ...(fields.includes('title') ? [title] : []),
    ...(fields.includes('description') ? [description ?? ''] : []),
  ];
  return search === '' || texts.some((text) => text.toLowerCase().includes(search));
}

function hasLabels(params: Params, names: readonly string[]): boolean {
  const wanted = namesOf(params, 'labels') ?? [];
  const [only = ''] = wanted.length === 1 ? wanted : [];
  if (/^none$/i.test(only)) return names.length === 0;
  if (/^any$/i.test(only)) return names.length > 0;
  return wanted.every((name) => names.includes(name));
}

function hasMilestone(params: Params, title: string | null): boolean {
  const wanted = textOf(params, 'milestone') ?? textOf(params, 'milestone_id');
  if (wanted === undefined || wanted === '') return true;
  if (/^none$/i.test(wanted)) return title === null;
  return /^any$/i.test(wanted) ? title !== null : title === wanted;
}
