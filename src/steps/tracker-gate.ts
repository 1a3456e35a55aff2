import { Failure } from '../failures/failure.ts';
import { trackerStuck } from '../failures/tracker.ts';
import type { Relation, RelationLoad } from '../model/target-tracker.ts';
import type { ItemWork, Place, RunContext } from './step.ts';

/** When archives of this run were sent, in milliseconds: GitLab takes few in a minute of one user (GL-428). */
export type Gate = { sent: number[]; turn: Promise<void> };

export function openGate(): Gate {
  return { sent: [], turn: Promise.resolve() };
}

const minuteMs = 60_000;
/** Between two looks at a job: what has taken long takes long. */
const shortestMs = 250;
const longestMs = 20_000;
/** An import may wait long behind others, but not for ever. */
const patienceHours = 2;
const patienceMs = patienceHours * 3600_000;

type Shared = Pick<ItemWork, 'item' | 'context'>;

/**
 * Has GitLab load one relation of an archive, and waits for the end of it. What is there already is skipped, so a second
 * sending after a lost answer changes nothing (GL-424). @throws those of `loadArchive`, tracker-stuck, interrupted
 */
export async function load(
  relation: Relation,
  archive: Uint8Array,
  place: Place,
  work: Shared,
): Promise<void> {
  const { context, item } = work;
  const { target, runtime, emit } = context;
  for (let waitedMs = 0; ;) {
    await passGate(context);
    try {
      const id = await target.loadArchive(place, relation, archive);
      await untilOver(place, work, (loads) => loads.filter((each) => each.id === id));
      return;
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      if (error.refusal?.status === 409) await untilIdle(place, work);
      else if (error.code === 'rate-limited') {
        // Somebody else has imports loaded in the name of the same user.
        if (waitedMs >= patienceMs) throw error;
        waitedMs += minuteMs;
        emit({ type: 'item-retry', id: item.id, reason: error.message, waitMs: minuteMs });
        await runtime.sleep(minuteMs, runtime.aborting);
      } else throw error;
    }
  }
}

/** Waits until nothing is loaded into the project any more, be it by a run that was killed. */
export function untilIdle(place: Place, work: Shared): Promise<void> {
  return untilOver(place, work, (loads) => loads);
}

async function untilOver(
  place: Place,
  { context, item }: Shared,
  mine: (loads: readonly RelationLoad[]) => readonly RelationLoad[],
): Promise<void> {
  const { target, runtime } = context;
  for (let waitedMs = 0; ;) {
    const open = mine(await target.relationLoads(place)).filter(
      ({ state }) => state === 'waiting' || state === 'running',
    );
    if (open.length === 0) return;
    if (waitedMs > patienceMs) throw trackerStuck(place.fullPath, { hours: patienceHours });
    context.emit({
      type: 'item-progress',
      id: item.id,
      stage: `GitLab loads ${open[0]?.relation.replace('_', ' ') ?? ''}`,
      percent: null,
      bytes: 0,
    });
    const waitMs = Math.min(longestMs, Math.max(shortestMs, waitedMs / 10));
    await runtime.sleep(waitMs, runtime.aborting);
    waitedMs += waitMs;
  }
}

/** Waits until one more archive of this run may be sent. */
async function passGate({ loads, target, runtime, emit }: RunContext): Promise<void> {
  const before = loads.turn;
  const mine: { leave?: () => void } = {};
  loads.turn = new Promise((resolve) => {
    mine.leave = resolve;
  });
  try {
    await before;
    const most = await target.loadsPerMinute();
    if (most === null) return;
    const now = runtime.now();
    const recent = loads.sent.filter((at) => now - at < minuteMs);
    const first = recent[recent.length - most];
    if (first !== undefined) {
      const waitMs = first + minuteMs - now;
      const reason = `GitLab takes ${most} imports a minute of one user`;
      emit({ type: 'pause', server: 'target', reason, waitMs });
      await runtime.sleep(waitMs, runtime.aborting);
    }
    loads.sent = [...recent, runtime.now()];
  } finally {
    mine.leave?.();
  }
}
