import { shortName } from '../gitlab/rules/ref-names.ts';
import type { Notice } from '../model/notice.ts';
import type { RefChange } from '../model/plan.ts';
import type { TrackerPull } from '../model/tracker.ts';
import { decideBranches, isOnSource, type PullBranches, type Wish } from '../plan/pull-branches.ts';
import { sourceBranchOf } from '../tracker/archive/merge-request-line.ts';
import { nameOf, type Problems } from '../tracker/archive/problems.ts';
import { lookedUp } from './push-refs.ts';
import { untilPushed } from './quiet.ts';
import type { Patch, Place } from './step.ts';
import { changeOf, jobOf } from './tracker-heads.ts';
import type { TrackerData, TrackerWork } from './tracker-part.ts';
import type { There } from './tracker-there.ts';

/** Makes branches of pull requests that are about to be loaded. */
export type BranchMaker = {
  /** Hears of a request. */
  note(pull: TrackerPull): void;
  /** Pushes what those of these numbers need. `heads`: commits that are on the target, by number. */
  push(numbers: readonly number[], heads: ReadonlyMap<number, string>): Promise<void>;
};

type Given = { there: There; place: Place; work: TrackerWork; problems: Problems };

/**
 * Pushes branches of pull requests that the source does not have, those of forks and deleted ones: a request that is loaded
 * without its branch has no `refs/merge-requests/N/head`, and cannot be merged while it is open (GL-437). Where nobody wants
 * that (`migrate.sourceBranches`), only those that an earlier run made are kept as they should be, and others are told.
 */
export function createBranchMaker({ there, place, work, problems }: Given): BranchMaker {
  const { target, config } = work.context;
  const pulls = new Map<number, Omit<Wish, 'id'>>();
  const told = new Set<string>();
  const inUse = new Map<string, number>();
  for (const { state, branch, number } of there.items.values())
    if (state === 'opened' && branch !== null) inUse.set(`refs/heads/${branch}`, number);

  /** What is sent a second time has been told of. */
  function tell(kind: Parameters<Problems['say']>[0], number: number, why: string): void {
    const of = nameOf({ kind: 'pull', number });
    if (!told.has(`${kind} ${of}`)) problems.say(kind, of, why);
    told.add(`${kind} ${of}`);
  }

  return {
    note(pull) {
      const ref = `refs/heads/${sourceBranchOf(pull, work.item.id)}`;
      if (isOnSource(ref, work.sourceRefs)) return;
      pulls.set(pull.number, { number: pull.number, open: pull.state === 'open', ref });
    },
    async push(numbers, heads) {
      const wishes = numbers.flatMap((number): Wish[] => {
        const [pull, id] = [pulls.get(number), heads.get(number)];
        return pull === undefined || id === undefined ? [] : [{ ...pull, id }];
      });
      if (wishes.length === 0) return;
      const { refs } = await target.listRefs(place.fullPath);
      const ours = work.known()?.branches ?? {};
      const wanted = config.migrate.sourceBranches ? wishes : wishes.filter(({ ref }) => ref in ours);
      for (const { number, open, ref } of wishes.filter((wish) => !wanted.includes(wish)))
        if (open && !refs.has(ref)) tell('branch-absent', number, shortName(ref));
      const around = { repository: work.item.id, source: work.sourceRefs, there: refs, ours, inUse };
      const { pushed, kept, refused } = decideBranches(wanted, around);
      for (const { number, kind, why } of refused) tell(kind, number, why);
      await keep(kept, ours, work);
      const lost = await pushAll(pushed, heads, place, work);
      for (const [ref, why] of lost) {
        const { number = 0 } = pushed.find((each) => each.ref === ref) ?? {};
        tell('branch-refused', number, `${shortName(ref)}: ${why}`);
      }
      // The job after a push would take a request that is loaded meanwhile for one whose branch came back (GL-406).
      if ([...pushed, ...kept].some(({ open }) => open))
        await untilPushed(work, 'it must be done with the branches before merge requests are loaded');
    },
  };
}

/** Some are now those of another request, or of one that was closed since. */
async function keep(kept: readonly Wish[], ours: PullBranches, work: TrackerWork): Promise<void> {
  const changed = kept.filter(
    ({ ref, number, open }) => ours[ref]?.number !== number || ours[ref].open !== open,
  );
  if (changed.length === 0) return;
  const branches = Object.fromEntries(changed.map(({ ref, number, open }) => [ref, { number, open }]));
  await work.record('done', { data: { branches } });
}

