import type { Emit, RefChange, RunEvent } from '../model.ts';
import type { Prepared } from '../run/prepare.ts';
import type { History } from '../journal/replay.ts';
import type { StandIns } from './stand-ins.ts';

/** Stand-ins by item: `owner/name`. */
export type StandInsOf = ReadonlyMap<string, StandIns>;

/** The plan and its listings as the stage has them: an id that only the real target holds is the stand-in's there. */
export function asStaged(prepared: Prepared, standIns: StandInsOf): Prepared {
  const { plan, listings } = prepared;
  const projects = plan.projects.map((item) => {
    const own = standIns.get(item.id);
    if (!own || own.size === 0) return item;
    return { ...item, refs: item.refs.map((change) => changed(change, own)) };
  });
  const target = new Map(
    [...listings.target].map(([id, listing]) => {
      const own = standIns.get(id);
      if (!own || own.size === 0) return [id, listing] as const;
      const refs = new Map([...listing.refs].map(([ref, at]) => [ref, own.get(at) ?? at]));
      return [id, { ...listing, refs }] as const;
    }),
  );
  return { ...prepared, plan: { ...plan, projects }, listings: { ...listings, target } };
}

function changed(change: RefChange, standIns: StandIns): RefChange {
  return change.old === null ? change : { ...change, old: standIns.get(change.old) ?? change.old };
}

/** What was written earlier may be there as a stand-in: that is ours too. */
export function rememberStandIns({ items }: History, standIns: StandInsOf): void {
  for (const [id, own] of standIns) {
    for (const ids of items.get(id)?.written.values() ?? []) {
      for (const [real, standIn] of own) if (ids.has(real)) ids.add(standIn);
    }
  }
}

export type Translate = <T>(value: T) => T;

/** Puts what people know in the place of what only the stage has: the real address, the real ids. */
export function translator(address: { staged: string; real: string }, standIns: StandInsOf): Translate {
  const real = new Map<string, string>();
  for (const own of standIns.values()) for (const [id, standIn] of own) real.set(standIn, id);
  return <T>(value: T): T => {
    const text = JSON.stringify(value).replaceAll(address.staged, address.real);
    const told = real.size === 0 ? text : text.replaceAll(/[0-9a-f]{40}/g, (id) => real.get(id) ?? id);
    return JSON.parse(told) as T;
  };
}

/** Progress comes with every chunk and names no server. */
export function translatedEmit(emit: Emit, translate: Translate): Emit {
  return (event: RunEvent) => emit(event.type === 'item-progress' ? event : translate(event));
}
