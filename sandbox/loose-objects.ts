import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';

export type LooseObject = { type: string; content: Buffer };

/** A loose object; null when it is in a pack, damaged or nowhere: git knows more. */
export function looseObject(gitDir: string, id: string): LooseObject | null {
  try {
    const whole = inflateSync(readFileSync(join(gitDir, 'objects', id.slice(0, 2), id.slice(2))));
    const end = whole.indexOf(0);
    return { type: whole.toString('latin1', 0, whole.indexOf(0x20)), content: whole.subarray(end + 1) };
  } catch {
    return null;
  }
}

/**
 * Id of what a commit has at a path, as `git rev-parse COMMIT:PATH` tells it, without starting git: null when there is
 * nothing, undefined when git must be asked, since not everything on the way is loose.
 */
export function looseEntry(gitDir: string, commit: string, path: string): string | null | undefined {
  const names = path.split('/');
  if (!/^[0-9a-f]{40}$/.test(commit) || names.some((name) => ['', '.', '..'].includes(name)))
    return undefined;
  const start = looseObject(gitDir, commit);
  if (start?.type !== 'commit') return undefined;
  let id = start.content.toString('latin1', 5, 45);
  for (const name of names) {
    const tree = looseObject(gitDir, id);
    if (tree === null) return undefined;
    const entry = tree.type === 'tree' ? entryOf(tree.content, Buffer.from(name)) : null;
    if (entry === null) return null;
    id = entry;
  }
  return id;
}

/** `<mode> <name>\0<20 bytes>`, again and again. */
function entryOf(tree: Buffer, name: Buffer): string | null {
  for (let at = 0; at < tree.length;) {
    const start = tree.indexOf(0x20, at) + 1;
    const end = tree.indexOf(0, start);
    if (tree.subarray(start, end).equals(name)) return tree.toString('hex', end + 1, end + 21);
    at = end + 21;
  }
  return null;
}
