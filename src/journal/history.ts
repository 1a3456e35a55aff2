import * as z from 'zod';
import { journalDamaged } from '../failures/usage.ts';
import { ItemState } from '../model/plan.ts';

/** First line of a journal: it belongs to one pair of servers. */
const Opened = z.object({
  v: z.literal(1),
  type: z.literal('opened'),
  at: z.string(),
  source: z.string(),
  target: z.string(),
});

const Stepped = z.object({
  v: z.literal(1),
  type: z.literal('step'),
  at: z.string(),
  run: z.string(),
  /** Owner's login or `owner/name`. */
  item: z.string(),
  step: z.string(),
  /** `started` comes before any effect on the target. */
  status: z.enum(['started', 'done', 'failed']),
  /** Where the item is on the target, from the step that placed it. */
  target: z.object({ id: z.number(), path: z.string() }).optional(),
  /** What the item was is gone there, and another one is about to be made in its place. */
  anew: z.literal(true).optional(),
  /** A merge patch (RFC 7396) to what the step knows of the item. */
  data: z.record(z.string(), z.unknown()).optional(),
  /** What the proof of the step came to. */
  check: z.object({ state: ItemState, hash: z.string().nullable() }).optional(),
  /** failed: code of the failure. */
  code: z.string().optional(),
});
type Stepped = z.infer<typeof Stepped>;

/** One line of the journal. */
export const Entry = z.discriminatedUnion('type', [Opened, Stepped]);
export type Entry = z.infer<typeof Entry>;

/** What a step is about to do, or has done. */
export type StepRecord = Omit<Stepped, 'v' | 'type' | 'at' | 'run'>;

/** What the journal knows of one step of one item. */
export type StepHistory = {
  status: Stepped['status'];
  /** All patches of the step, applied one after the other. */
  data: Record<string, unknown>;
  /** The last proof. */
  check: { state: ItemState; hash: string | null } | null;
  code: string | null;
  /** Of its last record. */
  at: string;
  /** Id on the target of what it is about; null while that is being made. */
  place: number | null;
  /** Set once the data is known to be what the step writes: from then on only the step itself adds to it. */
  valid?: true;
};

export type ItemHistory = {
  /** Where it is on the target, once a step has said so. */
  target: { id: number; path: string } | null;
  /** Another one is about to be made in place of `target`, which is perhaps still there. */
  anew?: true;
  steps: Map<string, StepHistory>;
  at: string;
};

export type History = {
  servers: { source: string; target: string } | null;
  items: Map<string, ItemHistory>;
};

export function emptyHistory(): History {
  return { servers: null, items: new Map() };
}

/**
 * What the step wrote into the journal about an item; null when it wrote nothing. No copy, which of tens of thousands of
 * refs would take its time and room at every look: what the step records later shows in it.
 * @throws journal-damaged when it is not what the step writes
 */
export function journalled<D>(
  item: ItemHistory | undefined,
  { name, data }: { name: string; data: z.ZodType<D> },
): D | null {
  const known = item?.steps.get(name);
  if (known === undefined || Object.keys(known.data).length === 0) return null;
  if (known.valid) return known.data as D;
  const parsed = data.safeParse(known.data);
  if (parsed.success) {
    known.valid = true;
    return known.data as D;
  }
  const [issue] = parsed.error.issues;
  const detail = `step ${name}: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`;
  throw journalDamaged('journal.jsonl', { line: 'unknown', detail });
}

/**
 * What is known of an item that is this object on the target now, or is none yet: what was done with another one, which was
 * deleted there since, tells nothing of it.
 */
export function historyAt(item: ItemHistory | undefined, id: number | null): ItemHistory | undefined {
  if (item === undefined || item.target === null || item.target.id === id) return item;
  const { target, steps, at } = item;
  return { target: null, steps: new Map([...steps].filter(([, { place }]) => place !== target.id)), at };
}

/**
 * Applies one entry, of a file or of this run's `own`. Any prefix of a journal replays to a state from which a run reaches
 * the same end.
 */
export function apply(history: History, entry: Entry, from: 'file' | 'own' = 'file'): void {
  if (entry.type === 'opened') {
    history.servers = { source: entry.source, target: entry.target };
    return;
  }
  const item = itemOf(history, entry.item);
  if (entry.target && !(entry.anew && item.target?.id === entry.target.id)) settle(item, entry.target);
  item.at = laterOf(item.at, entry.at);
  if (entry.anew && item.target !== null) item.anew = true;
  const known = stepOf(item, entry.step, from === 'own');
  known.status = entry.status;
  known.code = entry.code ?? null;
  known.at = laterOf(known.at, entry.at);
  if (entry.data) patch(known.data, entry.data);
  if (entry.check) known.check = entry.check;
}

/** What is known of the step; nothing where that is about another object than the one that is made now. */
function stepOf(item: ItemHistory, name: string, own: boolean): StepHistory {
  const place = item.anew ? null : (item.target?.id ?? null);
  const before = item.steps.get(name);
  if (before?.place === place) return before;
  const { at = '' } = before ?? {};
  const fresh: StepHistory = { status: 'started', data: {}, check: null, code: null, at, place };
  if (own) fresh.valid = true;
  // Behind those that are about the object of before, as a summary has them.
  item.steps.delete(name);
  item.steps.set(name, fresh);
  return fresh;
}

/** What the steps know is from now on about this object; what they knew of another one is forgotten. */
function settle(item: ItemHistory, target: { id: number; path: string }): void {
  const former = item.target?.id;
  for (const [name, step] of item.steps) {
    if (former !== undefined && former !== target.id && step.place === former) item.steps.delete(name);
    else step.place = target.id;
  }
  item.target = target;
  item.at = [...item.steps.values()].reduce((last, { at }) => laterOf(last, at), '');
  delete item.anew;
}

/** A clock may be set back, and a summary has the steps in another order. */
function laterOf(a: string, b: string): string {
  return a > b ? a : b;
}

function itemOf(history: History, id: string): ItemHistory {
  const known = history.items.get(id);
  if (known) return known;
  const fresh: ItemHistory = { target: null, steps: new Map(), at: '' };
  history.items.set(id, fresh);
  return fresh;
}

/** Merge patch as RFC 7396 has it: null removes, objects merge, all else replaces. */
function patch(target: Record<string, unknown>, changes: Readonly<Record<string, unknown>>): void {
  for (const [key, value] of Object.entries(changes)) {
    if (value === null) delete target[key];
    else if (isObject(value)) {
      const before = Object.hasOwn(target, key) ? target[key] : undefined;
      const merged = isObject(before) ? before : {};
      patch(merged, value);
      put(target, key, merged);
    } else put(target, key, value);
  }
}

/** An assignment to a name such as `__proto__`, which a branch can have, would be lost. */
function put(target: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The shortest journal that replays to the same history. */
export function summary(history: History, at: string): Entry[] {
  const entries: Entry[] = [];
  if (history.servers) entries.push({ v: 1, type: 'opened', at, ...history.servers });
  for (const [item, { target, steps, at: last }] of history.items) {
    for (const [step, { status, data, check, code, at: stepAt, place }] of steps) {
      entries.push({
        v: 1,
        type: 'step',
        at: stepAt || last || at,
        run: 'compacted',
        item,
        step,
        status,
        ...(target !== null && { target }),
        ...(target !== null && place === null && { anew: true as const }),
        ...(Object.keys(data).length === 0 ? {} : { data }),
        ...(check === null ? {} : { check }),
        ...(code === null ? {} : { code }),
      });
    }
  }
  return entries;
}
