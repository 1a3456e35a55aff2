import type { z } from 'zod';
import { toError } from '../gitlab/errors.ts';
import { parse } from '../gitlab/schema.ts';
import type { Http } from '../net/http.ts';

/** Asks GitLab's API; it has no other method than GET. */
export type Reader = {
  /** Null when it is absent, or not for this token to see. */
  one<T>(path: string, type: z.ZodType<T>): Promise<T | null>;
  /** All pages of a list; empty when it is absent, or not for this token to see. */
  all<T>(path: string, type: z.ZodType<T>): Promise<T[]>;
};

/** 301: an old path, which leads to something else; 400: a question that makes no sense for this kind of token (gitlab-contract §1.1). */
const NOT_FOR_US: ReadonlySet<number> = new Set([301, 400, 403, 404]);

export function createReader(http: Http): Reader {
  async function ask(path: string): Promise<{ body: unknown; next: string } | null> {
    const answer = await http.send({ method: 'GET', path: `/api/v4${path}` });
    if (NOT_FOR_US.has(answer.status)) return null;
    if (answer.status !== 200) throw toError(http, path, answer.status, answer.body);
    // Present on lists of any length (gitlab-contract §11.1).
    return { body: answer.body, next: answer.headers['x-next-page'] ?? '' };
  }

  return {
    async one(path, type) {
      const answer = await ask(path);
      return answer === null ? null : parse(type, answer.body, path);
    },
    async all(path, type) {
      const found = [];
      const list = `${path}${path.includes('?') ? '&' : '?'}per_page=100`;
      for (let page = '1'; page !== '';) {
        const answer = await ask(`${list}&page=${page}`);
        if (answer === null) break;
        found.push(...parse(type.array(), answer.body, path));
        page = answer.next;
      }
      return found;
    },
  };
}
