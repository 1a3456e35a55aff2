import { createCipheriv, createHash } from 'node:crypto';
import { writeObject } from '../../sandbox/gitbucket.ts';

const who = 'Ada <ada@example.com> 1600000000 +0000';

export type Row = { mode: string; name: string; id: string };

/** A tree of exactly these entries, in this order, whatever git thinks of it. */
export function treeOf(gitDir: string, rows: readonly Row[]): string {
  const entries = rows.map(({ mode, name, id }) =>
    Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(id, 'hex')]),
  );
  return writeObject(gitDir, 'tree', Buffer.concat(entries));
}

export function blobOf(gitDir: string, content: string | Buffer): string {
  return writeObject(gitDir, 'blob', Buffer.from(content));
}

export type CommitParts = { tree: string; parents?: readonly string[]; author?: string; message?: string };

/** A commit; `author` replaces the whole line behind the word. */
export function commitOf(gitDir: string, parts: CommitParts): string {
  const { tree, parents = [], author = who, message = 'a commit' } = parts;
  const lines = [
    `tree ${tree}`,
    ...parents.map((id) => `parent ${id}`),
    `author ${author}`,
    `committer ${who}`,
  ];
  return writeObject(gitDir, 'commit', Buffer.from(`${lines.join('\n')}\n\n${message}\n`));
}

/** A commit with these files at its root; names must come in git's order. */
export function filesOf(
  gitDir: string,
  files: Readonly<Record<string, string | Buffer>>,
  more: Omit<CommitParts, 'tree'> = {},
): string {
  const rows = Object.entries(files).map(([name, content]) => ({
    mode: '100644',
    name,
    id: blobOf(gitDir, content),
  }));
  return commitOf(gitDir, { ...more, tree: treeOf(gitDir, rows) });
}

/** Bytes that neither shrink nor resemble those of another seed. */
export function noiseOf(seed: string, length: number): Buffer {
  const key = createHash('md5').update(seed).digest();
  return createCipheriv('aes-128-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(length));
}

export function lfsPointer(content: string): { oid: string; text: string } {
  const oid = createHash('sha256').update(content).digest('hex');
  const size = Buffer.byteLength(content);
  return { oid, text: `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize ${size}\n` };
}

type Fault = { refused: boolean; make: (gitDir: string) => string };

/** One commit for each condition of GL-230, GL-231, by the name of git's check. */
export const faults: Readonly<Record<string, Fault>> = {
  badDate: { refused: true, make: (dir) => authored(dir, 'Ada <ada@example.com> 16x +0000') },
  zeroPaddedDate: { refused: true, make: (dir) => authored(dir, 'Ada <ada@example.com> 01600000000 +0000') },
  missingEmail: { refused: true, make: (dir) => authored(dir, 'Ada 1600000000 +0000') },
  missingNameBeforeEmail: {
    refused: true,
    make: (dir) => authored(dir, '<ada@example.com> 1600000000 +0000'),
  },
  multipleAuthors: { refused: true, make: (dir) => authored(dir, `${who}\nauthor ${who}`) },
  nulInCommit: { refused: true, make: (dir) => filesOf(dir, { a: 'a' }, { message: 'nul \0 in it' }) },
  duplicateEntries: { refused: true, make: (dir) => rooted(dir, ['100644 a', '100644 a']) },
  treeNotSorted: { refused: true, make: (dir) => rooted(dir, ['100644 b', '100644 a']) },
  hasDotgit: { refused: true, make: (dir) => rooted(dir, ['100644 .GIT']) },
  hasDotdot: { refused: true, make: (dir) => rooted(dir, ['100644 ..']) },
  fullPathname: { refused: true, make: (dir) => rooted(dir, ['100644 a/b']) },
  gitmodulesUrl: {
    refused: true,
    make: (dir) => filesOf(dir, { '.gitmodules': '[submodule "a"]\n\tpath = a\n\turl = -uevil\n' }),
  },
  gitmodulesSymlink: { refused: true, make: (dir) => rooted(dir, ['120000 .gitmodules']) },
  badTimezone: { refused: false, make: (dir) => authored(dir, 'Ada <ada@example.com> 1600000000 +1234567') },
  missingSpaceBeforeDate: {
    refused: false,
    make: (dir) => authored(dir, 'Ada <ada@example.com>1600000000 +0000'),
  },
  zeroPaddedFilemode: { refused: false, make: (dir) => rooted(dir, ['0100644 a']) },
  badFilemode: { refused: false, make: (dir) => rooted(dir, ['100664 a']) },
};

function authored(gitDir: string, author: string): string {
  return filesOf(gitDir, { a: 'a' }, { author });
}

function rooted(gitDir: string, entries: readonly string[]): string {
  const rows = entries.map((entry) => {
    const [mode = '', ...name] = entry.split(' ');
    return { mode, name: name.join(' '), id: blobOf(gitDir, 'content') };
  });
  return commitOf(gitDir, { tree: treeOf(gitDir, rows) });
}
