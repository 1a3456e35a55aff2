import { journalled, type ItemHistory } from '../journal/history.ts';
import { travels, type TravelRules } from '../gitlab/rules/ref-names.ts';
import type { HeadWitness, RefListing, Repository } from '../model/forge.ts';
import { codeRecords, writtenRefs, type WrittenRefs } from '../plan/known-refs.ts';
import {
  heldIn,
  holdersOf,
  namesOfHeads,
  pullNumber,
  sortHeads,
  type KnownHeads,
  type SortedHeads,
} from '../plan/pull-heads.ts';
import { renameRefs, renamesOf, type RefRenames } from '../plan/refs.ts';
import type { RunContext } from './step.ts';

type Context = Pick<RunContext, 'source' | 'config' | 'runtime'>;

/** Questions about the heads of one repository; a head beyond them gets its branch, which loses nothing. */
const mostQuestions = 200;
/** Listing the branches that hold a commit takes GitBucket the square of their number. */
const mostBranches = 500;

/**
 * What the source has now, under the names with which it travels, as of the moment at which it was asked, or for an export
 * of that at which GitBucket was. Heads of pull requests are asked about only where neither the listing nor what is `known`
 * of them tells. @throws those of the source
 */
export async function listSource(
  repository: Repository,
  context: Context,
  known: KnownHeads,
): Promise<RefListing & { readAt: number }> {
  const { source, config, runtime } = context;
  const asked = runtime.now();
  const listing = await source.refs(repository, 'code');
  const { readAt = asked } = listing;
  const renames = renamesOf(repository, config);
  const { pullRequestHeads: prefix } = config.migrate;
  if (prefix === null) return { ...renameRefs(listing, renames, config.migrate), readAt };
  const { kept, held } = await decideHeads(repository, listing, { context, known, renames, prefix });
  const names = namesOfHeads(listing, kept, { prefix, renames });
  return { ...renameRefs(listing, { ...names, ...renames }, config.migrate), held, readAt };
}

const freshMs = 60_000;

/** False for a listing of the source that is to be read again: somebody may have thought about the plan, or others came first. */
export function isFresh({ readAt = 0 }: RefListing, { runtime }: Pick<RunContext, 'runtime'>): boolean {
  return runtime.now() - readAt < freshMs;
}

/** What the journal and an earlier listing of the run tell of the heads of an item. */
export function knownHeads(history: ItemHistory | undefined, before?: RefListing): KnownHeads {
  const journal = writtenRefs(history);
  const renamed = new Set(before?.renamed?.values());
  const written: WrittenRefs = {
    get(ref) {
      const id = renamed.has(ref) ? before?.refs.get(ref) : undefined;
      return id === undefined ? journal.get(ref) : new Set([...(journal.get(ref) ?? []), id]);
    },
  };
  const contained = heldIn(journalled(history, codeRecords)?.heads);
  for (const [id, witness] of before?.held ?? []) contained.set(id, witness);
  return { written, contained };
}

type Deciding = { context: Context; known: KnownHeads; renames: RefRenames; prefix: string };
type Decided = { kept: string[]; held: Map<string, HeadWitness> };

async function decideHeads(
  repository: Repository,
  listing: RefListing,
  { context: { source, config }, known, renames, prefix }: Deciding,
): Promise<Decided> {
  const names = { repository: `${repository.owner}/${repository.name}`, renames, rules: config.migrate };
  const sorted = sortHeads(listing, { prefix, ...names }, known);
  const held = new Map(sorted.contained);
  const kept = new Set(sorted.kept.keys());
  const branches = [...listing.refs.keys()].filter((ref) => ref.startsWith('refs/heads/'));
  let questions = branches.length > mostBranches ? 0 : mostQuestions;
  const holders = holdersOf(listing.refs, names);

  /** What holds the commit now; null when nothing that travels does, or nobody can tell. */
  async function holderOf(id: string): Promise<HeadWitness | null> {
    if (questions === 0) return null;
    questions -= 1;
    const tips = await source.branchTipsWith(repository, id);
    const tip = Array.isArray(tips) ? tips.find((each) => holders.has(each)) : undefined;
    return tip === undefined ? null : { ref: holders.get(tip) ?? '', tip };
  }

  const open = new Map(sorted.open);
  const moves = byTip(sorted.moved);
  await Promise.all(
    [...moves].map(async ([tip, ids]) => {
      const holder = await holderOf(tip);
      for (const id of ids) {
        if (holder === null) open.set(id, refsOf(listing, id, renames));
        else held.set(id, holder);
      }
    }),
  );
  await Promise.all(
    [...open].map(async ([id, refs]) => {
      const holder = await holderOf(id);
      if (holder === null) for (const ref of refs) kept.add(ref);
      else held.set(id, holder);
    }),
  );
  return { kept: [...listing.refs.keys()].filter((ref) => kept.has(ref)), held };
}

/** Heads whose holder had this tip: what holds the tip holds them all. */
function byTip(moved: SortedHeads['moved']): Map<string, string[]> {
  const tips = new Map<string, string[]>();
  for (const [id, { tip }] of moved) tips.set(tip, [...(tips.get(tip) ?? []), id]);
  return tips;
}

function refsOf({ refs }: RefListing, id: string, renames: RefRenames): string[] {
  return [...refs]
    .filter(([ref, each]) => each === id && pullNumber(ref) !== null && !(ref in renames))
    .map(([ref]) => ref);
}

/**
 * Patterns of everything that a transfer needs of the source, as git takes them. A name without `*` must be in the
 * listing: git fails at one that is not there.
 */
export function fetchPatterns(
  { notes, refs = [] }: TravelRules,
  { refs: there, renamed }: RefListing,
): string[] {
  const spaces = ['refs/heads/*', 'refs/tags/*', ...(notes ? ['refs/notes/*'] : [])];
  const further = refs.filter((pattern) => pattern.includes('*') || there.has(pattern));
  const others = [...(renamed?.keys() ?? [])].filter((ref) => !travels(ref, { notes, refs }));
  const heads = others.some((ref) => pullNumber(ref) !== null) ? ['refs/pull/*/head'] : [];
  return [...spaces, ...further, ...heads, ...others.filter((ref) => pullNumber(ref) === null)];
}
