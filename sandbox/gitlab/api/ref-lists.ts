import type { ListedRef } from '../git-refs.ts';
import { ok, type Call, type Reply } from './endpoint.ts';
import { nextLink, page, pageSize, PAGING } from './pagination.ts';
import { textOf, type Param } from './params.ts';

export const REF_FILTERS: Record<string, Param> = {
  ...PAGING,
  search: { type: 'string' },
  regex: { type: 'string' },
  sort: { type: 'string', values: ['name_asc', 'updated_asc', 'updated_desc'] },
  order_by: { type: 'string', values: ['name', 'updated', 'version'] },
  page_token: { type: 'string' },
  pagination: { type: 'string', values: ['legacy', 'keyset'] },
};

/** Branch and tag lists know `page_token` when keyset paging is asked for, else they count like database lists. */
export function refPage(call: Call, refs: ListedRef[], entity: (ref: ListedRef) => unknown): Reply {
  const { params } = call;
  const found = sorted(
    call,
    refs.filter((ref) => matches(ref.name, textOf(params, 'search') ?? '')),
  );
  if (params['pagination'] !== 'keyset') return page(call, found, entity);
  const token = textOf(params, 'page_token');
  const start = token === undefined ? 0 : found.findIndex((ref) => ref.name === token) + 1;
  const rows = found.slice(start, start + pageSize(call));
  const last = rows.at(-1);
  const more = start + rows.length < found.length;
  return ok(rows.map(entity), last && more ? { Link: nextLink(call, { page_token: last.name }) } : {});
}

/** `^` and `$` anchor, everything else is part of the text; case does not matter. */
function matches(name: string, search: string): boolean {
  const text = search.replace(/^\^|\$$/g, '').toLowerCase();
  const lower = name.toLowerCase();
  if (search.startsWith('^')) return search.endsWith('$') ? lower === text : lower.startsWith(text);
  return search.endsWith('$') ? lower.endsWith(text) : lower.includes(text);
}

function sorted({ params }: Call, refs: ListedRef[]): ListedRef[] {
  const sort = textOf(params, 'sort');
  if (sort === 'updated_desc' || (sort === 'desc' && textOf(params, 'order_by') !== 'name')) {
    return refs.toSorted((a, b) => dateOf(b) - dateOf(a));
  }
  if (sort === 'updated_asc' || sort === 'asc') return refs.toSorted((a, b) => dateOf(a) - dateOf(b));
  return sort === 'desc' ? refs.toReversed() : refs;
}

function dateOf(ref: ListedRef): number {
  return Date.parse(ref.commit?.committedDate ?? '') || 0;
}
