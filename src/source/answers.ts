import { z } from 'zod';
import { MigrationError } from '../errors.ts';
import { excerpt, type HttpAnswer } from '../net/http-answer.ts';
import type { Http } from '../net/http.ts';

export function repositoryPath(owner: string, name: string): string {
  return `/repos/${encodeURIComponent(owner)}/${encodeURIComponent(name)}`;
}

/** 404 as JSON means "no such object"; as HTML it means that this is not the API (gitbucket-contract §1.2). */
export function missing(answer: HttpAnswer, path: string, http: Http): null {
  if (typeof answer.body === 'object') return null;
  throw notTheApi(http, `${path} gives a web page (404)`);
}

/** The body in the shape that is relied on. @throws token-refused, server-error, not-the-api */
export function checked<T>(answer: HttpAnswer, path: string, schema: z.ZodType<T>, http: Http): T {
  const { server } = http;
  const { status, body } = answer;
  if (status === 401) {
    throw new MigrationError('token-refused', server.url, {
      server: server.name,
      side: server.side,
      variable: 'GITBUCKET_TOKEN',
      detail: wordsOf(body),
    });
  }
  if (status >= 500) {
    throw new MigrationError('server-error', `GET ${path}`, {
      server: server.name,
      status,
      detail: excerpt(body),
    });
  }
  if (status !== 200) throw notTheApi(http, `${path} gives ${status}, ${wordsOf(body)}`);
  if (typeof body === 'string') throw notTheApi(http, `${path} gives a web page instead of JSON`);
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw notTheApi(
    http,
    `${path} has unexpected fields: ${z.prettifyError(parsed.error).replaceAll('\n', ' ')}`,
  );
}

/** GitBucket's own words, `{"message": "Bad credentials"}`, or the beginning of whatever came instead. */
function wordsOf(body: unknown): string {
  const { message, error } = { ...(body as { message?: unknown; error?: unknown } | null) };
  const words = message ?? error;
  return typeof words === 'string' ? words : excerpt(body);
}

export function notTheApi({ server }: Http, detail: string): MigrationError {
  return new MigrationError('not-the-api', server.url, { server: server.name, side: server.side, detail });
}
