import { createGitLab, type EmbeddedGitLab, type GitLabOptions } from '../../../sandbox/gitlab.ts';
import { atEnd } from '../../helpers/cleanup.ts';
import { tempDir } from '../../helpers/temp-dir.ts';

export type Answer = {
  status: number;
  /** Parsed JSON, shaped as the test expects it. */
  body: ReturnType<typeof JSON.parse>;
  text: string;
  headers: Headers;
};

export type CallOptions = {
  token?: string | undefined;
  body?: unknown;
  headers?: Record<string, string>;
  raw?: string | FormData | URLSearchParams;
};

/** Starts a server that is closed, and whose folder is removed, after the test. */
export async function startGitLab(options: Partial<GitLabOptions> = {}): Promise<EmbeddedGitLab> {
  const dir = options.dir ?? (await tempDir());
  const gitlab = await createGitLab({ ...options, dir });
  atEnd(() => gitlab.close());
  return gitlab;
}

/** One request below `/api/v4` (or to an absolute URL); redirects are not followed. */
export async function call(
  gitlab: EmbeddedGitLab,
  method: string,
  path: string,
  options: CallOptions = {},
): Promise<Answer> {
  const url = path.startsWith('http') ? path : `${gitlab.url}/api/v4${path}`;
  const headers: Record<string, string> = { ...options.headers };
  if (options.token !== undefined) headers['private-token'] = options.token;
  if (options.body !== undefined) headers['content-type'] = 'application/json';
  const body = options.raw ?? (options.body === undefined ? undefined : JSON.stringify(options.body));
  const response = await fetch(url, {
    method,
    headers,
    redirect: 'manual',
    ...(body !== undefined && { body }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json') && text !== '';
  return {
    status: response.status,
    body: isJson ? JSON.parse(text) : undefined,
    text,
    headers: response.headers,
  };
}

/** Calls with one token. */
export function as(gitlab: EmbeddedGitLab, token: string | undefined) {
  const bound = (method: string) => (path: string, body?: unknown) =>
    call(gitlab, method, path, { token, body });
  return {
    get: bound('GET'),
    post: bound('POST'),
    put: bound('PUT'),
    patch: bound('PATCH'),
    delete: bound('DELETE'),
  };
}

export const OLD_PATH_MESSAGE =
  "can only include non-accented letters, digits, '_', '-' and '.'. It must not start with '-', '_', or '.', nor end with '-', '_', '.', '.git', or '.atom'.";
