import { isFolder, type TreeEntry } from '../git/object-reader.ts';

/**
 * The entries of a tree as git wants them: sorted, each name once, with modes that it knows and names that may be checked
 * out. Nothing is lost but entries without an object: a name that cannot stay gets another one beside it. `isBad` tells of
 * files that git refuses under the name that they have, such as a `.gitmodules`.
 */
export function fixEntries(entries: readonly TreeEntry[], isBad: (id: string) => boolean): TreeEntry[] {
  const taken = new Map<string, TreeEntry>();
  for (const entry of entries) {
    if (/^0{40}$/.test(entry.id)) continue;
    const fixed = {
      ...entry,
      mode: modeOf(entry),
      name: Buffer.from(nameOf(entry, isBad(entry.id)), 'latin1'),
    };
    const name = fixed.name.toString('latin1');
    const known = taken.get(name);
    if (known === undefined) taken.set(name, fixed);
    else if (known.id !== fixed.id || known.mode !== fixed.mode) {
      const beside = `${name}~${fixed.id.slice(0, 8)}`;
      taken.set(beside, { ...fixed, name: Buffer.from(beside, 'latin1') });
    }
  }
  return [...taken.values()].sort(byName);
}

/** The bytes of a tree with these entries. */
export function treeBytes(entries: readonly TreeEntry[]): Buffer {
  return Buffer.concat(
    entries.flatMap(({ mode, name, id }) => [
      Buffer.from(`${mode} `),
      name,
      Buffer.from([0]),
      Buffer.from(id, 'hex'),
    ]),
  );
}

/** As git reads them ("canon_mode" of its tree-walk). */
function modeOf(entry: TreeEntry): string {
  if (isFolder(entry)) return '40000';
  const mode = Number.parseInt(entry.mode, 8);
  const kind = mode & 0o170000;
  if (kind === 0o120000) return '120000';
  if (kind === 0o160000) return '160000';
  if (kind === 0o040000) return '40000';
  return (mode & 0o100) === 0 ? '100644' : '100755';
}

/** Names that git reads as its own folder on some file system, each with what takes the place of its first character. */
const ownFolder = /^(\.git|git~1)[ .]*$/i;
const ownFile = /^\.(gitmodules|gitattributes|gitignore|mailmap)$/i;
/** Characters that HFS+ does not see, as they are written in UTF-8. */
const unseen = /\xe2\x80[\x8c-\x8f\xaa-\xae]|\xe2\x81[\xaa-\xaf]|\xef\xbb\xbf/g;

function nameOf({ name, mode }: TreeEntry, bad: boolean): string {
  const written = name.toString('latin1').replaceAll('/', '_').replaceAll('\0', '_');
  const seen = written.replaceAll(unseen, '');
  if (seen === '' || /^\.{1,2}$/.test(seen)) return seen === '' ? '_' : seen.replaceAll('.', '_');
  if (ownFolder.test(seen)) return `_${seen.slice(1)}`;
  const link = mode === '120000' && ownFile.test(seen);
  if ((link || bad) && ownFile.test(seen)) return `_${seen.slice(1)}`;
  return written;
}

/** A folder counts as if its name ended in a slash. */
function byName(a: TreeEntry, b: TreeEntry): number {
  return Buffer.compare(sortKey(a), sortKey(b));
}

function sortKey(entry: TreeEntry): Buffer {
  return isFolder(entry) ? Buffer.concat([entry.name, Buffer.from('/')]) : entry.name;
}
