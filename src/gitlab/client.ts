import pLimit from 'p-limit';
import { z } from 'zod';
import { Failure } from '../failures/failure.ts';
import type { HttpAnswer } from '../net/answers.ts';
import type { Http } from '../net/http.ts';
import { toError } from './errors.ts';
import { parse } from './schema.ts';

/** One of GitLab's lists; `object` is what an error names. */
export type List<T> = { path: string; type: z.ZodType<T>; object: string };

const PER_PAGE = 100;

/** A page of projects is half a megabyte, and its objects several: a few at once are enough. */
const AT_ONCE = 3;

/** With fewer things to look for a list of all is hardly cheaper than each alone. */
export const FEWEST = 3;

/** Every object of a list, page after page. @throws what GitLab answers instead */
export async function readAll<T>(http: Http, list: List<T>): Promise<T[]> {
  const rows: T[] = [];
  for (let page = '1'; page !== '';) {
    const answer = await readPage(http, list, page);
    if (answer.status !== 200) throw toError(http, list.object, answer.status, answer.body);
    rows.push(...rowsOf(answer, list));
    page = answer.headers['x-next-page'] ?? '';
  }
  return rows;
}

/**
 * Every object of a list when it has at most so many pages, else null: so too when GitLab refuses it, fails at it or does
 * not count it (more than 10,000 objects, gitlab-contract §11.1), and when it changed while it was read.
 */
export async function readWithin<T extends { id: number }>(
  http: Http,
  list: List<T>,
  mostPages: number,
): Promise<T[] | null> {
  const first = await tryPage(http, list, '1');
  const pages = Number(first?.headers['x-total-pages'] ?? Infinity);
  if (first === null || !(pages <= mostPages)) return null;
  const others = Array.from({ length: Math.max(pages - 1, 0) }, (_, index) => String(index + 2));
  const limit = pLimit(AT_ONCE);
  const found = await Promise.all(others.map((page) => limit(() => tryPage(http, list, page))));
  const rows = new Map(first.rows.map((row) => [row.id, row]));
  for (const page of found) {
    if (page === null) return null;
    for (const row of page.rows) rows.set(row.id, row);
  }
  return rows.size === Number(first.headers['x-total']) ? [...rows.values()] : null;
}

type Page<T> = { headers: HttpAnswer['headers']; rows: T[] };

/** What is needed of a page; null where it is refused or too much for the server: there is another way. */
async function tryPage<T>(http: Http, list: List<T>, page: string): Promise<Page<T> | null> {
  try {
    const answer = await readPage(http, list, page, 2);
    return answer.status === 200 ? { headers: answer.headers, rows: rowsOf(answer, list) } : null;
  } catch (error) {
    if (error instanceof Failure && ['server-error', 'timeout'].includes(error.code)) return null;
    throw error;
  }
}

/** Ordered by id, so that what is added meanwhile comes last and moves nothing to another page. */
async function readPage<T>(http: Http, { path }: List<T>, page: string, tries?: number): Promise<HttpAnswer> {
  const query = `order_by=id&sort=asc&per_page=${PER_PAGE}&page=${page}`;
  return http.send({
    method: 'GET',
    path: `/api/v4${path}${path.includes('?') ? '&' : '?'}${query}`,
    ...(tries === undefined ? {} : { tries }),
  });
}

function rowsOf<T>({ body }: HttpAnswer, { type, object }: List<T>): T[] {
  return parse(z.array(type), body, object);
}
