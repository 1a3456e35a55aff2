import type { Entry } from './record.ts';
import type { History, ItemHistory } from './replay.ts';

type Stepped = Extract<Entry, { type: 'step' }>;

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
