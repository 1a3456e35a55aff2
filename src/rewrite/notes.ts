import { isFolder, parseTree, type ObjectReader, type TreeEntry } from '../git/object-reader.ts';
import type { NewIds } from './headers.ts';
import type { ObjectWriter } from './object-writer.ts';
import { fixEntries, treeBytes } from './trees.ts';

type Note = { path: string; entry: TreeEntry };

/**
 * A tree of notes in which each note hangs on the new id of its commit; null when none has one. A note is a file whose
 * path, without slashes, is the id of what it belongs to (git-notes): how deep the folders are stays as it is.
 */
export async function annotatedNotes(
  tree: string,
  reader: ObjectReader,
  { ids, writer }: { ids: NewIds; writer: ObjectWriter },
): Promise<string | null> {
  const notes = await notesIn(tree, '', reader);
  const moved = notes.map(({ path, entry }) => ({ path: newPath(path, ids), entry }));
  if (moved.every(({ path }, index) => path === notes[index]?.path)) return null;
  return written(moved, writer);
}

async function notesIn(tree: string, below: string, reader: ObjectReader): Promise<Note[]> {
  const object = await reader.read(tree);
  const notes: Note[] = [];
  for (const entry of parseTree(object?.body ?? Buffer.alloc(0)) ?? []) {
    const path = below + entry.name.toString('latin1');
    if (isFolder(entry)) notes.push(...(await notesIn(entry.id, `${path}/`, reader)));
    else notes.push({ path, entry });
  }
  return notes;
}

function newPath(path: string, ids: NewIds): string {
  const id = ids.get(path.replaceAll('/', ''));
  if (id === undefined) return path;
  let at = 0;
  return path
    .split('/')
    .map((part) => id.slice(at, (at += part.length)))
    .join('/');
}

async function written(notes: readonly Note[], writer: ObjectWriter): Promise<string> {
  const entries: TreeEntry[] = [];
  const folders = new Map<string, Note[]>();
  for (const { path, entry } of notes) {
    const slash = path.indexOf('/');
    if (slash < 0) entries.push({ ...entry, name: Buffer.from(path, 'latin1') });
    else {
      const folder = path.slice(0, slash);
      const inside = folders.get(folder) ?? [];
      inside.push({ path: path.slice(slash + 1), entry });
      folders.set(folder, inside);
    }
  }
  for (const [name, inside] of folders)
    entries.push({ mode: '40000', name: Buffer.from(name, 'latin1'), id: await written(inside, writer) });
  return writer.write('tree', treeBytes(fixEntries(entries, () => false)));
}
