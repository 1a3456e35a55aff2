import type { MemberPlace } from '../model/target-members.ts';
import type { Place } from './step.ts';
import type { TrackerWork } from './tracker-part.ts';

/** The role that a loading gives to people whom the project did not have (GL-425). */
const guest = 10;

/**
 * Takes the memberships back that a loading makes of the people whom it maps: their names stay, and roles come by another
 * step. Written down before, so that those of a killed run are taken back by the next one.
 */
export async function withoutGuests(
  accounts: readonly number[],
  place: Place,
  work: TrackerWork,
  act: () => Promise<void>,
): Promise<void> {
  if (accounts.length === 0) return act();
  const before = await work.context.target.levelsAt(memberPlace(place), 'direct');
  const strangers = accounts.filter((id) => !before.has(id));
  if (strangers.length > 0)
    await work.record('started', {
      data: { guests: Object.fromEntries(strangers.map((id) => [String(id), true as const])) },
    });
  await act();
  await sendGuestsAway(place, work);
}

/** Ends what `withoutGuests` began. */
export async function sendGuestsAway(place: Place, work: TrackerWork): Promise<void> {
  const guests = Object.keys(work.known()?.guests ?? {});
  if (guests.length === 0) return;
  const { target } = work.context;
  const now = await target.levelsAt(memberPlace(place), 'direct');
  for (const id of guests) if (now.get(Number(id)) === guest) await target.removeMember(place, Number(id));
  await work.record('done', { data: { guests: Object.fromEntries(guests.map((id) => [id, null])) } });
}

/** The project as a place that has members. */
export function memberPlace({ id, fullPath }: Place): MemberPlace {
  return { kind: 'project', id, fullPath };
}
