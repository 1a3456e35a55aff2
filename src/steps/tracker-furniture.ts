import { Failure } from '../failures/failure.ts';
import type { Notice } from '../model/notice.ts';
import type { PlannedProject } from '../model/plan.ts';
import type { Check } from '../model/result.ts';
import type { TrackerReader } from '../model/tracker.ts';
import { labelLines, milestoneLines, type Named } from '../tracker/archive/labels.ts';
import { code } from '../tracker/archive/wording.ts';
import { remark, type Place, type Work } from './step.ts';
import { placeOfProject, type TrackerData, type TrackerWork } from './tracker-part.ts';

type Checking = Work<TrackerData, PlannedProject>;

type Furnished = { changed: boolean; notices: Notice[] };

/**
 * Makes the labels and milestones that no item uses; those that are used have come with their items. Milestones are closed
 * last: nothing joins a closed one. Each is dealt with once, so what somebody removes on GitLab stays removed.
 */
export async function furnish(reader: TrackerReader, place: Place, work: TrackerWork): Promise<Furnished> {
  const ofLabels = labelLines(await reader.labels());
  const ofMilestones = milestoneLines((await reader.milestones()) ?? []);
  const [labels, milestones] = [[...ofLabels.lines.values()], [...ofMilestones.lines.values()]];
  const changed = [...changedIn('label', ofLabels), ...changedIn('milestone', ofMilestones)];
  const wanted = new Map([
    ...labels.map(({ title }) => [`label ${title}`, 'there'] as const),
    ...milestones.map(({ title, state }) => [`milestone ${title}`, state] as const),
    ...changed.map((what) => [what, 'told'] as const),
  ]);
  const known = new Map(Object.entries(work.known()?.furniture ?? {}));
  const due = new Set([...wanted].filter(([key, state]) => known.get(key) !== state).map(([key]) => key));
  const news = changed.filter((what) => due.has(what));
  const told = news.map((what) => remark('tracker-name-changed', work.item.id, what));
  const furnished: Furnished = { changed: false, notices: told };
  if (due.size === 0) return furnished;
  const { target } = work.context;
  const named = new Map((await target.labels(place)).map((each) => [each.name, each]));
  for (const { title, color } of labels) {
    if (!due.has(`label ${title}`)) continue;
    const there = named.get(title);
    if (there?.ofGroup) furnished.notices.push(ofGroup('label', title, work));
    if (there !== undefined) continue;
    await unlessThere(target.addLabel(place, { name: title, color }));
    furnished.changed = true;
  }
  const titled = new Map((await target.milestones(place)).map((each) => [each.title, each]));
  for (const { title, description, due_date: dueOn, state } of milestones) {
    if (!due.has(`milestone ${title}`)) continue;
    const found = titled.get(title);
    if (found?.ofGroup) furnished.notices.push(ofGroup('milestone', title, work));
    const there = found ?? (await unlessThere(target.addMilestone(place, { title, description, dueOn })));
    furnished.changed ||= found === undefined;
    if (!there || state !== 'closed' || there.closed || there.ofGroup) continue;
    await target.moveMilestone(place, there, 'closed');
    furnished.changed = true;
  }
  const done = [...due].map((key) => [key, wanted.get(key) ?? '']);
  await work.record('done', { data: { furniture: Object.fromEntries(done) } });
  return furnished;
}

/** What is not on GitLab as it was, in words. */
function changedIn(what: 'label' | 'milestone', { changed }: Named<unknown>): string[] {
  return changed.map(({ name, why }) => `the ${what} ${code(name)}: ${why}`);
}

/** Looks for the labels and milestones of a project that has nothing to use them. */
export async function checkFurniture(work: Checking): Promise<Check> {
  const { item, context } = work;
  const at = placeOfProject(work);
  if (at === null) return { state: 'failed', compared: 0, hash: null, differences: [] };
  const { target, source } = context;
  const reader = source.tracker(item.repository);
  const wanted = [
    ...[...labelLines(await reader.labels()).lines.values()].map(({ title }) => `label ${title}`),
    ...[...milestoneLines((await reader.milestones()) ?? []).lines.values()].map(
      ({ title }) => `milestone ${title}`,
    ),
  ];
  const there = new Set([
    ...(await target.labels(at)).map(({ name }) => `label ${name}`),
    ...(await target.milestones(at)).map(({ title }) => `milestone ${title}`),
  ]);
  const missing = wanted.filter((key) => !there.has(key));
  const made = work.known()?.furniture ?? {};
  const lost = missing.filter((key) => made[key] === undefined);
  const differences = missing.map((key) =>
    lost.includes(key)
      ? { code: 'tracker-missing', object: item.id, message: `the ${key}: it is not on GitLab`, fix: again }
      : remark('tracker-kept', item.id, `the ${key} was removed on GitLab since it was made, which is kept`),
  );
  const state = lost.length === 0 ? 'proven' : 'failed';
  return { state, compared: wanted.length - missing.length, hash: null, differences };
}

const again = 'run gb2gl migrate again to make it';

function ofGroup(what: string, title: string, { item }: TrackerWork): Notice {
  return remark(
    'tracker-of-group',
    item.id,
    `the ${what} ${title} is the group's on GitLab, which every project of the group shares`,
  );
}

/** Somebody made one of that name meanwhile, or a name differs for GitLab less than for us: null. */
export async function unlessThere<T>(call: Promise<T>): Promise<T | null> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof Failure && (error.refusal?.status === 409 || error.refusal?.kind === 'taken'))
      return null;
    throw error;
  }
}
