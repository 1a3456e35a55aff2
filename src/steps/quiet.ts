import * as z from 'zod';
import type { Target } from '../model/target.ts';
import { shortName } from '../gitlab/rules/ref-names.ts';
import type { ItemHistory } from '../journal/history.ts';
import type { PlannedProject } from '../model/plan.ts';
import { knownTo, proven, type ItemWork, type Step, type Writing } from './step.ts';

/** Something that a run switches off for a while, and restores as it was. */
type Switch = {
  /** False when there is nothing to switch off. */
  off(target: Target, projectId: number, subject: string): Promise<boolean>;
  restore(target: Target, projectId: number, subject: string): Promise<void>;
};

const switches = {
  /** The protection of a branch against rewritten history; its full name can be any key, a short one is `__proto__` at times. */
  'force-push': {
    off: (target, projectId, ref) => target.allowForcePush(projectId, shortName(ref), true),
    restore: async (target, projectId, ref) => {
      await target.allowForcePush(projectId, shortName(ref), false);
    },
  },
} as const satisfies Record<string, Switch>;

export type SwitchName = keyof typeof switches;

const Part = z.object({});
/** What is switched off now: by switch, the subjects; each is a key so that one can be taken out. */
const Data = z.object({ off: z.record(z.string(), z.record(z.string(), z.literal(true))).optional() });
type Data = z.infer<typeof Data>;
type Place = { name: SwitchName; subject: string };

/**
 * Restores what a run switched off, also what a killed one left: the one owner of everything that is silenced or opened
 * while refs and trackers are written. Written down before it is switched off.
 */
export const quiet: Step<z.infer<typeof Part>, Data, PlannedProject> = {
  name: 'quiet',
  title: 'Restore',
  of: 'project',
  stage: 'finish',
  part: Part,
  data: Data,
  plan({ history }) {
    const { length: restore } = pending(history);
    if (restore === 0) return null;
    return { part: {}, changes: true, state: 'proven', counts: { restore }, notices: [] };
  },
  async run(_, work) {
    const restored = await restoreAll(work);
    return { changed: restored > 0, counts: { restore: restored } };
  },
  async verify(_, work) {
    const left = placesIn(work.known());
    if (left.length === 0) return Promise.resolve(proven(1));
    const differences = left.map(({ name, subject }) => ({
      code: 'not-restored',
      object: work.item.id,
      message: `${name} of ${subject} is still disabled by an earlier run`,
      fix: 'run gb2gl migrate again to restore it',
    }));
    return { state: 'failed', compared: left.length, hash: null, differences };
  },
};

/** Switches something off after writing it down; false when there is nothing to switch off. */
export async function switchOff(
  work: ItemWork & Writing,
  name: SwitchName,
  subject: string,
): Promise<boolean> {
  if (work.place === null) return false;
  await record(work, 'started', { name, subject }, true);
  return switches[name].off(work.context.target, work.place.id, subject);
}

/** Restores all that is switched off in the item's project; gives how many. */
export async function restoreAll(work: ItemWork & Writing): Promise<number> {
  if (work.place === null) return 0;
  const places = pending(work.journal.history.items.get(work.item.id));
  for (const place of places) {
    await switches[place.name].restore(work.context.target, work.place.id, place.subject);
    await record(work, 'done', place, null);
  }
  return places.length;
}

function record(
  { journal, item }: ItemWork & Writing,
  status: 'started' | 'done',
  { name, subject }: Place,
  value: true | null,
): Promise<void> {
  return journal.record({
    item: item.id,
    step: quiet.name,
    status,
    data: { off: { [name]: { [subject]: value } } },
  });
}

function pending(history: ItemHistory | undefined): Place[] {
  return placesIn(knownTo(quiet, history));
}

function placesIn(data: Data | null): Place[] {
  return Object.entries(data?.off ?? {}).flatMap(([name, subjects]) =>
    name in switches ? Object.keys(subjects).map((subject) => ({ name: name as SwitchName, subject })) : [],
  );
}
