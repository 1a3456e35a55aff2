import { z } from 'zod';
import type { StepName } from '../model/result.ts';

/** What the journal knows of one item. */
export type ItemHistory = {
  /** Where it is on the target, once a step has said so. */
  target: { id: number; path: string } | null;
  /** Ids that were written, or were being written when the run ended, per ref. */
  written: Map<string, Set<string>>;
  /** Branches whose protection may still be open. */
  opened: Set<string>;
  /** The last word of each step. */
  steps: Map<StepName, 'started' | 'done' | 'failed'>;
  /** Default branch that the target had when the tool last saw to it. */
  head: string | null;
  /** Hash of the last proof. */
  hash: string | null;
  at: string;
};

export type History = {
  servers: { source: string; target: string } | null;
  items: Map<string, ItemHistory>;
};

export function emptyHistory(): History {
  return { servers: null, items: new Map() };
}

/** Applies one entry. Any prefix of a journal replays to a state from which a run reaches the same end. */
export function apply(history: History, entry: Entry): void {
  if (entry.type === 'opened') {
    history.servers = { source: entry.source, target: entry.target };
    return;
  }
  const item = itemOf(history, entry.item);
  item.at = entry.at;
  item.steps.set(entry.step, entry.status);
  if (entry.target) item.target = entry.target;
  if (entry.head !== undefined) item.head = entry.head;
  if (entry.hash !== undefined) item.hash = entry.hash;
  if (entry.refs && entry.status === 'started') remember(item, entry.refs);
  if (entry.refs && entry.status === 'done') settle(item, entry.refs, new Set(entry.except));
  if (typeof entry.opened === 'string') {
    if (entry.status === 'started') item.opened.add(entry.opened);
    else item.opened.delete(entry.opened);
  }
}

function itemOf(history: History, id: string): ItemHistory {
  const known = history.items.get(id);
  if (known) return known;
  const fresh: ItemHistory = {
    target: null,
    written: new Map(),
    opened: new Set(),
    steps: new Map(),
    head: null,
    hash: null,
    at: '',
  };
  history.items.set(id, fresh);
  return fresh;
}

/** Between `started` and `done` the target may hold the old id or the new one. */
function remember(item: ItemHistory, refs: Readonly<Record<string, string | null>>): void {
  for (const [ref, id] of Object.entries(refs)) {
    if (id === null) continue;
    const ids = item.written.get(ref);
    if (ids) ids.add(id);
    else item.written.set(ref, new Set([id]));
  }
}

function settle(
  item: ItemHistory,
  refs: Readonly<Record<string, string | null>>,
  except: ReadonlySet<string>,
): void {
  for (const [ref, id] of Object.entries(refs)) {
    if (except.has(ref)) continue;
    if (id === null) item.written.delete(ref);
    else item.written.set(ref, new Set([id]));
  }
}

/** The shortest journal that replays to the same history. */
export function summary(history: History, at: string): Entry[] {
  const entries: Entry[] = [];
  if (history.servers) entries.push({ v: 1, type: 'opened', at, ...history.servers });
  for (const [item, known] of history.items) entries.push(...summaryOf(item, known, at));
  return entries;
}

function summaryOf(item: string, known: ItemHistory, at: string): Stepped[] {
  const base = { v: 1, type: 'step', at: known.at || at, run: 'compacted', item } as const;
  const [first] = known.steps.keys();
  if (first === undefined) return [];
  // Any step can carry what is known of the item; the last words of all steps come after it.
  const carrier = { ...base, step: first, status: 'started' } as const;
  return [
    ...layersOf(known).map((refs): Stepped => ({ ...carrier, refs })),
    ...[...known.opened].map((opened): Stepped => ({ ...carrier, opened })),
    { ...carrier, ...factsOf(known) },
    ...[...known.steps].map(([step, status]): Stepped => ({ ...base, step, status })),
  ];
}

/** A ref with several possible ids needs one record for each of them. */
function layersOf({ written }: ItemHistory): Record<string, string>[] {
  const layers: Record<string, string>[] = [];
  for (const [ref, ids] of written) {
    for (const [layer, id] of [...ids].entries()) (layers[layer] ??= {})[ref] = id;
  }
  return layers;
}

function factsOf({ target, head, hash }: ItemHistory): Pick<Stepped, 'target' | 'head' | 'hash'> {
  return {
    ...(target === null ? {} : { target }),
    ...(head === null ? {} : { head }),
    ...(hash === null ? {} : { hash }),
  };
}

const Id = z.string().regex(/^[0-9a-f]{40}$/);
const RecordedStep = z.enum(['group', 'project', 'code', 'settings', 'proof']);

/** First line of a journal: it belongs to one pair of servers. */
const Opened = z.object({
  v: z.literal(1),
  type: z.literal('opened'),
  at: z.string(),
  source: z.string(),
  target: z.string(),
});

/** What a step is about to do, or has done. `started` comes before any effect on the target. */
const Stepped = z.object({
  v: z.literal(1),
  type: z.literal('step'),
  at: z.string(),
  run: z.string(),
  /** Owner's login or `owner/name`. */
  item: z.string(),
  step: RecordedStep,
  status: z.enum(['started', 'done', 'failed']),
  /** group, project: what it is on the target. */
  target: z.object({ id: z.number(), path: z.string() }).optional(),
  /** code, started: ref to the id that is about to be written; null for a ref about to be deleted. */
  refs: z.record(z.string(), Id.nullable()).optional(),
  /** code, done: refs of the started record that were not written after all. */
  except: z.array(z.string()).optional(),
  /** code: a branch whose protection was opened for a rewrite of history (started) or closed again (done). */
  opened: z.string().nullable().optional(),
  /** settings, done: default branch that was set, or found to be right. */
  head: z.string().optional(),
  /** proof: SHA-256 of the refs. */
  hash: z.string().optional(),
  /** failed: code of the error. */
  code: z.string().optional(),
});

type Stepped = z.infer<typeof Stepped>;

export const Entry = z.discriminatedUnion('type', [Opened, Stepped]);
export type Entry = z.infer<typeof Entry>;
export type StepRecord = Omit<Stepped, 'v' | 'type' | 'at' | 'run'>;
