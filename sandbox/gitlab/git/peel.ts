import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readLooseObject } from './loose-objects.ts';
import { createPacketReader } from './pkt-line.ts';

export type Peeled = Map<string, string | null>;

/** What the tags point to in the end, when packed-refs and loose objects tell it; else null: git must be asked. */
export function peelRefs(gitDir: string, refs: ReadonlyMap<string, string>, known: Peeled): Peeled | null {
  let packed: Peeled | null = null;
  const peeled: Peeled = new Map();
  for (const [name, id] of refs) {
    if (name.startsWith('refs/heads/')) continue;
    let target = known.get(id);
    if (target === undefined) {
      packed ??= peeledInPackedRefs(gitDir);
      target = packed.get(id) ?? peelLoose(gitDir, id);
      if (target === undefined) return null;
      known.set(id, target);
    }
    peeled.set(id, target);
  }
  return peeled;
}

/** Learns from an advertisement that git wrote itself. */
export function learnPeeled(advertisement: Buffer, known: Peeled): void {
  const reader = createPacketReader();
  reader.push(advertisement);
  let last: string | null = null;
  for (let next = reader.next(); next !== null && next !== 'broken'; next = reader.next()) {
    if (next.kind !== 'data') continue;
    const match = /^([0-9a-f]{40}) ([^\0\n]+)/.exec(next.data.toString('utf8'));
    if (!match) continue;
    const [, id, name] = match as unknown as [string, string, string];
    if (name.endsWith('^{}') && last !== null) known.set(last, id);
    else if (!known.has(id)) known.set(id, null);
    last = id;
  }
}

function peeledInPackedRefs(gitDir: string): Peeled {
  const peeled: Peeled = new Map();
  let text = '';
  try {
    text = readFileSync(join(gitDir, 'packed-refs'), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  // Without this trait a missing `^` line means nothing.
  if (!/^#.* fully-peeled /m.test(text)) return peeled;
  let last = '';
  for (const line of text.split('\n')) {
    if (line.startsWith('^')) peeled.set(last, line.slice(1));
    else if (/^[0-9a-f]{40} /.test(line)) {
      last = line.slice(0, 40);
      if (!peeled.has(last)) peeled.set(last, null);
    }
  }
  return peeled;
}

/** Follows loose tag objects; undefined when one of them lies in a pack. */
function peelLoose(gitDir: string, id: string): string | null | undefined {
  let tag = false;
  for (let at = id; ; tag = true) {
    const text = readLooseObject(join(gitDir, 'objects'), at)?.toString('latin1');
    if (text === undefined) return undefined;
    if (!text.startsWith('tag ')) return tag ? at : null;
    const inner = /\0object ([0-9a-f]{40})\ntype (\w+)\n/.exec(text);
    if (!inner) return undefined;
    at = inner[1]!;
    if (inner[2] !== 'tag') return at;
  }
}
