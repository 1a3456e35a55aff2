import { MigrationError } from '../errors.ts';
import type { Http } from '../net/http.ts';
import { errorText } from './error-text.ts';
import { GitLabRefusal } from './requester.ts';

/** Runs a call; a refusal by GitLab becomes an error of the catalogue that names the object. */
export async function refusalsOf<T>(http: Http, object: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw error instanceof GitLabRefusal ? toError(http, object, error.status, error.body) : error;
  }
}

/** As `refusalsOf`, but a 404 (absent, or invisible to the token) gives null. */
export async function orNull<T>(http: Http, object: string, call: () => Promise<T>): Promise<T | null> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof GitLabRefusal)) throw error;
    // An old path answers 301 to a project that may be another one by now (gitlab-contract §16): not found here.
    if (error.status === 404 || error.status === 301) return null;
    throw toError(http, object, error.status, error.body);
  }
}

/** The catalogue's error for an answer of the API that is not a success. */
export function toError({ server }: Http, object: string, status: number, body: unknown): MigrationError {
  const detail = errorText(body);
  const where = { server: server.name, side: server.side };
  if (typeof body === 'string' && (status < 400 || status === 404))
    return notTheApi(server.url, where, status);
  if (status === 401) {
    return new MigrationError('token-refused', server.url, { ...where, variable: 'GITLAB_TOKEN', detail });
  }
  if (detail.startsWith('insufficient_scope'))
    return new MigrationError('token-scope', server.url, { detail });
  if (status === 403) return new MigrationError('target-forbidden', object, { detail });
  if (status >= 500)
    return new MigrationError('server-error', object, { server: server.name, status, detail });
  return new MigrationError('target-refused', object, { detail, status });
}

function notTheApi(url: string, where: { server: string; side: string }, status: number): MigrationError {
  return new MigrationError('not-the-api', url, {
    ...where,
    detail: `a web page instead of JSON (status ${status})`,
  });
}
