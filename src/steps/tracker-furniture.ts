import { Failure } from '../failures/failure.ts';
import type { Notice } from '../model/notice.ts';
import type { TrackerReader } from '../model/tracker.ts';
import { labelLines, milestoneLines, type Named } from '../tracker/archive/labels.ts';
import { code } from '../tracker/archive/wording.ts';
import { remark, type Place } from './step.ts';
import type { TrackerWork } from './tracker-part.ts';

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
