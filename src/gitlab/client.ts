import { Gitlab } from '@gitbeaker/rest';
import pLimit from 'p-limit';
import * as z from 'zod';
import { Failure } from '../failures/failure.ts';
import { isServerTrouble } from '../failures/index.ts';
import type { HttpAnswer } from '../net/answers.ts';
import type { Http, HttpRequest } from '../net/http.ts';
import { toFailure } from './errors.ts';
import { parse } from './schema.ts';

/** GitLab's API: every answer in the shape that is relied on, every refusal a failure that carries it. */
export type GitLabClient = {
  /** Policy, address and credentials below it, for git and for what is no call of the API. */
  readonly http: Http;
  /** One thing that is asked for or done; `object` is what a failure names. */
  request<T>(object: string, type: z.ZodType<T>, call: (api: Api) => Promise<unknown>): Promise<T>;
  /** Every object of a list, page after page. */
  list<T>(list: List<T>): Promise<T[]>;
  /**
   * Every object of a list when it has at most so many pages, else null: so too when GitLab refuses it, fails at it or
   * does not count it (more than 10,000 objects, GL-341), and when it changed while it was read.
   */
  listWithin<T extends { id: number }>(list: List<T>, mostPages: number): Promise<T[] | null>;
  /** The first hundred objects of a list. */
  firstPage<T>(list: List<T>): Promise<T[]>;
};

type Api = InstanceType<typeof Gitlab>;

/** One of GitLab's lists; `object` is what a failure names. */
export type List<T> = { path: string; type: z.ZodType<T>; object: string };

/** Ordered by id, so that what is added meanwhile comes last and moves nothing to another page. */
export function byId(path: string): string {
  return withQuery(path, 'order_by=id&sort=asc');
}

const perPage = 100;

/** A page of projects is half a megabyte, and its objects several: a few at once are enough. */
const concurrency = 3;

export function createClient(http: Http, token: string): GitLabClient {
  const api = new Gitlab({
    host: http.server.url,
    token,
    requesterFn: createRequester(http),
    // Our own policy bounds each request; gitbeaker's bound would cut long lists (GL-351).
    queryTimeout: null,
  });

  /** @throws what GitLab answers instead */
  async function page<T>(list: List<T>, number: string): Promise<Page<T>> {
    const answer = await askForPage(http, list, number);
    if (answer.status !== 200) throw toFailure(http, list.object, answer);
    return { headers: answer.headers, rows: rowsOf(answer, list) };
  }

  return {
    http,
    async request(object, type, call) {
      try {
        return parse(type, await call(api), object);
      } catch (error) {
        throw error instanceof Refused ? toFailure(http, object, error.answer) : error;
      }
    },
    async list(list) {
      const found = [];
      for (let number = '1'; number !== '';) {
        const { rows, headers } = await page(list, number);
        found.push(...rows);
        // Present on lists of any length (GL-341).
        number = headers['x-next-page'] ?? '';
      }
      return found;
    },
    async listWithin(list, mostPages) {
      const first = await tryPage(http, list, '1');
      const pages = Number(first?.headers['x-total-pages'] ?? Infinity);
      if (first === null || !(pages <= mostPages)) return null;
      const others = Array.from({ length: Math.max(pages - 1, 0) }, (_, index) => String(index + 2));
      const limit = pLimit(concurrency);
      const found = await Promise.all(others.map((number) => limit(() => tryPage(http, list, number))));
      const rows = new Map(first.rows.map((row) => [row.id, row]));
      for (const each of found) {
        if (each === null) return null;
        for (const row of each.rows) rows.set(row.id, row);
      }
      return rows.size === Number(first.headers['x-total']) ? [...rows.values()] : null;
    },
    firstPage: async (list) => (await page(list, '1')).rows,
  };
}

type Page<T> = { headers: HttpAnswer['headers']; rows: T[] };

/** What is needed of a page; null where it is refused or too much for the server: there is another way. */
async function tryPage<T>(http: Http, list: List<T>, number: string): Promise<Page<T> | null> {
  try {
    const answer = await askForPage(http, list, number, 2);
    return answer.status === 200 ? { headers: answer.headers, rows: rowsOf(answer, list) } : null;
  } catch (error) {
    if (isServerTrouble(error) || (error instanceof Failure && error.code === 'timeout')) return null;
    throw error;
  }
}

function askForPage<T>(http: Http, { path }: List<T>, number: string, tries?: number): Promise<HttpAnswer> {
  return http.send({
    method: 'GET',
    path: `/api/v4${withQuery(path, `per_page=${perPage}&page=${number}`)}`,
    ...(tries === undefined ? {} : { tries }),
  });
}

function rowsOf<T>({ body }: HttpAnswer, { type, object }: List<T>): T[] {
  return parse(z.array(type), body, object);
}

function withQuery(path: string, query: string): string {
  return `${path}${path.includes('?') ? '&' : '?'}${query}`;
}

type GitlabOptions = NonNullable<ConstructorParameters<typeof Gitlab>[0]>;
type RequesterFn = NonNullable<GitlabOptions['requesterFn']>;
type CallOptions = { searchParams?: Record<string, unknown>; body?: unknown };

/** What gitbeaker's calls throw here for any answer that is not a success. */
class Refused extends Error {
  readonly answer: HttpAnswer;

  constructor(endpoint: string, answer: HttpAnswer) {
    super(`${answer.status} ${endpoint}`);
    this.name = 'Refused';
    this.answer = answer;
  }
}

/**
 * gitbeaker's endpoints over our own HTTP policy. Its stock requester retries ten times within 0.3 s, also a POST on 502,
 * and follows redirects with the token (GL-350, GL-352).
 */
function createRequester(http: Http): RequesterFn {
  const call =
    (method: HttpRequest['method'], base: string) =>
    async (endpoint: string, options?: CallOptions): Promise<never> => {
      const answer = await http.send({
        method,
        path: `${base}/${endpoint}${query(options?.searchParams)}`,
        ...(method === 'GET' ? {} : { body: snakeKeys(options?.body ?? {}) }),
      });
      if (answer.status < 200 || answer.status > 299) throw new Refused(endpoint, answer);
      return answer as never;
    };
  return ({ url }) => {
    // Resources that exist for groups and projects alike carry their prefix in the URL, others in the endpoint.
    const base = url.slice(http.server.url.length).replace(/\/$/, '');
    return {
      get: call('GET', base),
      post: call('POST', base),
      put: call('PUT', base),
      patch: call('PATCH', base),
      delete: call('DELETE', base),
    };
  };
}

function query(params: Record<string, unknown> | undefined): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(params ?? {})) {
    if (value !== undefined && value !== null)
      search.append(snake(key), `${value as string | number | boolean}`);
  }
  const text = search.toString();
  return text === '' ? '' : `?${text}`;
}

function snakeKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(snakeKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [snake(key), snakeKeys(entry)]));
}

function snake(key: string): string {
  return key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
