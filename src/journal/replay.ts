import type { StepName } from '../model.ts';
import type { Entry } from './record.ts';

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
