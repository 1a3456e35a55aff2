import { createHash } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readdirSync, writeFileSync, copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';

const CONFIG =
  '[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n[http]\n\treceivepack = true\n';

/** Makes an empty bare repository by writing its files; no process is started, so thousands take seconds. */
export function initBare(gitDir: string, defaultBranch: string): void {
  for (const folder of ['objects/info', 'objects/pack', 'refs/heads', 'refs/tags']) {
    mkdirSync(join(gitDir, folder), { recursive: true });
  }
  writeFileSync(join(gitDir, 'HEAD'), `ref: refs/heads/${defaultBranch}\n`);
  writeFileSync(join(gitDir, 'config'), CONFIG);
}

/** What JGit takes for a repository; anything less is answered with errors (GB-64). */
export function looksLikeRepository(gitDir: string): boolean {
  return ['HEAD', 'objects', 'refs'].every((entry) => existsSync(join(gitDir, entry)));
}

/** Copies a bare repository by files; packs are hard-linked, since they never change. */
export function copyBare(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const source = join(from, entry.name);
    const target = join(to, entry.name);
    if (entry.isDirectory()) copyBare(source, target);
    else if (/\.(pack|idx)$/.test(entry.name)) link(source, target);
    else copyFileSync(source, target);
  }
}

function link(source: string, target: string): void {
  try {
    linkSync(source, target);
  } catch {
    copyFileSync(source, target);
  }
}

/** Writes one loose object and returns its id. */
export function writeObject(
  gitDir: string,
  type: 'blob' | 'tree' | 'commit' | 'tag',
  content: Buffer,
): string {
  const whole = Buffer.concat([Buffer.from(`${type} ${content.length}\0`), content]);
  const id = createHash('sha1').update(whole).digest('hex');
  const folder = join(gitDir, 'objects', id.slice(0, 2));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, id.slice(2)), deflateSync(whole));
  return id;
}

/** One commit with one file at the root, on a branch that so far does not exist; returns the commit's id. */
export function writeFirstCommit(
  gitDir: string,
  commit: { branch: string; file: string; content: string; message: string; author: string; atMs: number },
): string {
  const blob = writeObject(gitDir, 'blob', Buffer.from(commit.content));
  const entry = Buffer.concat([Buffer.from(`100644 ${commit.file}\0`), Buffer.from(blob, 'hex')]);
  const tree = writeObject(gitDir, 'tree', entry);
  const who = `${commit.author} ${Math.floor(commit.atMs / 1000)} +0000`;
  const text = `tree ${tree}\nauthor ${who}\ncommitter ${who}\n\n${commit.message}`;
  const id = writeObject(gitDir, 'commit', Buffer.from(text));
  writeFileSync(join(gitDir, 'refs/heads', commit.branch), `${id}\n`);
  return id;
}
