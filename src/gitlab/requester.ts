import type { Gitlab } from '@gitbeaker/rest';
import type { HttpAnswer } from '../net/answers.ts';
import type { Http, HttpRequest } from '../net/http.ts';

type GitlabOptions = NonNullable<ConstructorParameters<typeof Gitlab>[0]>;
type RequesterFn = NonNullable<GitlabOptions['requesterFn']>;
type CallOptions = { searchParams?: Record<string, unknown>; body?: unknown };

/** What gitbeaker's calls throw here for any answer that is not a success. */
export class GitLabRefusal extends Error {
  readonly status: number;
  readonly body: unknown;

  constructor(endpoint: string, answer: HttpAnswer) {
    super(`${answer.status} ${endpoint}`);
    this.name = 'GitLabRefusal';
    this.status = answer.status;
    this.body = answer.body;
  }
}

/**
 * gitbeaker's endpoints over our own HTTP policy. Its stock requester retries ten times within 0.3 s, also a POST on 502,
 * and follows redirects with the token (gitlab-contract §11.2).
 */
export function createRequester(http: Http): RequesterFn {
  const call =
    (method: HttpRequest['method'], base: string) =>
    async (endpoint: string, options?: CallOptions): Promise<never> => {
      const answer = await http.send({
        method,
        path: `${base}/${endpoint}${query(options?.searchParams)}`,
        ...(method === 'GET' ? {} : { body: snakeKeys(options?.body ?? {}) }),
      });
      if (answer.status < 200 || answer.status > 299) throw new GitLabRefusal(endpoint, answer);
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
