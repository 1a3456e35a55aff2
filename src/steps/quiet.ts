import * as z from 'zod';
import { targetRefused } from '../failures/target.ts';
import { interruption } from '../failures/usage.ts';
import type { ItemHistory } from '../journal/history.ts';
import type { Project } from '../model/forge.ts';
import type { PlanItem, PlannedProject } from '../model/plan.ts';
import type { Noise } from '../model/target-quiet.ts';
import { codeRecords } from '../plan/known-refs.ts';
import { isMade } from '../plan/made.ts';
import { mailsPeople } from './mailing.ts';
import { isTaken, lostOf, noiseIn, switches, type SwitchName, type SwitchPlace } from './switches.ts';
import { knownTo, proven, type ItemWork, type Step, type Writing } from './step.ts';
import { trackerRecords } from './tracker-part.ts';

/** How a step says in its part of the plan that it is going to switch something. */
const Opening = z.object({ switches: z.literal(true) });
const Part = z.object({});
/** What is switched off now: by switch, the subjects; each is a key so that one can be taken out. */
const Data = z.object({ off: z.record(z.string(), z.record(z.string(), z.literal(true))).optional() });
type Data = z.infer<typeof Data>;

/**
 * Restores what a run switched off in a project, also what a killed one left: the one owner of everything that is silenced
 * or opened while refs and trackers are written. Written down before it is switched off.
 */
export const quiet: Step<z.infer<typeof Part>, Data, PlannedProject> = {
  name: 'quiet',
  title: 'Settings',
  of: 'project',
  stage: 'finish',
  restores: true,
  part: Part,
  data: Data,
  plan({ item, history }) {
    const left = pending(history);
    const { length: restore } = left.filter((place) => !isOn(place, item));
    const creates = item.existing === null && item.blocked === null;
    const opens = item.steps.some(({ part }) => Opening.safeParse(part).success);
    const mutes = mailsPeople(item) && isMade(history);
    if (left.length === 0 && !creates && !opens && !mutes && !losesIssues(item.existing, history))
      return null;
    const counts = restore === 0 ? {} : { restore };
    return { part: {}, changes: restore > 0, state: 'proven', counts, notices: [] };
  },
  async run(_, work) {
    const count = await restoreAll(work);
    // What a new project gets in the end is part of its creation.
    const counts = work.item.existing === null ? {} : { restore: count };
    return { changed: count > 0, counts };
  },
  async verify(_, work) {
    const left = placesIn(work.known()).filter((place) => !isRestored(place, work));
    if (left.length === 0) return Promise.resolve(proven(1));
    const differences = left.map(({ name, subject }) => ({
      code: 'not-restored',
      object: work.item.id,
      message: `${switches[name].left(subject)} by an earlier run`,
      fix: 'run gb2gl migrate (or import) again to restore it',
    }));
    return { state: 'failed', compared: left.length, hash: null, differences };
  },
};

/** Could a pushed commit close issues of a project that an earlier run made? */
export function losesIssues(existing: Project | null, history: ItemHistory | undefined): boolean {
  return (
    existing !== null && (existing.openIssues ?? 0) > 0 && existing.autoclose !== false && isMade(history)
  );
}

/** Switches something off after writing it down; false when there is nothing to switch off. */
export async function switchOff(
  work: ItemWork & Writing,
  name: SwitchName,
  subject: string,
): Promise<boolean> {
  if (work.place === null) return false;
  const place = { name, subject };
  await record(work, 'started', [place], true);
  const off = await switches[name].off(work.context.target, work.place, subject);
  // Nothing was switched off, and what comes to be in its place later is not ours to restore (GL-162).
  if (!off) await record(work, 'done', [place], null);
  return off;
}

/** Steps whose pushes GitLab may react to. */
const pushingSteps = [codeRecords.name, 'submodules'];
/** To what it reacts in jobs that come seconds after a push, and look only then at the settings (GL-366, GL-369, GL-371). */
const reactions: ReadonlySet<SwitchName> = new Set(['builds', 'integrations', 'autoclose']);

/**
 * Waits until the jobs after the pushes that the places are switched off for are over: those of the project, and for
 * issues, which the commits of others close as well, those of the whole run.
 * @throws interrupted
 */
async function untilPushesAreDone(places: readonly SwitchPlace[], work: ItemWork & Writing): Promise<void> {
  if (!places.some(({ name }) => reactions.has(name))) return;
  const { journal, item, context } = work;
  const { pipelines } = context;
  const ofAll = places.some(({ name }) => name === 'autoclose');
  const own = journal.history.items.get(item.id);
  if (ofAll) pipelines.lastPush ??= lastPush(journal.history.items.values());
  const last = ofAll ? (pipelines.lastPush ?? 0) : lastPush(own === undefined ? [] : [own]);
  const builds = places.some(({ name }) => name === 'builds');
  const reason = builds
    ? 'it must be done with the pushes before CI/CD is enabled, or pipelines start'
    : 'it must be done with the pushes before integrations hear of them again, or commits close issues';
  await untilQuiet(last, reason, work);
}

