import { createHash } from 'node:crypto';
import { shellWord } from '../../text/format.ts';

const branches = 'refs/heads/';
const tags = 'refs/tags/';
const notes = 'refs/notes/';

/** Prefixes that GitLab's validator takes for a name that was expanded twice (GL-181). */
const expanded = ['refs/heads/', 'refs/remotes/'] as const;
// A prefix match: `<40 hex>-fix` is refused as well (GL-180).
const objectId = /^[0-9a-f]{40}/i;
const forbiddenCharacter = /[ ~^:?*[\\]/;
/** A part that begins with a dot or ends in `.lock`. */
const badPart = /(^|\/)\.|\.lock(\/|$)/;
const forbiddenSequences = ['..', '//', '@{'] as const;
const refSpace = 0x20;
const deleteCode = 0x7f;

const branchIsId = 'You cannot create a branch with a SHA-1 or SHA-256 branch name.';
const branchIsInvalid = 'You cannot create a branch with an invalid name.';
const tagIsId = 'You cannot create a tag with a SHA-1 or SHA-256 tag name.';
const tagIsInvalid = 'You cannot create a tag with a prohibited pattern.';
const tagIsDefaultBranch = 'You cannot use default branch name to create a tag';
const funny = 'funny refname';
const hidden = 'deny updating a hidden ref';
const tooLong = 'File name too long';
/** GitLab keeps a ref as a file, and locks it by another one with `.lock` at its end (GL-188). */
const mostBytesOfPart = 255;

export type NameContext = RenameContext & {
  /** The name that no new tag gets: that of the default branch (GL-182); null when there is none. */
  reserved: string | null;
  /** False when the ref exists on the target: a tag may then be named like the default branch. */
  creates?: boolean;
};

/** Why GitLab will not take the ref, in GitLab's own words, and what the user can do. */
export type RefRefusal = { reason: string; fix: string };

export type RefKind = 'branch' | 'tag' | 'note' | 'other';

export function refKind(ref: string): RefKind {
  if (ref.startsWith(branches)) return 'branch';
  if (ref.startsWith(tags)) return 'tag';
  return ref.startsWith(notes) ? 'note' : 'other';
}

/** Name of a branch, tag or note without its prefix; other refs keep their full name. */
export function shortName(ref: string): string {
  const kind = refKind(ref);
  return kind === 'other' ? ref : ref.slice(ref.indexOf('/', 'refs/'.length) + 1);
}

/** What a migration moves besides branches and tags. */
export type TravelRules = {
  notes: boolean;
  /** Patterns of further refs, such as `refs/review/*`. */
  refs?: readonly string[];
};

/** Is the ref one that a migration moves? GitBucket's own (`refs/pull/*`, `refs/remote-temp/*`) never are. */
export function travels(ref: string, { notes, refs = [] }: TravelRules): boolean {
  const kind = refKind(ref);
  if (kind === 'note') return notes;
  return kind !== 'other' || refs.some((pattern) => fits(ref, pattern));
}

/** The refs that travel, by name; the same map when all do, as mostly: there may be tens of thousands. */
export function travelling(
  refs: ReadonlyMap<string, string>,
  rules: TravelRules,
): ReadonlyMap<string, string> {
  const names = [...refs.keys()].filter((ref) => travels(ref, rules));
  if (names.length === refs.size) return refs;
  return new Map(names.map((ref) => [ref, refs.get(ref) ?? '']));
}

/** As git reads patterns: one `*` stands for anything, slashes included. */
function fits(ref: string, pattern: string): boolean {
  const [before = '', after] = pattern.split('*');
  if (after === undefined) return ref === pattern;
  return ref.length > before.length + after.length && ref.startsWith(before) && ref.endsWith(after);
}

/** Does the ref belong to GitLab itself, which lets nobody write it (GL-184)? */
export function isHidden(ref: string): boolean {
  return hiddenSpaces.test(ref);
}

const hiddenSpaces = /^refs\/(merge-requests|keep-around|environments|pipelines|remotes|tmp)\//;

/** Does GitLab refuse the name? */
export function refusal(ref: string, context: NameContext): RefRefusal | null {
  const reason = refusalReason(ref, context) ?? (isTooLong(ref) ? tooLong : null);
  return reason === null ? null : { reason, fix: renameAdvice(ref, context) };
}

/** GitLab's words for a branch that points to something else than a commit (GL-188). */
export const isNoCommit = 'invalid new value provided';

/** Does GitLab refuse it for what it points to, a `tag`, `tree` or `blob`? Tags and notes may point to anything. */
export function noCommit(ref: string, type: string, context: RenameContext): RefRefusal | null {
  if (refKind(ref) !== 'branch') return null;
  const reason = `${isNoCommit}: a branch of GitLab points to a commit, and this one to a ${type}`;
  return { reason, fix: toTagAdvice(ref, context) };
}

/** The entry of the config that makes a tag of the branch. */
export function toTagAdvice(ref: string, context: RenameContext): string {
  const tag = freeName(`${tags}${shortName(ref)}`, context);
  return `"map": ${JSON.stringify({ refs: { [context.repository]: { [ref]: tag } } })}`;
}

/** The rules of `git check-ref-format` for what follows `refs/heads/`. */
export function isWellFormed(name: string): boolean {
  if (name === '' || name.endsWith('/') || name.endsWith('.') || name.startsWith('/')) return false;
  if (forbiddenCharacter.test(name) || hasControlCharacter(name)) return false;
  if (forbiddenSequences.some((sequence) => name.includes(sequence))) return false;
  return !badPart.test(name);
}

function refusalReason(ref: string, context: NameContext): string | null {
  const name = shortName(ref);
  switch (refKind(ref)) {
    case 'branch':
      if (objectId.test(name)) return branchIsId;
      return isValidName(name) ? null : branchIsInvalid;
    case 'tag':
      if (context.creates !== false && name === context.reserved) return tagIsDefaultBranch;
      if (!isValidName(name) || name.startsWith(tags)) return tagIsInvalid;
      return objectId.test(name) ? tagIsId : null;
    case 'note':
      return isWellFormed(name) ? null : funny;
    case 'other':
      if (isHidden(ref)) return hidden;
      return isDeep(ref) && isWellFormed(ref) ? null : funny;
  }
}

/** `refs/stash` and the like have no space of their own (GL-187). */
function isDeep(ref: string): boolean {
  return ref.split('/').length > 2;
}

function isTooLong(ref: string): boolean {
  // Only bytes count, and a letter has three at most.
  if (ref.length * 3 <= 250) return false;
  return `${ref}.lock`.split('/').some((part) => Buffer.byteLength(part) > mostBytesOfPart);
}

function isValidName(name: string): boolean {
  if (name === 'HEAD' || name.startsWith('-')) return false;
  return !expanded.some((prefix) => name.startsWith(prefix)) && isWellFormed(name);
}

function hasControlCharacter(name: string): boolean {
  for (let index = 0; index < name.length; index += 1) {
    const code = name.charCodeAt(index);
    if (code < refSpace || code === deleteCode) return true;
  }
  return false;
}

/** What a user can do about a ref; it is safe to paste, whatever the ref is called. */

export type RenameContext = {
  /** `owner/name` of the repository. */
  repository: string;
  /** Is there such a ref already? The advice then proposes another name. */
  isTaken?: (ref: string) => boolean;
  /** Names that were proposed already, each with its ref: no two get the same one. */
  proposed?: Map<string, string>;
};

const expandedSpace = /^refs\/(heads|remotes|tags)\//;

/** The entry of the config that moves a ref under a name that GitLab takes; nothing on GitBucket needs to change. */
export function renameAdvice(ref: string, context: RenameContext): string {
  const refs = { [context.repository]: { [ref]: freeName(ref, context) } };
  return `"map": ${JSON.stringify({ refs })}`;
}

/** How to remove a ref from the target by hand. */
export function removeAdvice(ref: string): string {
  return `if it can be deleted, run in a clone of the GitLab project: git push origin ${shellWord(`:${ref}`)}`;
}

function freeName(given: string, context: RenameContext): string {
  // There is no name in its own space, so it becomes a branch.
  const ref = isHidden(given) || !isDeep(given) ? given.replace(/^refs\//, branches) : given;
  const [, space = 'heads', ...rest] = ref.split('/');
  const name = rest.join('/').replace(/^-+/, '').replace(expandedSpace, '');
  const parts = wellFormedPart(name).split('/');
  const base = `refs/${space}/${wordFor(space)}-${parts.map(shortened).join('/')}`;
  const { isTaken = () => false, proposed = new Map<string, string>() } = context;
  let candidate = base;
  for (let count = 2; isTaken(candidate) || (proposed.get(candidate) ?? ref) !== ref; count += 1)
    candidate = `${base}-${count}`;
  proposed.set(candidate, ref);
  return candidate;
}

function wordFor(space: string): string {
  const words: Readonly<Record<string, string>> = { heads: 'branch', tags: 'tag', notes: 'note' };
  return words[space] ?? 'ref';
}

function wellFormedPart(name: string): string {
  return name
    .replace(/[^\p{L}\p{M}\p{N}\p{S}\p{P}]|[~^:?*[\\]|\.{2,}|@\{/gu, '-')
    .replace(/(^|\/)\./g, '$1')
    .replace(/\/{2,}/g, '/')
    .replace(/[/.]+$/, '')
    .replace(/\.lock(?=\/|$)/g, '-lock');
}

/** Two names that differ only behind the cut stay different. */
function shortened(part: string): string {
  if (Buffer.byteLength(part) <= 200) return part;
  const hash = createHash('sha256').update(part).digest('hex').slice(0, 8);
  return `${Buffer.from(part)
    .toString('utf8', 0, 180)
    .replace(/\u{fffd}+$/u, '')}-${hash}`;
}

const usual = ['main', 'master'] as const;

/**
 * Which branch GitLab will take for the default one when exactly these refs exist: the wanted one, else the one
 * its HEAD points to, else `main`, `master`, the first by name (GL-161); null without branches.
 */
export function effectiveDefaultBranch(
  refs: Iterable<string>,
  wanted: string | null,
  head: string | null,
): string | null {
  const preferred = [wanted, head, ...usual];
  let best = preferred.length;
  let first: string | null = null;
  for (const ref of refs) {
    if (refKind(ref) !== 'branch') continue;
    const name = shortName(ref);
    const place = preferred.indexOf(name);
    if (place >= 0 && place < best) best = place;
    if (first === null || name < first) first = name;
  }
  return preferred[best] ?? first;
}
