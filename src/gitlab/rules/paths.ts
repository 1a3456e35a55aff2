/** Where a path component stands; each level has its own rules (GL-70 to GL-75). */
export type PathLevel = 'top-group' | 'subgroup' | 'project';

type PathRule = 'characters' | 'format' | 'short' | 'long' | 'reserved' | 'deep';

/** One rule of GitLab that a path breaks, in GitLab's own words. */
export type PathViolation = { rule: PathRule; message: string };

/** A component may have this many characters, and so may a whole path. */
export const maxPathLength = 255;

const minGroupLength = 2;
const maxAncestors = 20;

const characters = /^[a-zA-Z0-9]+([._-][a-zA-Z0-9]+)*$/;
const groupFormat = /^([a-zA-Z0-9_.][a-zA-Z0-9_.-]{0,254}[a-zA-Z0-9_-]|[a-zA-Z0-9_])$/;
const projectFormat = /^[a-zA-Z0-9_.][a-zA-Z0-9_.-]{0,254}$/;
/** In any letter case: the rule itself looks at small letters, but addresses are compared without regard to case. */
const forbiddenEnd = /\.(git|atom)$/i;
const allDigits = /^\d+$/;

const charactersMessage =
  "can only include non-accented letters, digits, '_', '-' and '.'. " +
  "It must not start with '-', '_', or '.', nor end with '-', '_', '.', '.git', or '.atom'.";
const groupFormatMessage =
  "can contain only letters, digits, '_', '-' and '.'. Cannot start with '-' or end in '.', '.git' or '.atom'.";
const projectFormatMessage =
  "can contain only letters, digits, '_', '-' and '.'. Cannot start with '-', end in '.git' or end in '.atom'";
const tooLong = `is too long (maximum is ${maxPathLength} characters)`;
const tooShort = `is too short (minimum is ${minGroupLength} characters)`;
const tooDeep = 'has too deep level of nesting';

/** Rules that one path component breaks at its level; empty when GitLab takes it. */
export function legalPath(path: string, level: PathLevel): PathViolation[] {
  const violations: PathViolation[] = [];
  if (!characters.test(path)) violations.push({ rule: 'characters', message: charactersMessage });
  if (!hasLegalFormat(path, level)) violations.push({ rule: 'format', message: formatMessage(level) });
  if (level !== 'project' && path.length < minGroupLength) {
    violations.push({ rule: 'short', message: tooShort });
  }
  if (path.length > maxPathLength) violations.push({ rule: 'long', message: tooLong });
  if (isReserved(path, level)) violations.push({ rule: 'reserved', message: reservedMessage(path) });
  return violations;
}

/** As `legalPath`, plus the rules that look at the whole path: length, depth and reserved sequences. */
export function legalPathIn(parent: string | null, path: string, level: PathLevel): PathViolation[] {
  const violations = legalPath(path, level);
  if (parent === null) return violations;
  const fullPath = `${parent}/${path}`;
  if (fullPath.length > maxPathLength && path.length <= maxPathLength) {
    violations.push({ rule: 'long', message: tooLong });
  }
  if (endsInReservedSequence(fullPath)) {
    violations.push({ rule: 'reserved', message: reservedMessage(path) });
  }
  if (level === 'subgroup' && parent.split('/').length > maxAncestors) {
    violations.push({ rule: 'deep', message: tooDeep });
  }
  return violations;
}

/** Rules that a whole path of a group or a project breaks; each message starts with the component at fault. */
export function legalFullPath(fullPath: string, kind: 'group' | 'project'): PathViolation[] {
  const components = fullPath.split('/');
  const violations: PathViolation[] = [];
  for (const [index, component] of components.entries()) {
    const isLast = index === components.length - 1;
    const parent = index === 0 ? null : components.slice(0, index).join('/');
    for (const violation of legalPathIn(parent, component, levelAt(index, isLast, kind))) {
      violations.push({ ...violation, message: `"${component}" ${violation.message}` });
    }
  }
  if (kind === 'project' && components.length < 2) {
    violations.push({ rule: 'format', message: `"${fullPath}" has no namespace` });
  }
  return violations;
}

/** GitLab takes an all-digit path in an address for an id: such a group is found by its id only (GL-83). */
export function lookupById(path: string): boolean {
  return allDigits.test(path);
}

function levelAt(index: number, isLast: boolean, kind: 'group' | 'project'): PathLevel {
  if (isLast && kind === 'project') return 'project';
  return index === 0 ? 'top-group' : 'subgroup';
}

function hasLegalFormat(path: string, level: PathLevel): boolean {
  const format = level === 'project' ? projectFormat : groupFormat;
  return format.test(path) && !forbiddenEnd.test(path);
}

function formatMessage(level: PathLevel): string {
  return level === 'project' ? projectFormatMessage : groupFormatMessage;
}

function isReserved(path: string, level: PathLevel): boolean {
  return level === 'top-group' ? isTopLevelWord(path) : isNestedWord(path);
}

function reservedMessage(path: string): string {
  return `${path} is a reserved name`;
}

/** Words that GitLab keeps for its own routes (GL-79, GL-80), compared without regard to case. */

const topLevelWords: ReadonlySet<string> = new Set([
  '-',
  '.well-known',
  '404.html',
  '422.html',
  '500.html',
  '502.html',
  '503.html',
  'admin',
  'api',
  'apple-touch-icon.png',
  'assets',
  'dashboard',
  'deploy.html',
  'explore',
  'favicon.ico',
  'favicon.png',
  'groups',
  'health_check',
  'help',
  'import',
  'jwt',
  'login',
  'o',
  'oauth',
  'profile',
  'projects',
  'public',
  'robots.txt',
  's',
  'search',
  'sitemap',
  'sitemap.xml',
  'sitemap.xml.gz',
  'slash-command-logo.png',
  'snippets',
  'unsubscribes',
  'uploads',
  'users',
  'v2',
]);

const nestedWords: ReadonlySet<string> = new Set([
  '-',
  'badges',
  'blame',
  'blob',
  'builds',
  'commits',
  'create',
  'create_dir',
  'edit',
  'files',
  'find_file',
  'new',
  'preview',
  'raw',
  'refs',
  'tree',
  'update',
  'wikis',
]);

/** Reserved only as a sequence of components; the first component of a full path never takes part. */
const nestedSequences = ['environments/folders', 'gitlab-lfs/objects', 'info/lfs/objects'] as const;

/** May the name not be used for a top-level group? */
function isTopLevelWord(name: string): boolean {
  return topLevelWords.has(name.toLowerCase());
}

/** May the name not be used for a subgroup or a project? */
function isNestedWord(name: string): boolean {
  return nestedWords.has(name.toLowerCase());
}

/** Does the full path end in a reserved sequence, e.g. `top/environments/folders`? */
function endsInReservedSequence(fullPath: string): boolean {
  const nested = fullPath.toLowerCase().split('/').slice(1).join('/');
  return nestedSequences.some((words) => nested === words || nested.endsWith(`/${words}`));
}