/** Pushes branches whose commits are on the target already; gives those that it did not take, with the reasons. */
async function pushAll(
  pushed: readonly (Wish & { old: string | null })[],
  heads: ReadonlyMap<number, string>,
  place: Place,
  work: TrackerWork,
): Promise<Map<string, string>> {
  const refused = new Map<string, string>();
  if (pushed.length === 0) return refused;
  const ours = work.known()?.branches ?? {};
  const before = new Map(pushed.map(({ ref }) => [ref, ours[ref]]));
  const begun = pushed.map(({ ref, number, open, id }) => {
    const ids = [...new Set([...(before.get(ref)?.ids ?? []), id])];
    return [ref, { number, open, ids }] as const;
  });
  const changes = pushed.map(({ ref, old, id }) => changeOf(ref, old, id));
  const results = await transfer(changes, Object.fromEntries(begun), { heads, place, work });
  const branches: Patch<PullBranches> = {};
  for (const { ref, number, open, id } of pushed) {
    const why = results.get(ref);
    if (why !== undefined) refused.set(ref, why);
    branches[ref] = why === undefined ? { number, open, ids: [id] } : (before.get(ref) ?? null);
  }
  await work.record('done', { data: { branches, pushed: nowIn(work) } });
  return refused;
}

/**
 * Removes the branches of requests that are not open, also what a killed run left; those that GitLab did not let go are
 * told, and tried again by the next run. One that has been moved, or that the source has now, is no longer ours.
 */
export async function removeBranches(place: Place, work: TrackerWork): Promise<Notice[]> {
  const ours = Object.entries(work.known()?.branches ?? {});
  const due = ours.filter(([ref, { open }]) => !open || isOnSource(ref, work.sourceRefs));
  if (due.length === 0) return [];
  const { target } = work.context;
  const requests = await target.mergeRequests(place);
  // Nobody can tell then whether an open one comes from them.
  if (requests === null) return [];
  const inUse = new Set(requests.flatMap(({ state, branch }) => (state === 'opened' ? [branch] : [])));
  const { refs } = await target.listRefs(place.fullPath);
  const branches: Patch<PullBranches> = {};
  const changes: RefChange[] = [];
  for (const [ref, { ids }] of due) {
    const old = refs.get(ref);
    if (old === undefined || !ids.includes(old) || isOnSource(ref, work.sourceRefs)) branches[ref] = null;
    else if (inUse.has(shortName(ref))) branches[ref] = { open: true };
    else changes.push(changeOf(ref, old, null));
  }
  const results = await transfer(changes, {}, { heads: new Map(), place, work });
  for (const { ref } of changes) if (!results.has(ref)) branches[ref] = null;
  const pushed = changes.length === 0 ? {} : { pushed: nowIn(work) };
  await work.record('done', { data: { branches, ...pushed } });
  return [...results].map(([ref, why]) => ({
    code: 'tracker-branch-stays',
    object: ref,
    message: `it was made for a pull request that is not open, and GitLab does not let it go: ${why}`,
    fix: 'remove it on GitLab, or let it be removed there: the next run tries again',
  }));
}

type Transfer = { heads: ReadonlyMap<number, string>; place: Place; work: TrackerWork };

/**
 * Writes refs after `branches` was written down; gives those that GitLab did not take, with the reasons. The commits are on
 * the target, so that no pack goes with them: one that is refused spoils no other.
 */
async function transfer(
  changes: readonly RefChange[],
  branches: Patch<PullBranches>,
  { heads, place, work }: Transfer,
): Promise<Map<string, string>> {
  if (changes.length === 0) return new Map();
  const note = (): Promise<void> =>
    work.record('started', { data: { branches, pushed: nowIn(work) } satisfies Patch<TrackerData> });
  const there = [...heads].map(([number, id]): RefChange => ({
    ...changeOf(`refs/pull/${number}/head`, id, id),
    outcome: 'unchanged',
  }));
  const { results } = await work.transport.transfer(jobOf([...there, ...changes], work, place, note));
  const ends = await lookedUp(results, changes, () => work.context.target.listRefs(place.fullPath));
  return new Map(ends.flatMap((end) => (end.outcome === 'written' ? [] : [[end.ref, end.reason] as const])));
}

function nowIn({ context }: TrackerWork): string {
  return new Date(context.runtime.now()).toISOString();
}
