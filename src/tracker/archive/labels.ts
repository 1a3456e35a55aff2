import type { TrackerLabel, TrackerMilestone } from '../../model/tracker.ts';
import { cleanText } from '../texts/clean.ts';
import type { Making } from './making.ts';
import { exact } from './times.ts';
import { isBlank, LabelLine, MilestoneLine, stripped } from './words.ts';

/** GitLab's own for a label without one. */
const gray = '#6699cc';

/** Lines by the names that the source has, and what had to be changed: `name` is the source's. */
export type Named<T> = { lines: Map<string, T>; changed: { name: string; why: string }[] };

/**
 * The labels of a project. GitLab stores no NUL and no half character, cuts blanks around a name and takes no comma; names that differ in case only are two
 * labels for it as well (GL-380).
 */
export function labelLines(labels: readonly TrackerLabel[]): Named<LabelLine> {
  const named: Named<LabelLine> = { lines: new Map(), changed: [] };
  for (const { name, color } of labels) {
    const title = storable(name).replaceAll(',', ';');
    const hex = `#${color.replace(/^#/, '').toLowerCase()}`;
    const legal = /^#[\da-f]{6}$/.test(hex);
    const line = { title, color: legal ? hex : gray, description: null, type: 'ProjectLabel' };
    const { data, error } = LabelLine.safeParse(line);
    if (data === undefined)
      named.changed.push({ name, why: `its name ${error?.issues[0]?.message}: left out` });
    else named.lines.set(name, data);
    if (title !== name && data !== undefined) named.changed.push({ name, why: `it is called ${title}` });
    if (!legal) named.changed.push({ name, why: `its color ${color} is none` });
  }
  return named;
}

/**
 * The milestones of a project by title, numbered in the order in which they were made. GitLab cuts blanks around a title and
 * skips a second milestone of the same one (GL-432).
 */
export function milestoneLines(milestones: readonly TrackerMilestone[]): Named<MilestoneLine> {
  const named: Named<MilestoneLine> = { lines: new Map(), changed: [] };
  const taken = new Set(milestones.map(({ title }) => title).filter((title) => title === storable(title)));
  for (const [index, milestone] of milestones.toSorted((a, b) => a.id - b.id).entries()) {
    const title = freeTitle(milestone.title, taken);
    const closedAt = milestone.closedAt === null ? {} : { updated_at: exact(milestone.closedAt) };
    const { data, error } = MilestoneLine.safeParse({
      iid: index + 1,
      title,
      description: isBlank(milestone.description) ? '' : cleanText(milestone.description).text,
      state: milestone.closed ? 'closed' : 'active',
      start_date: null,
      due_date: milestone.dueOn,
      ...closedAt,
    });
    const name = milestone.title;
    if (data === undefined) {
      const { path = [], message = '' } = error?.issues[0] ?? {};
      named.changed.push({ name, why: `its ${path.join('.')} ${message}: left out` });
    } else named.lines.set(name, data);
    if (title !== name && data !== undefined) named.changed.push({ name, why: `it is called ${title}` });
  }
  return named;
}

function freeTitle(title: string, taken: Set<string>): string {
  const trimmed = storable(title);
  if (trimmed === title) return title;
  let free = trimmed;
  for (let count = 2; taken.has(free); count += 1) free = `${trimmed} (${count})`;
  taken.add(free);
  return free;
}

/** Without what GitLab cannot store, and what it cuts. */
function storable(name: string): string {
  return stripped(cleanText(name).text);
}

/** The label, if there is one that GitLab takes: an item is worth more than a label. */
export function labelNamed(making: Making, name: string): LabelLine | null {
  return LabelLine.safeParse(making.label(name)).data ?? null;
}

export function milestoneNamed(making: Making, title: string): MilestoneLine | null {
  return MilestoneLine.safeParse(making.milestone(title)).data ?? null;
}
