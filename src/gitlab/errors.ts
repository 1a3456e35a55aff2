import { Failure, type Refusal } from '../failures/failure.ts';
import {
  gitTokenRefused,
  notTheApi,
  serverError,
  tokenRefused,
  maintenance,
  readOnly,
} from '../failures/network.ts';
import {
  archived,
  groupClosed,
  repositoryLocked,
  storageLimit,
  targetForbidden,
  targetRefused,
  tokenScope,
  userRefused,
} from '../failures/target.ts';
import type { HttpAnswer } from '../net/answers.ts';
import type { Http } from '../net/http.ts';
import { cutTo, pageText } from '../text/format.ts';

type Refused = Pick<HttpAnswer, 'status' | 'body'>;

/** The failure for an answer of the API that is not a success; it carries the refusal. */
export function toFailure({ server }: Http, object: string, answer: Refused): Failure {
  const { status, body } = answer;
  const refusal = refusalOf(answer);
  const detail = refusal.text;
  const where = { server: server.name, side: server.side, refusal };
  if (typeof body === 'string' && (status < 400 || status === 404))
    return notTheApi(server.url, { ...where, detail: `a web page instead of JSON (status ${status})` });
  if (status === 401 && refusal.kind !== 'namespace-invalid')
    return tokenRefused(server.url, { ...where, variable: 'GITLAB_TOKEN', detail });
  const meant = meaningOf(refusal, server.url, object);
  if (meant !== null) return meant;
  if (refusal.kind === 'scope') return tokenScope(server.url, { detail, refusal });
  if (status === 403) return targetForbidden(object, { detail, refusal });
  if (status >= 500) return serverError(object, { server: server.name, status, detail, refusal });
  return targetRefused(object, { detail, refusal });
}

/** What GitLab refuses, and why: the only place that reads it out of the words. */
export function refusalOf({ status, body }: Refused): Refusal {
  const text = status === 400 && body === 'Bad Request' ? malformed : errorText(body);
  const row = rowOf(text);
  return { kind: row?.[0] ?? kindOf(status), status, text, fix: row?.[2] };
}

/** What GitLab means by two plain words (GL-20). */
const malformed = 'Bad Request: a text that was sent has a NUL character, or is no valid UTF-8';

type Row = readonly [kind: Refusal['kind'], words: RegExp, fix?: string];

