import type { TargetItem } from '../model/target-tracker.ts';
import { contentDigestOf, digestOf } from '../tracker/proof.ts';
import type { PlannedProject } from '../model/plan.ts';
import type { Place, Work } from './step.ts';
import { disabled } from './switches.ts';
import { keyOfItem, type TrackerData } from './tracker-part.ts';
import type { Numbered } from './tracker-sort.ts';

/** What a project has. */
export type There = {
  /** By keys. */
  items: ReadonlyMap<string, TargetItem>;
  /** Kinds that GitLab shows nobody, because they are switched off in the project. */
  hidden: ReadonlySet<Numbered['kind']>;
  /** Keys of requests that a push of ours has marked merged. */
  marked: ReadonlySet<string>;
};

type Reading = Work<TrackerData, PlannedProject>;

/** Reads what the project has now. */
export async function itemsThere(place: Place, work: Reading): Promise<There> {
  const { target } = work.context;
  const [issues, requests] = await Promise.all([target.issues(place), target.mergeRequests(place)]);
  const items = new Map<string, TargetItem>();
  for (const item of issues ?? []) items.set(keyOfItem({ kind: 'issue', number: item.number }), item);
  for (const item of requests ?? []) items.set(keyOfItem({ kind: 'pull', number: item.number }), item);
  const hidden = new Set<Numbered['kind']>();
  // A list of what is switched off is empty.
  const level = place.options?.issues ?? work.item.existing?.options?.issues;
  if (issues === null || (issues.length === 0 && level === disabled)) hidden.add('issue');
  if (requests === null) hidden.add('pull');
  return { items, hidden, marked: await markedIn(items, place, work) };
}

/**
 * A push of a branch that contains the head of an open request marks it merged, by whoever pushed (GL-404). The same is left
 * by somebody who merges it on GitLab with our token, but then the branch is not what the source has.
 */
async function markedIn(
  items: ReadonlyMap<string, TargetItem>,
  place: Place,
  work: Reading,
): Promise<ReadonlySet<string>> {
  const { identity, target } = work.context;
  const known = work.known()?.items ?? {};
  const suspects = [...items].filter(([key, item]) => {
    const loaded = known[key];
    if (loaded === undefined || item.state !== 'merged' || item.mergedById !== identity.user.id) return false;
    return digestOf(item) !== loaded.seen && contentDigestOf(item) === loaded.content;
  });
  if (suspects.length === 0) return new Set();
  const { refs } = await target.listRefs(place.fullPath);
  const asPushed = suspects.filter(([, { base }]) => {
    const tip = refs.get(`refs/heads/${base}`);
    return tip !== undefined && tip === work.sourceRefs.refs.get(`refs/heads/${base}`);
  });
  return new Set(asPushed.map(([key]) => key));
}
