import * as z from 'zod';
import { refusal, shortName } from '../gitlab/rules/ref-names.ts';
import { ObjectId, type RefListing, type RefMap } from '../model/forge.ts';
import { openRefSpace } from './ref-space.ts';

/** A branch that was made for a pull request, as the journal keeps it. */
export const PullBranch = z.object({
  number: z.int().describe('Of the pull request'),
  open: z.boolean().describe('GitLab needs the branch as long as the request is open'),
  ids: z.array(ObjectId).describe('What it may hold of ours'),
});

/** Those of a project, by their refs. */
export type PullBranches = Record<string, z.infer<typeof PullBranch>>;

/** The branch that a pull request comes from, and the commit that it is to hold. */
export type Wish = { number: number; open: boolean; ref: string; id: string };

export type Around = {
  repository: string;
  source: Pick<RefListing, 'refs' | 'renamed' | 'unreadable'>;
  /** Refs of the target. */
  there: RefMap;
  ours: PullBranches;
  /** Numbers of the requests that are open on the target, by the refs of their branches. */
  inUse: ReadonlyMap<string, number>;
};

/** Another request has it, somebody else has it, or GitLab does not take it. */
type RefusedKind = 'branch-shared' | 'branch-taken' | 'branch-refused';
type Refused = { number: number; kind: RefusedKind; why: string };
/** `pushed`: those that the target does not have as they are wished; `kept`: it has them from an earlier push. */
export type Decided = { pushed: (Wish & { old: string | null })[]; kept: Wish[]; refused: Refused[] };

/** Has the source the ref under any name? It is there, or may be refused, or come later: no request gets it made. */
export function isOnSource(
  ref: string,
  { refs, renamed, unreadable }: Pick<RefListing, 'refs' | 'renamed' | 'unreadable'>,
): boolean {
  return refs.has(ref) || renamed?.has(ref) === true || unreadable?.some((each) => each.ref === ref) === true;
}

/**
 * Decides which branches are pushed for pull requests. A branch that somebody else has is never touched, nor one that
 * another open request on the target comes from: its push would change that one, its removal close it (GL-405).
 */
export function decideBranches(wishes: readonly Wish[], around: Around): Decided {
  const decided: Decided = { pushed: [], kept: [], refused: [] };
  const { source, there } = around;
  const space = openRefSpace([...there.keys(), ...source.refs.keys(), ...(source.renamed?.keys() ?? [])]);
  for (const [first, ...others] of rivals(wishes)) {
    if (first === undefined) continue;
    const name = shortName(first.ref);
    const refuse = (kind: RefusedKind, why: string, { number } = first): void => {
      decided.refused.push({ number, kind, why });
    };
    for (const other of others) refuse('branch-shared', `${name}: that of !${first.number}`, other);
    const old = there.get(first.ref) ?? null;
    const mine = old !== null && around.ours[first.ref]?.ids.includes(old) === true;
    const holder = holderOf([first, ...others], { ...around, mine });
    if (holder !== null) refuse('branch-shared', `${name}: that of !${holder}`);
    else if (mine && old === first.id) decided.kept.push(first);
    else if (mine) decided.pushed.push({ ...first, old });
    else if (old !== null) {
      if (old !== first.id) refuse('branch-taken', name);
    } else {
      const why = whyNot(first.ref, around.repository, space.isFree(first.ref));
      if (why !== null) refuse('branch-refused', `${name}: ${why}`);
      else {
        decided.pushed.push({ ...first, old });
        space.take(first.ref);
      }
    }
  }
  return decided;
}

/** Wishes for one branch together, first the one that gets it: an open request needs it, and else the newest is wanted. */
function rivals(wishes: readonly Wish[]): Wish[][] {
  const groups = new Map<string, Wish[]>();
  for (const wish of wishes.toSorted((a, b) => Number(b.open) - Number(a.open) || b.number - a.number))
    groups.set(wish.ref, [...(groups.get(wish.ref) ?? []), wish]);
  return [...groups.values()];
}

/** Another request to which the branch belongs already, and which is not among those that are sent; null without one. */
function holderOf(wishes: readonly Wish[], { ours, inUse, mine }: Around & { mine: boolean }): number | null {
  const ref = wishes[0]?.ref ?? '';
  const before = ours[ref];
  const holders = [mine && before?.open === true ? before.number : undefined, inUse.get(ref)];
  return (
    holders.find((number) => !wishes.some((wish) => wish.number === number) && number !== undefined) ?? null
  );
}

function whyNot(ref: string, repository: string, free: boolean): string | null {
  const refused = refusal(ref, { repository, reserved: null });
  if (refused !== null) return refused.reason;
  return free ? null : 'refname conflict: git cannot have it beside another branch';
}
