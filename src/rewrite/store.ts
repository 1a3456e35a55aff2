import { createHash } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { ObjectId, type RefMap } from '../model/forge.ts';
import { nameOnDisk } from '../transfer/mirror.ts';

/** What is known of one rewritten repository. */
export const State = z.object({
  version: z.literal(1),
  /** Over the refs of the source for which it holds. */
  refsHash: z.string(),
  /** New ids of refs that have one, by their full names. */
  refs: z.record(z.string(), ObjectId),
  /** How many commits and tags have another id. */
  changed: z.int(),
  /** How many objects were bad themselves. */
  bad: z.int(),
  signatures: z.int(),
});
export type State = z.infer<typeof State>;

/** Files of one rewritten repository. */
export type Store = { git: string; ids: string; state: string };

export function storeOf(directory: string, id: string): Store {
  const name = nameOnDisk(id);
  return {
    git: join(directory, `${name}.git`),
    ids: join(directory, `${name}.ids.tsv`),
    state: join(directory, `${name}.json`),
  };
}

/** Null when there is none, or none that this version can read: it is made anew. */
export async function readState({ state }: Store): Promise<State | null> {
  const text = await readFile(state, 'utf8').catch(() => '');
  try {
    return State.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** New ids by old ones; empty when there are none. A line that is cut is left out. */
export async function readIds({ ids: file }: Store): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  const handle = await open(file).catch(() => null);
  if (handle === null) return ids;
  for await (const line of handle.readLines()) {
    const [, old, written] = /^([0-9a-f]{40})\t([0-9a-f]{40})$/.exec(line) ?? [];
    if (old !== undefined && written !== undefined) ids.set(old, written);
  }
  return ids;
}

/** A line for each commit and tag with another id: the old one, a tab, the new one. */
export async function writeIds({ ids: file }: Store, ids: ReadonlyMap<string, string>): Promise<void> {
  await replace(
    file,
    (function* lines() {
      for (const [old, written] of ids) yield `${old}\t${written}\n`;
    })(),
  );
}

export async function writeState({ state: file }: Store, state: State): Promise<void> {
  await replace(file, [`${JSON.stringify(state)}\n`]);
}

/** The refs of the bare repository, all at once, and HEAD. */
export async function writeRefs({ git }: Store, refs: RefMap, head: string | null): Promise<void> {
  await rm(join(git, 'refs'), { recursive: true, force: true });
  await mkdir(join(git, 'refs', 'heads'), { recursive: true });
  const lines = [...refs].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  await replace(
    join(git, 'packed-refs'),
    (function* written() {
      for (const [ref, id] of lines) yield `${id} ${ref}\n`;
    })(),
  );
  await replace(join(git, 'HEAD'), [`ref: ${head ?? 'refs/heads/main'}\n`]);
}

/** Whole or not at all. */
async function replace(file: string, texts: Iterable<string>): Promise<void> {
  const unfinished = `${file}.new`;
  const handle = await open(unfinished, 'w', 0o600);
  try {
    let held = '';
    for (const text of texts) {
      held += text;
      if (held.length < 1 << 20) continue;
      await handle.appendFile(held);
      held = '';
    }
    await handle.appendFile(held);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(unfinished, file);
}

/** Tells whether refs are still those of a state. */
export function hashOf(refs: RefMap): string {
  const hash = createHash('sha256');
  for (const line of [...refs].map(([ref, id]) => `${id} ${ref}\n`).sort()) hash.update(line);
  return hash.digest('hex');
}
