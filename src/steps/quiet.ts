import * as z from 'zod';
import { interruption } from '../failures/usage.ts';
import type { Project } from '../model/forge.ts';
import { refKind } from '../gitlab/rules/ref-names.ts';
import type { ItemHistory } from '../journal/history.ts';
import type { PlannedProject } from '../model/plan.ts';
import { forkRecords, isOwnCopy } from '../plan/forks.ts';
import { codeRecords } from '../plan/known-refs.ts';
import { disabled, switches, type SwitchName } from './switches.ts';
import { knownTo, proven, type ItemWork, type Step, type Writing, type WritingWork } from './step.ts';

/** How a step says in its part of the plan that it is going to switch something. */
const Opening = z.object({ switches: z.literal(true) });
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
  title: 'Settings',
  of: 'project',
  stage: 'finish',
  part: Part,
  data: Data,
  plan({ item, history }) {
    const { length: restore } = pending(history);
    const creates = item.existing === null && item.blocked === null;
    const opens = item.steps.some(({ part }) => Opening.safeParse(part).success);
    if (restore === 0 && !creates && !opens) return null;
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
    const left = placesIn(work.known());
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

/** Switches something off after writing it down; false when there is nothing to switch off. */
export async function switchOff(
  work: ItemWork & Writing,
  name: SwitchName,
  subject: string,
): Promise<boolean> {
  if (work.place === null) return false;
  await record(work, 'started', { name, subject }, true);
  const off = await switches[name].off(work.context.target, work.place.id, subject);
  // Nothing was switched off, and what comes to be in its place later is not ours to restore (GL-162).
  if (!off) await record(work, 'done', { name, subject }, null);
  return off;
}

/** From which GitLab takes pipelines, by its default. */
export const ciFile = '.gitlab-ci.yml';
/** Branch tips at which a CI file is looked for: the first of a push are those that get pipelines (GL-360). */
const tipsSearched = 20;

type ProjectWork = WritingWork<unknown, PlannedProject>;

/**
 * Writes down that a project is about to be created with CI/CD disabled. False where its pushes start nothing, and while
 * no earlier project of the run has told which level new ones get.
 */
export async function createMuted(work: ProjectWork): Promise<boolean> {
  const { everywhere, level } = work.context.pipelines;
  if (level === null || level === disabled || !(everywhere || (await hasCiFile(work)))) return false;
  await record(work, 'started', { name: 'builds', subject: level }, true);
  return true;
}

/** Writes down that a project is about to be created with CI/CD disabled, where a run has disabled that of its parent. */
export async function muteLikeParent(work: ItemWork & Writing, parent: string): Promise<void> {
  const muted = pending(work.journal.history.items.get(parent)).find(({ name }) => name === 'builds');
  if (muted !== undefined) await record(work, 'started', muted, true);
}

/** The project was not created after all: what is at its place is none of ours. */
export async function notCreated(work: ProjectWork): Promise<void> {
  const { level } = work.context.pipelines;
  if (level !== null) await restored(work, 'builds', level);
}

/** Disables CI/CD of a new project before its first push, unless it was created so or its pushes start nothing. */
export async function mute(work: ProjectWork, made: Project): Promise<void> {
  const { pipelines } = work.context;
  pipelines.everywhere ||= made.autoDevops ?? false;
  if (isMuted(work)) {
    // A copy gets the level of its parent, whatever was asked for (GL-147).
    const fork = knownTo(forkRecords, work.journal.history.items.get(work.item.id));
    if (isOwnCopy(made, fork) && made.builds !== disabled)
      await work.context.target.setBuilds(made.id, disabled);
    return;
  }
  const level = made.builds ?? 'enabled';
  pipelines.level ??= level;
  if (level === disabled || !(pipelines.everywhere || (await hasCiFile(work)))) return;
  await switchOff(work, 'builds', level);
}

function isMuted({ journal, item }: ProjectWork): boolean {
  return isOff(journal.history.items.get(item.id), 'builds');
}

async function hasCiFile({ context, item, sourceRefs }: ProjectWork): Promise<boolean> {
  const first = `refs/heads/${item.defaultBranch}`;
  const branches = [...sourceRefs.refs].filter(([ref]) => refKind(ref) === 'branch');
  branches.sort(([a], [b]) => Number(b === first) - Number(a === first));
  const tips = new Set(branches.slice(0, tipsSearched).map(([, id]) => id));
  const found = await Promise.all([...tips].map((id) => context.source.hasFile(item.repository, id, ciFile)));
  // Where the source does not tell, there may be one.
  return found.some((each) => each !== false);
}

/** Steps whose pushes may start pipelines. */
const pushingSteps = [codeRecords.name, 'submodules'];

/**
 * A job makes the pipelines seconds after a push, and looks only then whether CI/CD is on (GL-366).
 * @throws interrupted
 */
async function untilPushesAreDone({ journal, item, context }: ItemWork & Writing): Promise<void> {
  const { runtime, config, emit, pipelines } = context;
  const pushed = pushingSteps.map((step) => journal.history.items.get(item.id)?.steps.get(step)?.at ?? '');
  const last = Date.parse(pushed.toSorted().at(-1) ?? '');
  const waitMs = last + config.limits.quietSeconds * 1000 - runtime.now();
  // Not a number when nothing was written yet.
  if (!(waitMs > 0)) return;
  const reason = 'it must be done with the pushes before CI/CD is enabled, or pipelines start';
  if (!pipelines.waiting) emit({ type: 'pause', server: 'target', reason, waitMs });
  pipelines.waiting = true;
  await runtime.sleep(waitMs, runtime.stopping).catch(() => {});
  if (runtime.stopping.aborted) throw interruption(item.id);
}

/** Writes down that something is as it was. */
function restored(work: ItemWork & Writing, name: SwitchName, subject: string): Promise<void> {
  return record(work, 'done', { name, subject }, null);
}

/** Restores what is switched off in the item's project, all of it or one kind; gives how many. */
export async function restoreAll(work: ItemWork & Writing, only?: SwitchName): Promise<number> {
  if (work.place === null) return 0;
  const all = pending(work.journal.history.items.get(work.item.id));
  const places = all.filter(({ name }) => only === undefined || name === only);
  if (places.some(({ name }) => name === 'builds')) await untilPushesAreDone(work);
  for (const place of places) {
    await switches[place.name].restore(work.context.target, work.place.id, place.subject);
    await restored(work, place.name, place.subject);
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

/** Is this switched off by a run that did not come to its end? */
export function isOff(history: ItemHistory | undefined, name: SwitchName): boolean {
  return pending(history).some((place) => place.name === name);
}

function pending(history: ItemHistory | undefined): Place[] {
  return placesIn(knownTo(quiet, history));
}

function placesIn(data: Data | null): Place[] {
  return Object.entries(data?.off ?? {}).flatMap(([name, subjects]) =>
    name in switches ? Object.keys(subjects).map((subject) => ({ name: name as SwitchName, subject })) : [],
  );
}
