/** What is wrong with a path or name; the messages are the models' own (GL-70 to GL-80). */

const OCI = /^[a-zA-Z0-9]+([._-][a-zA-Z0-9]+)*$/;
const NAMESPACE = /^(?:[a-zA-Z0-9_.][a-zA-Z0-9_\-.]{0,254}[a-zA-Z0-9_-]|[a-zA-Z0-9_])$/;
const PROJECT = /^[a-zA-Z0-9_.][a-zA-Z0-9_\-.]{0,254}$/;
const FORBIDDEN_END = /\.(?:git|atom)$/i;
const PROJECT_NAME =
  /^[\p{Alphabetic}\p{Nd}\u{00A9}-\u{1f9ff}_][\p{Alphabetic}\p{Nd}\p{Pd}+\u{00A9}-\u{1f9ff}_. ]*$/u;
const GROUP_NAME =
  /^[\p{Alphabetic}\p{Nd}\u{00A9}-\u{1f9ff}_][\p{Alphabetic}\p{Nd}\p{Pd}()\u{00A9}-\u{1f9ff}_. ]*$/u;

const OCI_MESSAGE =
  "can only include non-accented letters, digits, '_', '-' and '.'. It must not start with '-', '_', or '.', nor end with '-', '_', '.', '.git', or '.atom'.";
const NAMESPACE_MESSAGE =
  "can contain only letters, digits, '_', '-' and '.'. Cannot start with '-' or end in '.', '.git' or '.atom'.";
const PROJECT_MESSAGE =
  "can contain only letters, digits, '_', '-' and '.'. Cannot start with '-', end in '.git' or end in '.atom'";
const PROJECT_NAME_MESSAGE =
  "can contain only letters, digits, emoji, '_', '.', '+', dashes, or spaces. It must start with a letter, digit, emoji, or '_'.";
const GROUP_NAME_MESSAGE =
  "can contain only letters, digits, emoji, '_', '.', dash, space, parenthesis. It must start with letter, digit, emoji or '_'.";

export const BLANK = "can't be blank";
export const TAKEN = 'has already been taken';

const TOP_LEVEL = new Set(
  `- .well-known 404.html 422.html 500.html 502.html 503.html admin api apple-touch-icon.png assets dashboard
  deploy.html explore favicon.ico favicon.png groups health_check help import jwt login o oauth profile projects
  public robots.txt s search sitemap sitemap.xml sitemap.xml.gz slash-command-logo.png snippets unsubscribes
  uploads users v2`.split(/\s+/),
);
const WILDCARD = new Set(
  `- badges blame blob builds commits create create_dir edit files find_file new preview raw refs tree update
  wikis`.split(/\s+/),
);
/** Reserved only as a pair of parent and child. */
const PAIRS = ['environments/folders', 'gitlab-lfs/objects', 'info/lfs/objects'];

/** Errors of a group's path; `parent` is the full path above it, null at the top level. */
export function groupPathErrors(path: string, parent: string | null): string[] {
  if (path === '') return [BLANK];
  const errors = length(path);
  if (path.length < 2) errors.push('is too short (minimum is 2 characters)');
  if (!OCI.test(path)) errors.push(OCI_MESSAGE);
  if (!NAMESPACE.test(path) || FORBIDDEN_END.test(path)) return [...errors, NAMESPACE_MESSAGE];
  const reserved = parent === null ? TOP_LEVEL.has(path.toLowerCase()) : isReservedBelow(path, parent);
  return reserved ? [...errors, `${path} is a reserved name`] : errors;
}

/** Errors of a project's path inside the namespace with that full path. */
export function projectPathErrors(path: string, parent: string): string[] {
  if (path === '') return [BLANK];
  const errors = length(path);
  if (!OCI.test(path)) errors.push(OCI_MESSAGE);
  if (!PROJECT.test(path) || FORBIDDEN_END.test(path)) return [...errors, PROJECT_MESSAGE];
  return isReservedBelow(path, parent) ? [...errors, `${path} is a reserved name`] : errors;
}

/** Errors of a user name, which is also the path of the personal namespace. */
export function usernameErrors(username: string): string[] {
  const errors = groupPathErrors(username, null);
  if (/\.(?:png|jpe?g|gif|svg|ico|html|json|xml|js|css|txt|atom|git)$/i.test(username)) {
    errors.push('ending with a reserved file extension is not allowed.');
  }
  return errors;
}

export function projectNameErrors(name: string): string[] {
  return nameErrors(name, PROJECT_NAME, PROJECT_NAME_MESSAGE);
}

export function groupNameErrors(name: string): string[] {
  return nameErrors(name, GROUP_NAME, GROUP_NAME_MESSAGE);
}

/** What Rails' transliteration writes for letters that do not decompose. */
const TRANSLITERATED: Record<string, string> = { ß: 'ss', æ: 'ae', ø: 'o', œ: 'oe' };

/** The path that a project gets when only its name was given (GL-88). */
export function pathFromName(name: string): string {
  if (PROJECT.test(name) && !FORBIDDEN_END.test(name)) return name;
  return name
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/[ßæøœ]/gi, (letter) => TRANSLITERATED[letter.toLowerCase()] ?? '')
    .replace(/[^a-zA-Z0-9\-_]+/g, '-')
    .replace(/-{2,}/g, '-')
    .replace(/^-|-$/g, '')
    .toLowerCase();
}

function nameErrors(name: string, format: RegExp, message: string): string[] {
  if (name === '') return [BLANK];
  return format.test(name) ? length(name) : [...length(name), message];
}

function length(value: string): string[] {
  return isLonger(value, 255) ? ['is too long (maximum is 255 characters)'] : [];
}

/** Counts characters as Ruby does, not UTF-16 units. */
export function isLonger(value: string, limit: number): boolean {
  return Array.from(value).length > limit;
}

function isReservedBelow(path: string, parent: string): boolean {
  // The first component is matched by the rule for the top level alone (path_regex.rb full_namespace_route_regex).
  const nested = `/${[...parent.split('/').slice(1), path].join('/')}`.toLowerCase();
  return WILDCARD.has(path.toLowerCase()) || PAIRS.some((pair) => nested.endsWith(`/${pair}`));
}
