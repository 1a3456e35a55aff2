import type { Notice } from '../model/notice.ts';
import type { TargetItem } from '../model/target-tracker.ts';
import type { Check } from '../model/result.ts';
import { lineOf } from '../tracker/archive/lines.ts';
import { createProblems } from '../tracker/archive/problems.ts';
import { expectedOf } from '../tracker/expected.ts';
import { differencesBetween, digestOf, hashOfAll } from '../tracker/proof.ts';
import { restIssueOf } from '../tracker/rest.ts';
import {
  again,
  contentsOf,
  hiddenAway,
  isTaking,
  isUnseen,
  kept,
  placeOf,
  unseen,
  type Checking,
} from './tracker-check.ts';
import { openWorkshop, type Workshop } from './tracker-making.ts';
import { noMerge } from './tracker-merges.ts';
import { keyOfItem, nameOfKey, type Door } from './tracker-part.ts';
import { movedBy } from './tracker-plan.ts';
import type { Numbered } from './tracker-sort.ts';
import { itemsThere } from './tracker-there.ts';

/** Where a file lies that was uploaded, as far as anybody can know without a journal. */
const anyUpload = `/uploads/${'0'.repeat(32)}/file`;

/**
 * Compares both servers as they are now: every item is read again and made into what was sent, or would be. Without a
 * journal nobody knows what somebody changed on GitLab on purpose.
 */
export async function compareTrackers(work: Checking): Promise<Check> {
  const { item, context, place: known } = work;
  const place = known ?? placeOf(item);
  if (place === null) return { state: 'failed', compared: 0, hash: null, differences: [] };
  const reader = context.source.tracker(item.repository);
  const all = await reader.numbers();
  const numbers = movedBy(context.config.migrate.tracker, all, work.known());
  const there = await itemsThere(place, work);
  const problems = createProblems();
  const workshops = new Map<Door, Promise<Workshop>>();
  const workshopFor = (door: Door): Promise<Workshop> => {
    const open =
      workshops.get(door) ?? openWorkshop({ door, numbers: all, reader, work, problems, ...unsent(work) });
    workshops.set(door, open);
    return open;
  };
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
    const door = doorOf(each, found, work);
    const workshop = await workshopFor(door);
    const line = lineOf(each, await workshop.prepare(each), problems);
    if (line === null) continue;
    const expected = door === 'rest' ? restIssueOf(line.text).facts : expectedOf(line.text);
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
function unsent(work: Checking): Pick<Parameters<typeof openWorkshop>[0], 'upload' | 'diffs' | 'merge'> {
  return {
    upload: async (files) =>
      work.known() === null ? [...files.keys()].map((id) => [id, anyUpload] as const) : [],
    diffs: async () => new Map(),
    // No list shows it.
    merge: async () => noMerge,
  };
}
