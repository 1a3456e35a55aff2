import { writeObject } from '../gitbucket.ts';

/** A file's content, or an entry of another kind: an executable, a link, a submodule's commit. */
type FileEntry = string | Buffer | { executable: string } | { link: string } | { submodule: string };

/** Everything in a commit, by path. */
export type Files = Readonly<Record<string, FileEntry>>;

type TreeRow = { mode: string; name: string; id: string };

/** Writes the tree objects for these files and returns the root's id. */
export function writeTree(gitDir: string, files: Files): string {
  const rows: TreeRow[] = [];
  const folders = new Map<string, Record<string, FileEntry>>();
  for (const [path, entry] of Object.entries(files)) {
    const slash = path.indexOf('/');
    if (slash < 0) {
      rows.push({ name: path, ...writeEntry(gitDir, entry) });
      continue;
    }
    const folder = folders.get(path.slice(0, slash)) ?? {};
    folder[path.slice(slash + 1)] = entry;
    folders.set(path.slice(0, slash), folder);
  }
  for (const [name, content] of folders) rows.push({ mode: '40000', name, id: writeTree(gitDir, content) });
  const sorted = rows.sort((a, b) => Buffer.compare(sortKey(a), sortKey(b)));
  return writeObject(gitDir, 'tree', Buffer.concat(sorted.map(encodeRow)));
}

function writeEntry(gitDir: string, entry: FileEntry): { mode: string; id: string } {
  if (typeof entry === 'string' || Buffer.isBuffer(entry)) {
    return { mode: '100644', id: writeObject(gitDir, 'blob', Buffer.from(entry)) };
  }
  if ('executable' in entry) {
    return { mode: '100755', id: writeObject(gitDir, 'blob', Buffer.from(entry.executable)) };
  }
  if ('link' in entry) return { mode: '120000', id: writeObject(gitDir, 'blob', Buffer.from(entry.link)) };
  return { mode: '160000', id: entry.submodule };
}

/** git sorts folders as if their names ended with a slash. */
function sortKey(row: TreeRow): Buffer {
  return Buffer.from(row.mode === '40000' ? `${row.name}/` : row.name);
}

function encodeRow({ mode, name, id }: TreeRow): Buffer {
  return Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(id, 'hex')]);
}
