import type { Notice } from '../model/notice.ts';
import type { TargetItem } from '../model/target-tracker.ts';
import type { Check } from '../model/result.ts';
import { lineOf } from '../tracker/archive/lines.ts';
import type { TrackerItem } from '../model/tracker.ts';
import { createProblems, type Problems } from '../tracker/archive/problems.ts';
import { expectedOf } from '../tracker/expected.ts';
import { differencesBetween, digestOf, hashOfAll, type ItemFacts } from '../tracker/proof.ts';
import { restIssueOf } from '../tracker/rest.ts';
import { asUploaded } from './attachments.ts';
import {
  again,
  contentsOf,
  hiddenAway,
  isTaking,
  isUnseen,
  kept,
  unseen,
  type Checking,
} from './tracker-check.ts';
import { openWorkshop, type Workshop } from './tracker-making.ts';
import { noMerge } from './tracker-merges.ts';
import { keyOfItem, nameOfKey, placeOfProject, type Door } from './tracker-part.ts';
import { movedBy } from './tracker-plan.ts';
import type { Numbered } from './tracker-sort.ts';
import { itemsThere } from './tracker-there.ts';

/**
 * Compares both servers as they are now: every item is read again and made into what was sent, or would be. Without a
 * journal nobody knows what somebody changed on GitLab on purpose.
 */
export async function compareTrackers(work: Checking): Promise<Check> {
  const { item, context } = work;
  const place = placeOfProject(work);
  if (place === null) return { state: 'failed', compared: 0, hash: null, differences: [] };
  const reader = context.source.tracker(item.repository);
  const all = await reader.numbers();
  const numbers = movedBy(context.config.migrate.tracker, all, work.known());
  const there = await itemsThere(place, work);
  const problems = createProblems();
  const made = openFacts(all, work, problems, work.known() === null);
  const sides = { source: new Map<string, string>(), target: new Map<string, string>() };
  const differences: Notice[] = [];
  let state: Check['state'] = 'proven';
  const fail = (key: string, code: string, why: string): void => {
    differences.push({ code, object: item.id, message: `${nameOfKey(key)}: ${why}`, fix: again });
    state = 'failed';
  };
  for await (const each of reader.items(numbers.map(({ number }) => number))) {
    const key = keyOfItem(each);
    const found = there.items.get(key);
    const expected = await made(each, found);
    if (expected === null) continue;
    const loaded = work.known()?.items?.[key];
    if (isUnseen(each, there)) {
      if (loaded?.at === each.updatedAt) differences.push(unseen(item.id, key));
      else {
        const [code, , why, fix] = hiddenAway(each.kind, key);
        differences.push({ code, object: item.id, message: `${nameOfKey(key)}: ${why}`, fix });
        state = 'failed';
      }
      continue;
    }
    if (found === undefined) {
      if (loaded === undefined || isTaking(key, work.known()))
        fail(key, 'tracker-missing', work.known()?.left?.[key] ?? 'it is not on GitLab');
      else differences.push(kept(item.id, key, 'removed'));
      continue;
    }
    const now = digestOf(found);
    const settled = loaded?.at === each.updatedAt;
    // Made with what was known then, such as who has an account: what was sent is what counts.
    const asSent = settled && now === loaded.sent && now === loaded.seen;
    sides.source.set(key, asSent ? loaded.sent : digestOf(expected));
    sides.target.set(key, now);
    if (sides.source.get(key) === now) continue;
    if (settled && now !== loaded.seen) {
      differences.push(kept(item.id, key, 'changed'));
      sides.source.delete(key);
      sides.target.delete(key);
    } else fail(key, 'tracker-differs', differencesBetween(expected, found).join(', '));
  }
  differences.push(...problems.notices(item.id).filter(({ code }) => code === 'tracker-item-refused'));
  const hash = { source: hashOfAll(sides.source), target: hashOfAll(sides.target) };
  const contents = contentsOf(sides.target.keys(), there);
  return { state, compared: sides.source.size, hash, contents, differences };
}

/**
 * Gives what GitLab has to show of an item, by the door by which it came, or would come; null for one that cannot be sent.
 * `uploaded`: every file counts as moved, for nobody knows which were.
 */
export function openFacts(
  numbers: readonly Numbered[],
  work: Checking,
  problems: Problems,
  uploaded: boolean,
): (item: TrackerItem, found: TargetItem | undefined) => Promise<ItemFacts | null> {
  const reader = work.context.source.tracker(work.item.repository);
  const workshops = new Map<Door, Promise<Workshop>>();
  return async (item, found) => {
    const door = doorOf(item, found, work);
    const opened =
      workshops.get(door) ?? openWorkshop({ door, numbers, reader, work, problems, ...unsent(uploaded) });
    workshops.set(door, opened);
    const workshop = await opened;
    const line = lineOf(item, await workshop.prepare(item), problems);
    if (line === null) return null;
    return door === 'rest' ? restIssueOf(line.text).facts : expectedOf(line.text);
  };
}

/** How it came, or would come: GitLab tells of those of an archive that they are imported (GL-436). */
function doorOf(
  { kind }: Pick<Numbered, 'kind'>,
  found: TargetItem | undefined,
  { context }: Checking,
): Door {
  if (kind === 'pull') return 'archive';
  const planned = context.config.migrate.tracker === 'rest' ? 'rest' : 'archive';
  if (found === undefined || found.imported === null) return planned;
  return found.imported ? 'archive' : 'rest';
}

/** A proof uploads nothing, and asks for no diffs. */
function unsent(uploaded: boolean): Pick<Parameters<typeof openWorkshop>[0], 'upload' | 'diffs' | 'merge'> {
  return {
    upload: async (files) => (uploaded ? asUploaded(files) : []),
    diffs: async () => new Map(),
    // No list shows it.
    merge: async () => noMerge,
  };
}
