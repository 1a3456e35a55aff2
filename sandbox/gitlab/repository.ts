import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  type Stats,
} from 'node:fs';
import { dirname, join } from 'node:path';

const CONFIG = '[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n';

/** Lays out an empty bare repository without starting git. */
export function createRepository(gitDir: string, branch: string): void {
  // A server that was killed may have left a repository of a project that its state does not know.
  if (stat(gitDir)) removeRepository(gitDir);
  mkdirSync(gitDir, { recursive: true });
  for (const folder of ['objects', 'objects/pack', 'refs', 'refs/heads', 'refs/tags']) {
    mkdirSync(`${gitDir}/${folder}`);
  }
  writeFileSync(join(gitDir, 'config'), CONFIG);
  writeFileSync(join(gitDir, 'HEAD'), `ref: refs/heads/${branch}\n`);
}

/** Removes a repository from disk. */
export function removeRepository(gitDir: string): void {
  rmSync(gitDir, { recursive: true, force: true });
}

/** Points HEAD at a branch, which need not exist. */
export function writeHead(gitDir: string, branch: string): void {
  const file = join(gitDir, 'HEAD');
  writeFileSync(`${file}.new`, `ref: refs/heads/${branch}\n`);
  renameSync(`${file}.new`, file);
}

/** Points a ref of the server's own at a commit that is there, without starting git. */
export function writeRef(gitDir: string, name: string, id: string): void {
  const file = join(gitDir, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.lock`, `${id}\n`);
  renameSync(`${file}.lock`, file);
}

/** Full name of the branch that HEAD names, whether it exists or not; null when detached. */
export function readHead(gitDir: string): string | null {
  const text = readFileSync(join(gitDir, 'HEAD'), 'utf8').trim();
  return text.startsWith('ref: ') ? text.slice(5) : null;
}

/** All refs below a prefix such as `refs/heads/`, full name to id, sorted by name as git sorts. */
export function readRefs(gitDir: string, prefix = 'refs/'): Map<string, string> {
  const refs = new Map<string, string>();
  // Before the packed ones: what git is packing meanwhile is in the list before its file is gone.
  readLoose(gitDir, prefix.replace(/\/$/, ''), refs);
  for (const line of packedText(gitDir).split('\n')) {
    const name = line.slice(41);
    const packed = name.startsWith(prefix) && !refs.has(name) && /^[0-9a-f]{40} /.test(line);
    if (packed) refs.set(name, line.slice(0, 40));
  }
  const names = [...refs.keys()];
  // Only of characters that a string holds in two halves the order of the bytes is another one.
  names.sort(names.some((name) => /[\uD800-\uDFFF]/.test(name)) ? byBytes : undefined);
  return new Map(names.map((name) => [name, refs.get(name) ?? '']));
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** Id of one ref by its full name, null when it does not exist. */
export function readRef(gitDir: string, name: string): string | null {
  return looseId(gitDir, name) ?? packedId(packedText(gitDir), name);
}

/** Short name of the default branch by Gitaly's rule (GL-161); null without any branch. */
export function effectiveDefaultBranch(gitDir: string): string | null {
  if (!stat(gitDir)) return null;
  const candidates = new Set([readHead(gitDir), 'refs/heads/main', 'refs/heads/master']);
  for (const name of candidates) {
    if (!name?.startsWith('refs/heads/')) continue;
    if (readRef(gitDir, name) !== null) return name.slice(11);
  }
  const [first] = readRefs(gitDir, 'refs/heads/').keys();
  return first?.slice(11) ?? null;
}

/** Asks before it reads: most projects have no such file, and exceptions are dear. */
function packedText(gitDir: string): string {
  const file = join(gitDir, 'packed-refs');
  return stat(file) ? readFileSync(file, 'utf8') : '';
}

function packedId(text: string, name: string): string | null {
  const at = text.indexOf(` ${name}\n`);
  return at < 0 ? null : text.slice(at - 40, at);
}

function looseId(gitDir: string, name: string): string | null {
  const file = join(gitDir, name);
  if (!stat(file)?.isFile()) return null;
  const id = readFileSync(file, 'utf8').trim();
  return /^[0-9a-f]{40}$/.test(id) ? id : null;
}

function readLoose(gitDir: string, folder: string, refs: Map<string, string>): void {
  const path = join(gitDir, folder);
  if (!stat(path)?.isDirectory()) return;
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const name = `${folder}/${entry.name}`;
    if (entry.isDirectory()) readLoose(gitDir, name, refs);
    else if (!entry.name.endsWith('.lock')) readLooseRef(gitDir, name, refs);
  }
}

function readLooseRef(gitDir: string, name: string, refs: Map<string, string>): void {
  const id = looseId(gitDir, name);
  if (id !== null) refs.set(name, id);
}

/** Null also when a parent is a file: `refs/heads/a/b` beside a branch `a`. */
function stat(path: string): Stats | null {
  try {
    return statSync(path, { throwIfNoEntry: false }) ?? null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return null;
    throw error;
  }
}
