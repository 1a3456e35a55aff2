import type { TargetMilestone } from '../model/target-tracker.ts';
import type { LabelLine, MilestoneLine } from '../tracker/archive/words.ts';
import type { Place } from './step.ts';
import { unlessThere } from './tracker-furniture.ts';
import type { TrackerWork } from './tracker-part.ts';

/** Labels and milestones for issues that are sent by REST, which have to be there before; an archive brings them along. */
export type Shelf = {
  /** The server would make them too, with a color of its own (GL-386). */
  provide(labels: readonly LabelLine[]): Promise<void>;
  /** The id that an issue takes; null for one that it cannot join. */
  milestone(line: MilestoneLine): Promise<number | null>;
};

/** Reads what the project has. */
export async function openShelf(place: Place, work: TrackerWork): Promise<Shelf> {
  const { target } = work.context;
  const names = new Set((await target.labels(place)).map(({ name }) => name));
  const milestones = new Map((await target.milestones(place)).map((each) => [each.title, each]));
  return {
    async provide(labels) {
      for (const { title, color } of labels) {
        if (names.has(title)) continue;
        await unlessThere(target.addLabel(place, { name: title, color }));
        names.add(title);
      }
    },
    async milestone({ title, description, due_date: dueOn, state }) {
      const made =
        milestones.get(title) ??
        (await unlessThere(target.addMilestone(place, { title, description, dueOn })));
      if (made === null) return null;
      milestones.set(title, made);
      if (made.closed && state === 'closed' && !made.ofGroup) await reopen(made, place, work);
      return made.closed ? null : made.id;
    },
  };
}

/** Nothing joins a closed one (GL-382). Written down before, so it is closed again with the others that end closed. */
async function reopen(milestone: TargetMilestone, place: Place, work: TrackerWork): Promise<void> {
  const data = { furniture: { [`milestone ${milestone.title}`]: 'active' } };
  await work.record('started', { data });
  await work.context.target.moveMilestone(place, milestone, 'active');
  milestone.closed = false;
}
