import { notTheApi, serverError, tokenRefused } from '../failures/network.ts';
import { targetForbidden, targetRefused, tokenScope } from '../failures/target.ts';
import type { Failure } from '../failures/failure.ts';
import type { Http } from '../net/http.ts';
import { cutTo, pageText } from '../text/truncate.ts';
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
export function toError({ server }: Http, object: string, status: number, body: unknown): Failure {
  const detail = errorText(body);
  const where = { server: server.name, side: server.side };
  if (typeof body === 'string' && (status < 400 || status === 404))
    return notTheApi(server.url, { ...where, detail: `a web page instead of JSON (status ${status})` });
  if (status === 401) {
    return tokenRefused(server.url, { ...where, variable: 'GITLAB_TOKEN', detail });
  }
  if (detail.startsWith('insufficient_scope')) return tokenScope(server.url, { detail });
  if (status === 403) return targetForbidden(object, { detail });
  if (status >= 500) return serverError(object, { server: server.name, status, detail });
  return targetRefused(object, { detail });
}

/**
 * GitLab's own words out of any of its error bodies (gitlab-contract §0.1, E1 to E18): a string, a hash of arrays, an
 * array, Ruby's `inspect` inside a string, under `message`, `error` or `errors`, or plain text.
 */
export function errorText(body: unknown): string {
  if (typeof body === 'string') return oneLine(pageText(body)) || 'an empty body';
  if (typeof body !== 'object' || body === null) return 'an empty body';
  const { message, error, errors, error_description: description } = body as Record<string, unknown>;
  const main = message ?? errors ?? error;
  const text = main === undefined ? JSON.stringify(body) : words(main);
  return oneLine(typeof description === 'string' ? `${text}: ${description}` : text);
}

function words(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(words).join(', ');
  if (typeof value !== 'object' || value === null) return String(value);
  const parts = new Set<string>();
  for (const [key, entry] of Object.entries(value)) {
    // Projects repeat each message under project_namespace.* (gitlab-contract §2.3).
    const field = key.replace('project_namespace.', '');
    // Two keys name no field: what concerns the whole object, and the limiter's text (gitlab-contract §0.1, E10).
    parts.add(field === 'base' || field === 'error' ? words(entry) : `${field} ${words(entry)}`);
  }
  return [...parts].join('; ');
}

function oneLine(text: string): string {
  return cutTo(600, text.replaceAll(/\s+/g, ' ').trim());
}

/** True when a name or path is refused because something has it already. */
export function saysTaken(text: string): boolean {
  return text.includes('has already been taken');
}

/** True when an administrator keeps a visibility level to himself (gitlab-contract §2.1, §3.1). */
export function saysRestricted(text: string): boolean {
  return text.includes('has been restricted by your GitLab administrator');
}

/** True when a personal namespace takes no further project (gitlab-contract §3.1). */
export function saysFull(text: string): boolean {
  return /reached your limit of \d+ project|cannot create projects in your personal namespace/.test(text);
}
