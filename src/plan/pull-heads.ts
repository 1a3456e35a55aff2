import { refKind, refusal, travels, type TravelRules } from '../gitlab/rules/ref-names.ts';
import type { HeadWitness, RefListing, RefMap } from '../model/forge.ts';
import type { WrittenRefs } from './known-refs.ts';
import { openRefSpace } from './ref-space.ts';
import type { RefRenames } from './refs.ts';

const head = /^refs\/pull\/(\d+)\/head$/;

/** Number of the pull request whose head GitBucket keeps under this name (GB-109); null for any other ref. */
export function pullNumber(ref: string): number | null {
  const number = head.exec(ref)?.[1];
  return number === undefined ? null : Number(number);
}

/** Heads of all pull requests of a listing, by number, whether they travel as branches or not. */
export function pullHeadsIn({ refs, renamed }: Pick<RefListing, 'refs' | 'renamed'>): Map<number, string> {
  const heads = new Map<number, string>();
  refs.forEach((id, ref) => add(ref, id));
  for (const [ref, name] of renamed ?? []) add(ref, refs.get(name));
  return heads;

  function add(ref: string, id: string | undefined): void {
    const number = pullNumber(ref);
    if (number !== null && id !== undefined) heads.set(number, id);
  }
}

/** What is known of heads from before. */
export type KnownHeads = {
  /** Ids that this tool wrote, by ref. */
  written: WrittenRefs;
  /** What held a head then, by the id of the head. */
  contained: ReadonlyMap<string, HeadWitness>;
};

/** What can be told of the heads of a listing without a question. */
export type SortedHeads = {
  /** Of a branch of its own, by the ref. */
  kept: Map<string, string>;
  /** Held by what travels, by id. */
  contained: Map<string, HeadWitness>;
  /** Held by a branch that has moved since, by id: one question for each old tip tells whether they still are. */
  moved: Map<string, HeadWitness>;
  /** Nobody knows yet: refs by id. */
  open: Map<string, string[]>;
};

/**
 * Sorts the heads of pull requests. `listing` is as the source gave it. One that has its own branch on the target keeps it
 * as long as it does not move.
 */
export function sortHeads(
  listing: RefListing,
  {
    prefix,
    repository,
    renames,
    rules,
  }: { prefix: string; repository: string; renames: RefRenames; rules: TravelRules },
  known: KnownHeads,
): SortedHeads {
  const sorted: SortedHeads = { kept: new Map(), contained: new Map(), moved: new Map(), open: new Map() };
  const holders = holdersOf(listing.refs, { repository, renames, rules });
  for (const [ref, id] of listing.refs) {
    const number = pullNumber(ref);
    if (number === null || ref in renames) continue;
    const holder = holders.get(id);
    const witness = known.contained.get(id);
    if (holder !== undefined) sorted.contained.set(id, { ref: holder, tip: id });
    else if (namesFor(prefix, number).some((name) => known.written.get(name)?.has(id) === true))
      sorted.kept.set(ref, id);
    else if (witness !== undefined && holders.get(witness.tip) === witness.ref)
      sorted.contained.set(id, witness);
    else if (witness !== undefined && listing.refs.has(witness.ref)) sorted.moved.set(id, witness);
    else sorted.open.set(id, [...(sorted.open.get(id) ?? []), ref]);
  }
  return sorted;
}

/** What travels and GitLab takes, by id: it holds a head. */
export function holdersOf(
  refs: RefMap,
  { repository, renames, rules }: { repository: string; renames: RefRenames; rules: TravelRules },
): Map<string, string> {
  const holders = new Map<string, string>();
  for (const [ref, id] of refs) {
    const name = renames[ref] ?? ref;
    const holds = refKind(name) === 'branch' || refKind(name) === 'tag';
    if (holds && travels(name, rules) && refusal(name, { repository, reserved: null }) === null)
      holders.set(id, ref);
  }
  return holders;
}

/** The branch names that a head may get, the usual one first. */
function namesFor(prefix: string, number: number): string[] {
  const usual = `refs/heads/${prefix}${number}`;
  const flat = `refs/heads/${`${prefix}${number}`.replaceAll('/', '-')}`;
  return [usual, `${usual}-head`, flat, ...[1, 2, 3, 4, 5, 6, 7, 8].map((count) => `${flat}-head-${count}`)];
}

/**
 * The names under which these heads travel. None is that of another ref, none lies inside one or the other way round.
 */
export function namesOfHeads(
  listing: RefListing,
  heads: Iterable<string>,
  { prefix, renames }: { prefix: string; renames: RefRenames },
): RefRenames {
  const space = openRefSpace([...listing.refs.keys()].map((ref) => renames[ref] ?? ref));
  const names: Record<string, string> = {};
  for (const ref of heads) {
    const number = pullNumber(ref);
    if (number === null) continue;
    const name =
      namesFor(prefix, number).find((each) => space.isFree(each)) ?? `refs/heads/${ref.replaceAll('/', '-')}`;
    names[ref] = name;
    space.take(name);
  }
  return names;
}

/** As the journal keeps what holds heads: by the ref, since mostly one branch holds them all. */
export type HeldData = Readonly<Record<string, { tip: string; ids: string[] }>>;

/** The opposite of `heldPatch`. */
export function heldIn(data: HeldData = {}): Map<string, HeadWitness> {
  return new Map(
    Object.entries(data).flatMap(([ref, { tip, ids }]) => ids.map((id) => [id, { ref, tip }] as const)),
  );
}

/** A merge patch to what the journal knows of heads; null when it knows all of it. Equal tips need no memory. */
export function heldPatch(
  held: RefListing['held'],
  before: HeldData = {},
): Record<string, { tip: string; ids: string[] } | null> | null {
  if (held === undefined) return null;
  const now = new Map<string, { tip: string; ids: string[] }>();
  for (const [id, { ref, tip }] of held) {
    if (id === tip) continue;
    now.set(ref, { tip, ids: [...(now.get(ref)?.ids ?? []), id].sort() });
  }
  const patch: Record<string, { tip: string; ids: string[] } | null> = {};
  for (const ref of Object.keys(before)) if (!now.has(ref)) patch[ref] = null;
  for (const [ref, entry] of now) {
    const known = before[ref];
    if (known?.tip !== entry.tip || known.ids.join() !== entry.ids.join()) patch[ref] = entry;
  }
  return Object.keys(patch).length === 0 ? null : patch;
}
