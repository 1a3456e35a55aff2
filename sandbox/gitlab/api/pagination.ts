import { ok, type Call, type Reply } from './endpoint.ts';
import { ApiError, invalidParameters } from './errors.ts';
import type { Param } from './params.ts';

export const PAGING: Record<string, Param> = {
  page: { type: 'integer', default: 1 },
  per_page: { type: 'integer', default: 20 },
};

export const KEYSET: Record<string, Param> = {
  ...PAGING,
  pagination: { type: 'string', values: ['legacy', 'keyset', 'none'] },
  order_by: { type: 'string' },
  sort: { type: 'string', values: ['asc', 'desc'] },
  id_after: { type: 'integer' },
  id_before: { type: 'integer' },
};

/** Above this, counting is given up and with it X-Total and the last link (GL-341). */
const MAX_COUNT = 10_000;
const MAX_OFFSET = 50_000;

/** Answers one page of a list, with GitLab's headers. */
export function page<T>(call: Call, items: readonly T[], entity: (item: T) => unknown): Reply {
  const size = pageSize(call);
  const number = Math.max(1, (call.params['page'] as number | null) ?? 1);
  const pages = Math.max(1, Math.ceil(items.length / size));
  const rows = items.slice((number - 1) * size, number * size);
  const next = number < pages ? number + 1 : null;
  const previous = number > 1 ? number - 1 : null;
  const counted = items.length <= MAX_COUNT;
  const links = [
    previous !== null && link(call, { page: previous, per_page: size }, 'prev'),
    next !== null && link(call, { page: next, per_page: size }, 'next'),
    link(call, { page: 1, per_page: size }, 'first'),
    counted && link(call, { page: pages, per_page: size }, 'last'),
  ];
  return ok(rows.map(entity), {
    Link: links.filter((each) => each !== false).join(', '),
    'X-Per-Page': String(size),
    'X-Page': String(number),
    'X-Next-Page': next === null ? '' : String(next),
    'X-Prev-Page': previous === null ? '' : String(previous),
    ...(counted && { 'X-Total': String(items.length), 'X-Total-Pages': String(pages) }),
  });
}

/** A list that also knows keyset paging by id; `type` is the Ruby class named in the refusal of deep offsets. */
export function keysetPage<T extends { id: number }>(
  call: Call,
  items: readonly T[],
  entity: (item: T) => unknown,
  options: { type: string; enforced: boolean },
): Reply {
  if (call.params['pagination'] !== 'keyset') {
    refuseDeepOffset(call, options);
    return page(call, items, entity);
  }
  const order = call.params['order_by'] ?? 'created_at';
  if (order !== 'id') {
    throw new ApiError(405, { error: 'Keyset pagination is not yet available for this type of request' });
  }
  const size = pageSize(call);
  const rows = items.slice(0, size);
  const last = rows.at(-1);
  if (!last || items.length <= size) return ok(rows.map(entity));
  const cursor = call.params['sort'] === 'asc' ? { id_after: last.id } : { id_before: last.id };
  return ok(rows.map(entity), { Link: nextLink(call, cursor) });
}

/** A list that knows keyset paging by a cursor, which names the last row. */
export function cursorPage<T extends { id: number }>(
  call: Call,
  items: readonly T[],
  entity: (item: T) => unknown,
): Reply {
  const size = pageSize(call);
  const given = call.params['cursor'];
  const after = typeof given === 'string' ? idInCursor(given) : null;
  const start = after === null ? 0 : items.findIndex(({ id }) => id === after) + 1;
  const rows = items.slice(start, start + size);
  const last = rows.at(-1);
  if (!last || start + rows.length >= items.length) return ok(rows.map(entity));
  const cursor = Buffer.from(JSON.stringify({ id: String(last.id), _kd: 'n' })).toString('base64');
  return ok(rows.map(entity), { Link: nextLink(call, { cursor }) });
}

function idInCursor(cursor: string): number | null {
  const match = /"id":"(\d+)"/.exec(Buffer.from(cursor, 'base64').toString());
  return match ? Number(match[1]) : null;
}

/** Orders by `order_by` and `sort`, newest first when nothing is asked, and applies `id_after` and `id_before`. */
export function ordered<T extends { id: number; createdAt: string }>(
  call: Call,
  items: readonly T[],
  keys: Record<string, (item: T) => string | number> = {},
  defaults: { by: string; sort: 'asc' | 'desc' } = { by: 'created_at', sort: 'desc' },
): T[] {
  const by = (call.params['order_by'] as string | null | undefined) ?? defaults.by;
  const direction = ((call.params['sort'] as string | undefined) ?? defaults.sort) === 'asc' ? 1 : -1;
  const key = { created_at: (item: T) => item.createdAt, id: (item: T) => item.id, ...keys }[by];
  const after = (call.params['id_after'] as number | undefined) ?? -Infinity;
  const before = (call.params['id_before'] as number | undefined) ?? Infinity;
  const chosen = items.filter((item) => item.id > after && item.id < before);
  return chosen.sort((a, b) => direction * (compare(key?.(a) ?? a.id, key?.(b) ?? b.id) || a.id - b.id));
}

function compare(a: string | number, b: string | number): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** What `per_page` comes to: 20 by default, 100 at most, 0 refused. */
export function pageSize(call: Call): number {
  const asked = call.params['per_page'] as number | null;
  if (asked === 0) throw invalidParameters(['per_page has a value not allowed']);
  if (asked === null || asked === undefined || asked < 0) return 20;
  return Math.min(asked, 100);
}

/** The only header of a keyset page. */
export function nextLink(call: Call, cursor: Record<string, string | number>): string {
  return link(call, { ...cursor, per_page: pageSize(call) }, 'next');
}

function refuseDeepOffset(call: Call, options: { type: string; enforced: boolean }): void {
  if (!options.enforced) return;
  const offset = (((call.params['page'] as number | null) ?? 1) - 1) * pageSize(call);
  if (offset <= MAX_OFFSET) return;
  throw new ApiError(405, {
    error: `Offset pagination has a maximum allowed offset of ${MAX_OFFSET} for requests that return objects of type ${options.type}. Remaining records can be retrieved using keyset pagination.`,
  });
}

/** Host and port are the configured ones, scheme and path those of the request; all parameters are spelled out. */
function link(call: Call, changed: Record<string, string | number>, relation: string): string {
  const url = new URL(call.context.externalUrl);
  const proto = call.request.headers['x-forwarded-proto'];
  if (typeof proto === 'string') url.protocol = proto;
  const params = Object.entries({ ...call.route, ...call.params, ...changed }).filter(
    ([, value]) => value !== null,
  );
  const query = params
    .sort(([a], [b]) => compare(a, b))
    .flatMap(([key, value]) =>
      [value].flat().map((each) => [Array.isArray(value) ? `${key}[]` : key, String(each)]),
    )
    .map(([key = '', value = '']) => `${encodeURIComponent(key)}=${encodeURIComponent(value)}`)
    .join('&');
  return `<${url.origin}${call.path}?${query}>; rel="${relation}"`;
}
