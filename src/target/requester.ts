import type { Gitlab } from '@gitbeaker/rest';
import type { Http, HttpAnswer, HttpRequest } from '../net/http.ts';

type GitlabOptions = NonNullable<ConstructorParameters<typeof Gitlab>[0]>;
type RequesterFn = NonNullable<GitlabOptions['requesterFn']>;
type Requester = ReturnType<RequesterFn>;
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
    (method: HttpRequest['method']) =>
    async (endpoint: string, options?: CallOptions): Promise<never> => {
      const answer = await http.send({
        method,
        path: `/api/v4/${endpoint}${query(options?.searchParams)}`,
        ...(method === 'GET' ? {} : { body: snakeKeys(options?.body ?? {}) }),
      });
      if (answer.status < 200 || answer.status > 299) throw new GitLabRefusal(endpoint, answer);
      return answer as never;
    };
  return () =>
    ({
      get: call('GET'),
      post: call('POST'),
      put: call('PUT'),
      patch: call('PATCH'),
      delete: call('DELETE'),
    }) as unknown as Requester;
}

function query(params: Record<string, unknown> | undefined): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(params ?? {})) {
    if (value !== undefined && value !== null) search.append(snake(key), String(value));
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
