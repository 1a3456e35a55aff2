import * as z from 'zod';
import { refKind } from '../gitlab/rules/ref-names.ts';
import type { Project } from '../model/forge.ts';
import type { Notice } from '../model/notice.ts';
import type { PlanItem, PlannedProject } from '../model/plan.ts';
import type { Noise } from '../model/target-quiet.ts';
import { isGroupMade, isMade } from '../plan/made.ts';
import { pullHeadsIn } from '../plan/pull-heads.ts';
import { mailsPeople } from './mailing.ts';
import { isSwitched, noiseOf, pending, record } from './quiet.ts';
import { silence } from './quiet-integrations.ts';
import { disabled, isTaken, noiseIn, type SwitchPlace } from './switches.ts';
import type { ItemWork, Writing, WritingWork } from './step.ts';

type ProjectWork = WritingWork<unknown, PlannedProject>;

/** How a step says in its part of the plan that it puts issues into the project. */
const Filling = z.object({ issues: z.literal(true) });

const mails: SwitchPlace = { name: 'mails', subject: 'on' };
const autoclose: SwitchPlace = { name: 'autoclose', subject: 'on' };

/**
 * Writes down what a project that is about to be created begins without; gives it. CI/CD only where its pushes start
 * pipelines, and once an earlier project of the run has told which level new ones get.
 */
export async function createMuted(work: ProjectWork): Promise<Noise> {
  const { level } = work.context.pipelines;
  const places = level === null ? [] : await buildsToStop(level, work);
  // From whoever is no Owner GitLab would take it, and not give it back (GL-291).
  if (mailsPeople(work.item) && isOwner(work)) places.push(mails);
  if (getsIssues(work.item)) places.push(autoclose);
  if (places.length > 0) await record(work, 'started', places, true);
  return noiseIn(places, false)?.noise ?? {};
}

/** Writes down that a project is about to be created with CI/CD disabled, where a run has disabled that of its parent. */
export async function muteLikeParent(work: ItemWork & Writing, parent: string): Promise<void> {
  const muted = pending(work.journal.history.items.get(parent)).find(({ name }) => name === 'builds');
  if (muted !== undefined) await record(work, 'started', [muted], true);
}

/** The project was not created after all: what is at its place is none of ours. */
export async function notCreated(work: ProjectWork): Promise<void> {
  const places = noiseIn(pendingIn(work), true)?.places ?? [];
  if (places.length > 0) await record(work, 'done', places, null);
}

/**
 * Silences a new project before its first push and its first member, as far as it was not created so: a copy gets the
 * levels of its parent, whatever was asked for (GL-147).
 */
export async function mute(work: ProjectWork, made: Project): Promise<Notice[]> {
  const { pipelines } = work.context;
  pipelines.everywhere ||= made.autoDevops ?? false;
  const known = noiseIn(pendingIn(work), true)?.places ?? [];
  const has = (name: SwitchPlace['name']): boolean => known.some((place) => place.name === name);
  const more: SwitchPlace[] = [];
  if (!has('builds')) {
    const level = made.builds ?? 'enabled';
    pipelines.level ??= level;
    more.push(...(await buildsToStop(level, work)));
  }
  if (mailsPeople(work.item) && !has('mails') && made.mails !== false) more.push(mails);
  if (getsIssues(work.item) && !has('autoclose') && made.autoclose !== false) more.push(autoclose);
  const loud = known.filter((place) => !isTaken(place, { ...quietest(place), ...noiseOf(made) }, false));
  return [...(await stop(loud, more, work)), ...(await silence(work))];
}

/** Silences a project that an earlier run made, before its next member comes. */
export async function muteProjectAgain(work: ProjectWork): Promise<Notice[]> {
  const { existing } = work.item;
  const mayChange = isMade(work.journal.history.items.get(work.item.id)) && !isSwitched(mails, work);
  const due = existing !== null && existing.mails !== false && mailsPeople(work.item) && mayChange;
  return due ? stop([], [mails], work) : [];
}

/** What GitLab does not tell is as it was asked for. */
function quietest(place: SwitchPlace): Noise {
  return noiseIn([place], false)?.noise ?? {};
}

/** By one request; what it did not take is not ours to restore. */
async function stop(
  loud: readonly SwitchPlace[],
  more: readonly SwitchPlace[],
  work: ProjectWork,
): Promise<Notice[]> {
  const { place: project, context, item } = work;
  const due = noiseIn([...loud, ...more], false);
  if (due === null || project === null) return [];
  if (more.length > 0) await record(work, 'started', more, true);
  const now = await context.target.setNoise(project, due.noise);
  const lost = due.places.filter((place) => !isTaken(place, now, false));
  if (lost.length > 0) await record(work, 'done', lost, null);
  return lost.some(({ name }) => name === 'mails') ? [mailed(item.id)] : [];
}

function mailed(id: string): Notice {
  return {
    code: 'members-mailed',
    object: id,
    message: 'its new members are told by mail: only an Owner of the project can switch its mails off',
    fix: "for the next time, make the token's user an Owner of the group, or use the token of an administrator",
  };
}

/** Is the token's user an Owner of what it makes there, as far as that is known beforehand? */
function isOwner({ item, context, journal }: ProjectWork): boolean {
  const { user } = context.identity;
  const group = context.plan.groups.find(({ id }) => id === item.repository.owner);
  if (user.admin || group === undefined) return user.admin;
  if (group.namespaceKind === 'user') return group.userId === null || group.userId === user.id;
  return group.existing === null || isGroupMade(journal.history.items.get(group.id));
}

function getsIssues({ steps }: PlanItem): boolean {
  return steps.some(({ part }) => Filling.safeParse(part).success);
}

function pendingIn({ journal, item }: ProjectWork): SwitchPlace[] {
  return pending(journal.history.items.get(item.id));
}

/** The level that CI/CD gets back, where pushes start pipelines. */
async function buildsToStop(level: string, work: ProjectWork): Promise<SwitchPlace[]> {
  if (level === disabled) return [];
  const starts = work.context.pipelines.everywhere || (work.ci ??= await mayHaveCiFile(work));
  return starts ? [{ name: 'builds', subject: level }] : [];
}

/** From which GitLab takes pipelines, by its default. */
export const ciFile = '.gitlab-ci.yml';
/** So many tips of branches and tags are looked into; where there are more, one of them may have a CI file. */
const tipsSearched = 20;

async function mayHaveCiFile({ context, item, sourceRefs }: ProjectWork): Promise<boolean> {
  const pushed = [...sourceRefs.refs].filter(([ref]) => ['branch', 'tag'].includes(refKind(ref)));
  const heads = context.config.migrate.sourceBranches ? pullHeadsIn(sourceRefs).values() : [];
  const tips = new Set([...pushed.map(([, id]) => id), ...heads]);
  if (tips.size > tipsSearched) return true;
  const found = await Promise.all([...tips].map((id) => context.source.hasFile(item.repository, id, ciFile)));
  // Where the source does not tell, there may be one.
  return found.some((each) => each !== false);
}