/** The first whose words are said counts. Those about more than what was asked for begin the text: names may hold any words. */
const refusalWords: readonly Row[] = [
  ['maintenance', /^(GitLab Maintenance|Git push is not allowed|GitLab is currently).*maintenance mode/],
  ['read-only', /^You cannot (perform write operations on a|write to this) read-only/],
  ['read-only', /^You can't push code to a read-only/],
  ['scope', /^insufficient_scope/],
  // Of the user, to every request (GL-297).
  [
    'user',
    /^You \(\S+\) must accept the Terms/,
    'sign in to GitLab as that user in a browser and accept the terms',
  ],
  ['user', /^Your account has been deactivated/, 'sign in to GitLab as that user in a browser'],
  ['user', /^Your password expired/, 'sign in to GitLab as that user in a browser and set a new password'],
  ['user', /^Your (account (has been|is pending)|primary email address is not confirmed)/],
  ['http-closed', /^(Git access|Pushing|Pulling) over HTTP is not allowed/],
  ['archived', /^You can't push code to an archived project/],
  ['repository-locked', /^The repository is temporarily read-only/],
  // Of a whole top group (GL-295, GL-299).
  [
    'group-closed',
    /^#+ ERROR #+ You have used .* of the storage quota/,
    'free or buy storage (group Settings > Usage quotas)',
  ],
  [
    'group-closed',
    /^Your top-level group is over the user limit/,
    'remove members of the group, or upgrade its plan',
  ],
  [
    'group-closed',
    /^Cannot find valid SSO session/,
    "sign in to the group's SSO in a browser as the token's user",
  ],
  // Of one project (GL-242, GL-295).
  ['storage', /^Your push to this repository cannot be completed (because|as) .*allocated storage/],
  [
    'storage',
    /^(Your push .* would exceed the namespace storage limit|You have reached the free storage limit)/,
    'free or buy storage (Settings > Usage quotas of the top group)',
  ],
  // GitLab.com makes top groups for verified users only (GL-298).
  [
    'group-limit',
    /You have reached the group limit until you verify/,
    'sign in to GitLab as that user in a browser and verify the account',
  ],
  [
    'group-limit',
    /You have reached the limit of \w+ top-level groups/,
    'remove groups, or upgrade to a paid plan',
  ],
  // An administrator keeps the level to himself (GL-92, GL-122).
  ['restricted-visibility', /has been restricted by your GitLab administrator/],
  // A personal namespace takes no further project (GL-124).
  ['project-limit', /reached your limit of \d+ project|cannot create projects in your personal namespace/],
  // Of a namespace without the right to make projects in it (GL-125).
  ['namespace-invalid', /namespace is not valid/],
  // Of a relation to a parent; it is no word about the token (GL-148).
  ['namespace-invalid', /^401 Unauthorized - Target Namespace$/],
  // Of a number that is no namespace: Ruby stumbles (GL-121).
  ['namespace-missing', /undefined method .organization_id. for nil/],
  // Of a project whose path is free (GL-123).
  ['name-taken', /^name has already been taken$/],
  ['taken', /has already been taken/],
  // Of a branch that came with a push a moment ago (GL-166).
  ['branch-unknown', /^Could not change HEAD: branch '.*' does not exist$/],
  // Of what is sent by REST only (GL-387).
  ['spam', /^Your \w+ has been recognized as spam/],
  // Neither a group nor the server has an integration of the kind any more (GL-365).
  ['nothing-to-inherit', /^Default integration not found/],
];

/** The parameters without which GitLab does not begin (GL-5). */
export function missingFields(text: string): string[] {
  return [...text.matchAll(/\b(\w+) is missing/g)].map(([, name = '']) => name);
}

function kindOf(status: number): Refusal['kind'] {
  // An old path answers 301 to an object that may be another one by now (GL-25).
  if (status === 404 || status === 301) return 'absent';
  return status === 403 ? 'forbidden' : 'other';
}

function rowOf(text: string): Row | undefined {
  const said = text.replace(introduction, '');
  return refusalWords.find(([, words]) => words.test(said));
}

/** What stands before the words of the API's reasons, and of the access checks of a push (GL-1, GL-213). */
const introduction = /^403 Forbidden - |^.*?GitLab: /;

/** The failure for a refusal that is about more than the request: the server, the user, the project at this path; else null. */
export function meaningOf(refusal: Refusal, url: string, fullPath: string): Failure | null {
  const { kind, text, fix } = refusal;
  const words = { detail: text.replace(introduction, '').replace(/^#+ ERROR #+ /, ''), fix, refusal };
  if (kind === 'maintenance') return maintenance(url, { refusal });
  if (kind === 'read-only') return readOnly(url, words);
  if (kind === 'user') return userRefused(url, words);
  if (kind === 'http-closed')
    return gitTokenRefused(fullPath, { ...words, server: 'GitLab', side: 'target' });
  if (kind === 'archived') return archived(fullPath, { refusal });
  if (kind === 'repository-locked') return repositoryLocked(fullPath, words);
  if (kind === 'storage') return storageLimit(fullPath, words);
  return kind === 'group-closed' ? groupClosed(fullPath.split('/', 1)[0] ?? fullPath, words) : null;
}

/** The answer; null when there is no such object, or the token does not see it. */
export function unlessAbsent<T>(call: Promise<T>): Promise<T | null> {
  return unless(call, ({ status }) => status === 404 || status === 301);
}

/** 400: a question that makes no sense for this kind of token (GL-36). */
const notForUs: ReadonlySet<number> = new Set([301, 400, 403, 404]);

/** The answer; null when there is no such object, or the token may not read it. */
export function unlessHidden<T>(call: Promise<T>): Promise<T | null> {
  return unless(call, ({ status }) => notForUs.has(status));
}

/** The answer; null when GitLab refuses it, whatever the reason. */
export function unlessRefused<T>(call: Promise<T>): Promise<T | null> {
  return unless(call, () => true);
}

async function unless<T>(call: Promise<T>, isNothing: (refusal: Refusal) => boolean): Promise<T | null> {
  try {
    return await call;
  } catch (error) {
    if (!(error instanceof Failure) || error.refusal === null) throw error;
    // Nothing is known of the object when it is the token or its user that is refused.
    const known = error.code !== 'token-refused' && error.code !== 'user-refused';
    if (known && isNothing(error.refusal)) return null;
    throw error;
  }
}

/**
 * GitLab's own words out of any of its error bodies (GL-1 to GL-18): a string, a hash of arrays, an
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
    // Projects repeat each message under project_namespace.* (GL-82).
    const field = key.replace('project_namespace.', '');
    // Two keys name no field: what concerns the whole object, and the limiter's text (GL-10).
    parts.add(field === 'base' || field === 'error' ? words(entry) : `${field} ${words(entry)}`);
  }
  return [...parts].join('; ');
}

function oneLine(text: string): string {
  return cutTo(600, text.replaceAll(/\s+/g, ' ').trim());
}
