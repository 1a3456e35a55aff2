import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import type { Prepared } from '../engine/prepare.ts';
import type { History } from '../journal/history.ts';
import type { Emit, RunEvent } from '../model/events.ts';
import { partKey } from '../model/source.ts';
import { code } from '../steps/code.ts';
import { knownTo } from '../steps/step.ts';
import { wiki } from '../steps/wiki.ts';

/** Stand-ins by item, `owner/name`; of its wiki, by `partKey`. */
export type StandInsOf = ReadonlyMap<string, StandIns>;

/** The plan and its listings as the stage has them: an id that only the real target holds is the stand-in's there. */
export function asStaged(prepared: Prepared, standIns: StandInsOf): Prepared {
  const { plan, listings } = prepared;
  const projects = plan.projects.map((item) => {
    const keys = [item.id, partKey(item.id, 'wiki')];
    const own = new Map(keys.flatMap((key) => [...(standIns.get(key) ?? [])]));
    if (own.size === 0) return item;
    return { ...item, steps: withIds(item.steps, own) };
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

/** The same value with other ids, wherever they stand. */
function withIds<T>(value: T, ids: ReadonlyMap<string, string>): T {
  const text = JSON.stringify(value).replaceAll(/[0-9a-f]{40}/g, (id) => ids.get(id) ?? id);
  return JSON.parse(text) as T;
}

/** What was written earlier may be there as a stand-in: that is ours too. */
export function rememberStandIns({ items }: History, standIns: StandInsOf): void {
  for (const [key, own] of standIns) {
    const [id = '', part] = key.split(':');
    const step = part === undefined ? code : wiki;
    const refs = knownTo(step, items.get(id))?.refs ?? {};
    const known = items.get(id)?.steps.get(step.name);
    if (known === undefined) continue;
    known.data['refs'] = Object.fromEntries(
      Object.entries(refs).map(([ref, ids]) => [
        ref,
        [...ids, ...ids.flatMap((real) => own.get(real) ?? [])],
      ]),
    );
  }
}

export type Translate = <T>(value: T) => T;

/** Puts what people know in the place of what only the stage has: the real address, the real ids. */
export function translator(address: { staged: string; real: string }, standIns: StandInsOf): Translate {
  const real = new Map<string, string>();
  for (const own of standIns.values()) for (const [id, standIn] of own) real.set(standIn, id);
  return <T>(value: T): T => {
    const text = JSON.stringify(value).replaceAll(address.staged, address.real);
    return withIds(JSON.parse(text) as T, real);
  };
}

/** Progress comes with every chunk and names no server. */
export function translatedEmit(emit: Emit, translate: Translate): Emit {
  return (event: RunEvent) => emit(event.type === 'item-progress' ? event : translate(event));
}

/** Real id to the id of the commit that stands for it. */
export type StandIns = ReadonlyMap<string, string>;

const who = 'gb2gl <gb2gl@example.com> 0 +0000';

/**
 * Makes commits that stand for objects which are on the real target and nowhere else: a ref that holds one exists, and
 * holds what the source does not have. The same id always gives the same commit.
 */
export async function makeStandIns(gitDir: string, ids: Iterable<string>): Promise<StandIns> {
  const made = new Map<string, string>();
  for (const id of ids) {
    if (made.size === 0) await writeObject(gitDir, 'tree', '');
    made.set(id, await writeObject(gitDir, 'commit', commitFor(id)));
  }
  return made;
}

function commitFor(id: string): string {
  const tree = nameOf('tree', '');
  return `tree ${tree}\nauthor ${who}\ncommitter ${who}\n\nStand-in for ${id}, which exists only on the target\n`;
}

function nameOf(type: string, content: string): string {
  return createHash('sha1').update(objectOf(type, content)).digest('hex');
}

function objectOf(type: string, content: string): string {
  return `${type} ${Buffer.byteLength(content)}\0${content}`;
}

/** As git writes a loose object. */
async function writeObject(gitDir: string, type: string, content: string): Promise<string> {
  const id = nameOf(type, content);
  const folder = join(gitDir, 'objects', id.slice(0, 2));
  const file = join(folder, id.slice(2));
  if (existsSync(file)) return id;
  await mkdir(folder, { recursive: true });
  await writeFile(file, deflateSync(objectOf(type, content)));
  return id;
}
