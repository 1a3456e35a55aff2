/** What a user can do about a ref; commands are safe to paste, whatever the ref is called. */

export type RenameContext = {
  /** Full name of the branch that the source's HEAD points to: GitBucket does not let it be deleted. */
  sourceHead?: string | null;
  /** Is there such a ref already? The advice then proposes another name. */
  isTaken?: (ref: string) => boolean;
};

const SAFE_WORD = /^[\w./:@%+=-]+$/;
const EXPANDED = /^refs\/(heads|remotes|tags)\//;

/** How to rename a ref on the source, so that GitLab takes it the next time. */
export function renameAdvice(ref: string, wellFormed: boolean, context: RenameContext): string {
  const renamed = freeName(ref, context);
  const first =
    ref === context.sourceHead ? 'choose another default branch in its GitBucket settings, then ' : '';
  if (!wellFormed) {
    return `git itself refuses this name: ${first}make ${renamed} at the same object on GitBucket and delete this one`;
  }
  // Three commands, so that the old name is only deleted once the new one is safe. The empty refmap keeps
  // the clone's own refs/remotes out of it, where an old name may stand in the way or HEAD point elsewhere.
  return (
    `rename it on GitBucket: ${first}run in a clone of the repository: ` +
    `git fetch --refmap= origin ${shellWord(ref)} && git push origin ${shellWord(`FETCH_HEAD:${renamed}`)} ` +
    `&& git push origin ${shellWord(`:${ref}`)}`
  );
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
