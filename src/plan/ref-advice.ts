/** What a user can do about a ref; it is safe to paste, whatever the ref is called. */

export type RenameContext = {
  /** `owner/name` of the repository. */
  repository: string;
  /** Is there such a ref already? The advice then proposes another name. */
  isTaken?: (ref: string) => boolean;
};

const SAFE_WORD = /^[\w./:@%+=-]+$/;
const EXPANDED = /^refs\/(heads|remotes|tags)\//;

/** The entry of the config that moves a ref under a name that GitLab takes; nothing on GitBucket needs to change. */
export function renameAdvice(ref: string, context: RenameContext): string {
  const refs = { [context.repository]: { [ref]: freeName(ref, context) } };
  return `"map": ${JSON.stringify({ refs })}`;
}

/** How to remove a ref from the target by hand. */
export function removeAdvice(ref: string): string {
  return `if it may go, run in a clone of the GitLab project: git push origin ${shellWord(`:${ref}`)}`;
}

/** A word that any POSIX shell takes literally. */
export function shellWord(word: string): string {
  return SAFE_WORD.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

function freeName(ref: string, context: RenameContext): string {
  const [, space = 'heads', ...rest] = ref.split('/');
  const name = rest.join('/').replace(/^-+/, '').replace(EXPANDED, '');
  const base = `refs/${space}/${wordFor(space)}-${wellFormedPart(name)}`;
  let candidate = base;
  for (let count = 2; context.isTaken?.(candidate) === true; count += 1) candidate = `${base}-${count}`;
  return candidate;
}

function wordFor(space: string): string {
  if (space === 'tags') return 'tag';
  return space === 'notes' ? 'note' : 'branch';
}

function wellFormedPart(name: string): string {
  return name
    .replace(/[^\p{L}\p{M}\p{N}\p{S}\p{P}]|[~^:?*[\\]|\.{2,}|@\{/gu, '-')
    .replace(/(^|\/)\./g, '$1')
    .replace(/\/{2,}/g, '/')
    .replace(/[/.]+$/, '')
    .replace(/\.lock(?=\/|$)/g, '-lock');
}
