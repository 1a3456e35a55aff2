import { readdirSync, readFileSync, type Dirent } from 'node:fs';
import { join } from 'node:path';
import { looseObject } from '../../loose-objects.ts';
import { hasObject } from './has-object.ts';
import { runGit } from './run-git.ts';

export type GitRef = {
  name: string;
  /** Unpeeled object id. */
  id: string;
  /** What an annotated tag finally points at; absent when the object is no tag. */
  peeled?: string;
  /** False when the list of packed refs says what it leads to, so that the object itself is not opened. */
  opened?: false;
};

export type RefList = {
  /** Target of the symbolic HEAD, whether it exists or not. */
  head: string | undefined;
  /** Sorted as Java sorts strings, by UTF-16 code units. */
  refs: GitRef[];
};

const EMPTY: RefList = { head: undefined, refs: [] };

/** All refs below `refs/`, read from files; git is only started for what no file tells. */
export async function readRefs(gitDir: string): Promise<RefList> {
  const headFile = readOptional(join(gitDir, 'HEAD'));
  if (headFile === undefined) return EMPTY;
  const refs = new Map<string, GitRef>();
  const unpeeled = new Set<string>();
  for (const { ref, known } of parsePacked(readOptional(join(gitDir, 'packed-refs')) ?? '')) {
    refs.set(ref.name, ref);
    if (!known) unpeeled.add(ref.name);
  }
  for (const ref of readLoose(gitDir, 'refs', refs)) {
    refs.set(ref.name, ref);
    unpeeled.delete(ref.name);
    if (!ref.name.startsWith('refs/heads/') || !isCommit(gitDir, ref.id)) unpeeled.add(ref.name);
  }
  await peel(
    gitDir,
    [...unpeeled].flatMap((name) => refs.get(name) ?? []),
  );
  const sorted = [...refs.values()].sort((a, b) => compareText(a.name, b.name));
  return { head: /^ref: (\S+)/.exec(headFile)?.[1], refs: sorted };
}

/** The ref that HEAD resolves to, if it exists. */
export function resolvedHead(list: RefList): GitRef | undefined {
  return list.refs.find((ref) => ref.name === list.head);
}

/** Is there a ref whose object JGit opens in order to peel it, and which is lost? It then shows no ref at all (GB-124). */
export function leadsNowhere(gitDir: string, { refs }: RefList): boolean {
  const ids = new Set(refs.flatMap(({ id, opened }) => (opened === false ? [] : [id])));
  return [...ids].some((id) => !hasObject(gitDir, id));
}

/** Java's order of strings. */
export function compareText(a: string, b: string): number {
  if (a < b) return -1;
  return a > b ? 1 : 0;
}

/**
 * Branches as JGit's list of them has them, which is no map: a name whose bytes are not UTF-8 becomes the same text as
 * another one, and loose files of such names, which no listing shows, are found by their folder (GB-125).
 */
export async function listBranches(gitDir: string): Promise<Pick<GitRef, 'name' | 'id'>[]> {
  const { refs } = await readRefs(gitDir);
  const all = refs.filter(({ name }) => name.startsWith('refs/heads/'));
  for (const { ref } of parsePacked(readOptional(join(gitDir, 'packed-refs')) ?? '')) {
    const other = all.find(({ name, id }) => name === ref.name && id === ref.id);
    if (ref.name.startsWith('refs/heads/') && isDamaged(ref.name) && !other) all.push(ref);
  }
  return [...all, ...damagedFiles(Buffer.from(join(gitDir, 'refs/heads')), 'refs/heads')];
}

function isDamaged(name: string): boolean {
  return name.includes('\u{fffd}');
}

function damagedFiles(folder: Buffer, prefix: string): Pick<GitRef, 'name' | 'id'>[] {
  const found: Pick<GitRef, 'name' | 'id'>[] = [];
  for (const entry of readdirSync(folder, { encoding: 'buffer', withFileTypes: true })) {
    const place = Buffer.concat([folder, Buffer.from('/'), entry.name]);
    const name = `${prefix}/${entry.name.toString('utf8')}`;
    if (entry.isDirectory()) found.push(...damagedFiles(place, name));
    else if (isDamaged(name)) found.push({ name, id: readFileSync(place, 'latin1').slice(0, 40) });
  }
  return found;
}

type PackedRef = { ref: GitRef; known: boolean };

function parsePacked(text: string): PackedRef[] {
  const packed: PackedRef[] = [];
  const fully = /^# pack-refs with:.* fully-peeled /m.test(text);
  const opened = / peeled /.test(text.split('\n', 1)[0] ?? '') ? ({ opened: false } as const) : {};
  for (const line of text.split('\n')) {
    const last = packed.at(-1);
    if (line.startsWith('^') && last) {
      last.ref.peeled = line.slice(1, 41);
      last.known = true;
    } else if (/^[0-9a-f]{40} /.test(line)) {
      const name = line.slice(41);
      const ref = { name, id: line.slice(0, 40), ...opened };
      packed.push({ ref, known: fully || name.startsWith('refs/heads/') });
    }
  }
  return packed;
}

function readLoose(gitDir: string, folder: string, packed: Map<string, GitRef>): GitRef[] {
  const found: GitRef[] = [];
  for (const entry of entriesOf(join(gitDir, folder))) {
    const name = `${folder}/${entry.name}`;
    if (entry.isDirectory()) {
      found.push(...readLoose(gitDir, name, packed));
      continue;
    }
    const id = resolveLoose(gitDir, name, packed);
    if (id) found.push({ name, id });
  }
  return found;
}

function resolveLoose(gitDir: string, name: string, packed: Map<string, GitRef>): string | undefined {
  const text = readOptional(join(gitDir, name));
  if (text === undefined) return packed.get(name)?.id;
  const target = /^ref: (\S+)/.exec(text)?.[1];
  if (target) return resolveLoose(gitDir, target, packed);
  return /^[0-9a-f]{40}/.exec(text)?.[0];
}

/** Branches are peeled as well (GB-129), and nearly all of them need no git for it. */
function isCommit(gitDir: string, id: string): boolean {
  return looseObject(gitDir, id)?.type === 'commit';
}

async function peel(gitDir: string, refs: GitRef[]): Promise<void> {
  const asked: GitRef[] = [];
  for (const ref of refs) {
    const id = looselyPeeled(gitDir, ref.id);
    if (id === null) asked.push(ref);
    else if (id !== ref.id) ref.peeled = id;
  }
  await askPeeled(gitDir, asked);
}

/** What a chain of loose tags ends at; null when git must be asked. */
function looselyPeeled(gitDir: string, id: string): string | null {
  const object = looseObject(gitDir, id);
  if (object?.type !== 'tag') return object && id;
  return looselyPeeled(gitDir, object.content.toString('latin1', 7, 47));
}

async function askPeeled(gitDir: string, refs: readonly GitRef[]): Promise<void> {
  if (refs.length === 0) return;
  const input = refs.map((ref) => `${ref.id}^{}\n`).join('');
  const output = await runGit(gitDir, ['cat-file', '--batch-check=%(objectname)'], input);
  const ids = output.toString('utf8').split('\n');
  refs.forEach((ref, index) => {
    const id = ids[index]?.slice(0, 40);
    if (id && id !== ref.id) ref.peeled = id;
  });
}

// Synchronous on purpose: for files this small, the thread pool costs several times more than the reading.
function readOptional(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}