/** Waits until the jobs after the pushes to the project are over. @throws interrupted */
export async function untilPushed(work: ItemWork & Writing, reason: string): Promise<void> {
  const own = work.journal.history.items.get(work.item.id);
  await untilQuiet(lastPush(own === undefined ? [] : [own]), reason, work);
}

async function untilQuiet(last: number, reason: string, { item, context }: ItemWork): Promise<void> {
  const { runtime, config, emit, pipelines } = context;
  const waitMs = last + config.limits.quietSeconds * 1000 - runtime.now();
  if (waitMs <= 0) return;
  if (!pipelines.waiting) emit({ type: 'pause', server: 'target', reason, waitMs });
  pipelines.waiting = true;
  await runtime.sleep(waitMs, runtime.stopping).catch(() => {});
  if (runtime.stopping.aborted) throw interruption(item.id);
}

/** When something was pushed for the last time, in milliseconds; 0 for never. */
function lastPush(histories: Iterable<ItemHistory>): number {
  let last = 0;
  for (const history of histories) {
    const times = pushingSteps.map((step) => history.steps.get(step)?.at);
    times.push(knownTo(trackerRecords, history)?.pushed);
    for (const time of times) last = Math.max(last, Date.parse(time ?? '') || 0);
  }
  return last;
}

/** Restores what is switched off in the item's project, all of it or one kind; gives how many. */
export async function restoreAll(work: ItemWork & Writing, only?: SwitchName): Promise<number> {
  const { place: project, context, journal, item } = work;
  if (project === null) return 0;
  const all = pending(journal.history.items.get(item.id));
  const places = all.filter(({ name }) => only === undefined || name === only);
  const off = places.filter((place) => !isRestored(place, work));
  await untilPushesAreDone(off, work);
  const restored = places.filter((place) => isRestored(place, work));
  // A run that was killed did not live to write it down.
  if (restored.length > 0) await record(work, 'done', restored, null);
  const together = noiseIn(off, true);
  if (together !== null) {
    const now = await context.target.setNoise(project, together.noise);
    const taken = together.places.filter((place) => isTaken(place, now, true));
    const lost = together.places.find((place) => !taken.includes(place));
    if (taken.length > 0) await record(work, 'done', taken, null);
    if (lost !== undefined) throw targetRefused(project.fullPath, { detail: lostOf(lost) });
  }
  for (const place of off) {
    if (together?.places.includes(place)) continue;
    await switches[place.name].restore(context.target, project, place.subject);
    await record(work, 'done', [place], null);
  }
  return off.length;
}

/** Is it as it was, though the journal says otherwise? What this run has switched off is as it made it. */
function isRestored(place: SwitchPlace, { item, context }: Pick<ItemWork, 'item' | 'context'>): boolean {
  return !isSwitched(place, { item, context }) && isOn(place, item);
}

/** Was it on when the plan was made? */
function isOn(place: SwitchPlace, item: PlanItem): boolean {
  return item.kind === 'project' && item.existing !== null && isTaken(place, noiseOf(item.existing), true);
}

/** What a project shows of what it sets off. */
export function noiseOf({ builds, mails, autoclose }: Project): Noise {
  return {
    ...(builds === undefined ? {} : { builds }),
    ...(mails === undefined ? {} : { mails }),
    ...(autoclose === undefined ? {} : { autoclose }),
  };
}

function keyOf(id: string, { name, subject }: SwitchPlace): string {
  return `${id} ${name} ${subject}`;
}

/** Has this run switched it off itself? */
export function isSwitched(
  place: SwitchPlace,
  { item, context }: Pick<ItemWork, 'item' | 'context'>,
): boolean {
  return context.switched.has(keyOf(item.id, place));
}

/** Writes down that places are about to be switched off, or are as they were. */
export function record(
  { journal, item, context }: Pick<ItemWork & Writing, 'journal' | 'item' | 'context'>,
  status: 'started' | 'done',
  places: readonly SwitchPlace[],
  value: true | null,
): Promise<void> {
  const off: Record<string, Record<string, true | null>> = {};
  for (const { name, subject } of places) {
    off[name] = { ...off[name], [subject]: value };
    if (value) context.switched.add(keyOf(item.id, { name, subject }));
  }
  return journal.record({ item: item.id, step: quiet.name, status, data: { off } });
}

/** Is this switched off by a run that did not come to its end? */
export function isOff(history: ItemHistory | undefined, name: SwitchName): boolean {
  return pending(history).some((place) => place.name === name);
}

/** What is switched off in a project, or about to be. */
export function pending(history: ItemHistory | undefined): SwitchPlace[] {
  return placesIn(knownTo(quiet, history));
}

function placesIn(data: Data | null): SwitchPlace[] {
  return Object.entries(data?.off ?? {}).flatMap(([name, subjects]) =>
    name in switches ? Object.keys(subjects).map((subject) => ({ name: name as SwitchName, subject })) : [],
  );
}
