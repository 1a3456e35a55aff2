import { cutTo } from '../net/cut.ts';
import { pageText } from '../net/page-text.ts';

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
