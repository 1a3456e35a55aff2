import {
  createObjectReader,
  isFolder,
  parseTree,
  type ObjectReader,
  type ReadObject,
  type TreeEntry,
} from '../git/object-reader.ts';
import type { Git } from '../git/run.ts';
import { eachLine, feed, together } from '../git/stream.ts';
import { fixCommit, fixTag, linksIn } from './headers.ts';
import { annotatedNotes } from './notes.ts';
import type { ObjectWriter } from './object-writer.ts';
import { fixEntries, treeBytes } from './trees.ts';

export type HistoryOptions = {
  /** git where the objects are read. */
  git: Git;
  writer: ObjectWriter;
  /** Objects that git's checks refuse, with the type of each. */
  bad: ReadonlyMap<string, string>;
  /** Ids of the refs, by their full names. */
  refs: ReadonlyMap<string, string>;
  /** New ids of commits and tags by their old ones, as an earlier rewriting gave them; those of this one are added. */
  ids: Map<string, string>;
  visited: (commits: number) => void;
};

/** What a rewriting has lost. */
export type Lost = { signatures: number };

const reportEvery = 10_000;
/** Commits that are asked for at once. */
const atOnce = 256;

/**
 * Writes what is bad as it should be, and all that refers to it with the new ids: commits oldest first, then notes under
 * the new names, then annotated tags. The same history gives the same ids, and what needs no change keeps its own.
 */
export async function rewriteHistory(options: HistoryOptions): Promise<Lost> {
  const { git, refs } = options;
  const reader = createObjectReader(git);
  const lost: Lost = { signatures: 0 };
  const trees = createTrees(reader, options);
  const others = [...refs].filter(([ref]) => !ref.startsWith('refs/notes/')).map(([, id]) => id);
  const notes = [...refs].filter(([ref]) => ref.startsWith('refs/notes/')).map(([, id]) => id);
  try {
    await rewriteCommits(others, trees.fixed, { ...options, reader, lost });
    const renamed = (tree: string): Promise<string | null> => annotatedNotes(tree, reader, options);
    if (options.ids.size > 0) await rewriteCommits(notes, renamed, { ...options, reader, lost });
    for (const id of new Set(refs.values())) await rewriteTag(id, { ...options, reader, lost });
    await options.writer.flush();
    await reader.end();
    return lost;
  } catch (error) {
    reader.stop();
    throw error;
  }
}

type Work = HistoryOptions & { reader: ObjectReader; lost: Lost };

/** `fixedTree` gives the new id of a tree, null when it stays. */
async function rewriteCommits(
  tips: readonly string[],
  fixedTree: ((tree: string) => Promise<string | null>) | null,
  work: Work,
): Promise<void> {
  const { git, ids, bad, reader, writer, lost, visited } = work;
  if (tips.length === 0) return;
  const list = git.start('rev-list', '--topo-order', '--reverse', '--parents', '--ignore-missing', '--stdin');
  let count = 0;
  let waiting: string[] = [];

  /** Asked for together: git answers while the ones before are written. */
  async function visitAll(): Promise<void> {
    const lines = waiting;
    waiting = [];
    count += lines.length;
    if (count % reportEvery < lines.length) visited(count);
    // Where no tree is bad, what comes before the first bad commit need not even be read.
    const needed = fixedTree !== null || ids.size > 0 || lines.some((line) => bad.has(line.slice(0, 40)));
    if (!needed) return;
    const commits = lines.map((line) => {
      const id = line.slice(0, 40);
      return ids.has(id) ? Promise.resolve(null) : reader.read(id);
    });
    for (const [index, line] of lines.entries()) await visit(line, (await commits[index]) ?? null);
  }

  async function visit(line: string, commit: ReadObject | null): Promise<void> {
    const [id = '', ...parents] = line.split(' ');
    const moved = bad.has(id) || parents.some((parent) => ids.has(parent));
    if (commit?.type !== 'commit' || (!moved && fixedTree === null)) return;
    const text = commit.body.toString('latin1');
    const { tree } = linksIn(text);
    const newTree = fixedTree === null ? null : await fixedTree(tree);
    if (!moved && newTree === null) return;
    const known = { get: (old: string) => (old === tree ? (newTree ?? undefined) : ids.get(old)) };
    const fixed = fixCommit(text, bad.has(id), known);
    lost.signatures += fixed.signed ? 1 : 0;
    const written = await writer.write('commit', Buffer.from(fixed.text, 'latin1'));
    // What git refuses in a way that nothing here puts right stays as it is.
    if (written !== id) ids.set(id, written);
  }
  const read = eachLine(list.stdout, (line) => {
    waiting.push(line);
    return waiting.length < atOnce ? undefined : visitAll();
  });
  await together([list], [feed(list.stdin, tips), read.then(visitAll)]);
}

/** A tag of what has changed, or one that is bad itself; a tag of a tag from the inside out. */
async function rewriteTag(id: string, work: Work): Promise<void> {
  const { ids, bad, reader, writer, lost } = work;
  if (ids.has(id)) return;
  const tag = await reader.read(id);
  if (tag?.type !== 'tag') return;
  const text = tag.body.toString('latin1');
  const { object } = linksIn(text);
  await rewriteTag(object, work);
  if (!ids.has(object) && !bad.has(id)) return;
  const fixed = fixTag(text, bad.has(id), ids);
  lost.signatures += fixed.signed ? 1 : 0;
  const written = await writer.write('tag', Buffer.from(fixed.text, 'latin1'));
  if (written !== id) ids.set(id, written);
}

/** Trees, each looked at once; `fixed` is null where all of them are good. */
function createTrees(
  reader: ObjectReader,
  { bad, writer }: HistoryOptions,
): { fixed: ((tree: string) => Promise<string | null>) | null } {
  const known = new Map<string, string | null | Promise<string | null>>();

  async function fixed(id: string): Promise<string | null> {
    const before = known.get(id);
    if (before !== undefined) return before;
    const found = look(id);
    known.set(id, found);
    const result = await found;
    // There may be millions of them.
    known.set(id, result);
    return result;
  }

  async function look(id: string): Promise<string | null> {
    const object = await reader.read(id);
    const entries = object?.type === 'tree' ? parseTree(object.body) : null;
    return entries === null ? null : written(id, entries);
  }

  async function written(id: string, entries: readonly TreeEntry[]): Promise<string | null> {
    const newIds = await Promise.all(
      entries.map((entry) => (isFolder(entry) ? fixed(entry.id) : Promise.resolve(null))),
    );
    const changed =
      bad.has(id) ||
      entries.some((entry, index) => newIds[index] !== null || (!isFolder(entry) && bad.has(entry.id)));
    if (!changed) return null;
    const moved = entries.map((entry, index) => ({ ...entry, id: newIds[index] ?? entry.id }));
    const now = await writer.write('tree', treeBytes(fixEntries(moved, (blob) => bad.has(blob))));
    return now === id ? null : now;
  }

  const types = new Set(bad.values());
  return { fixed: types.has('tree') || types.has('blob') ? fixed : null };
}
