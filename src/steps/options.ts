import * as z from 'zod';
import { targetRefused } from '../failures/target.ts';
import { ProjectOptions } from '../model/forge.ts';
import { Notice } from '../model/notice.ts';
import type { PlannedProject } from '../model/plan.ts';
import {
  keptOption,
  optionChanges,
  optionLosses,
  optionsIn,
  usualOptions,
  wantedOptions,
  type OptionChanges,
} from '../plan/options.ts';
import { isMade } from '../plan/made.ts';
import { settingDrift, type Setting } from '../plan/setting-drift.ts';
import { isOff, restoreAll } from './quiet.ts';
import { disabled } from './switches.ts';
import { knownTo, proven, type Planning, type Step, type Work, type WritingWork } from './step.ts';
import { readTold, undecided, unproven } from './told.ts';

const Part = z.object({
  wanted: ProjectOptions,
  made: z.boolean().describe('This tool makes the project, or made it'),
  unread: Notice.nullable().describe('Why the source could not be read'),
});
type Part = z.infer<typeof Part>;
const Data = z.object({
  known: ProjectOptions.optional().describe('What this tool set last, or saw to be right'),
});
type Data = z.infer<typeof Data>;
type OptionsWork = Work<Data, PlannedProject>;

/**
 * Sets what a project offers as it is on the source: tracker, wiki, forking, merge method. What somebody chose on GitLab
 * is left alone. What the plan read, or the project was made with, tells how it is: nothing is asked for.
 */
export const options: Step<Part, Data, PlannedProject> = {
  name: 'options',
  title: 'Options',
  of: 'project',
  stage: 'finish',
  part: Part,
  data: Data,
  async plan(planning) {
    const { item, input, source, history } = planning;
    if (!input.config.migrate.options || item.blocked !== null) return null;
    const made = item.existing === null || isMade(history);
    const read = await readTold(item.id, () => source.options(item.repository));
    if ('unread' in read) return undecided({ wanted: {}, made, unread: read.unread }, read.unread);
    const { value } = read.told;
    if (value === null) return null;
    const wanted = wantedOptions(value);
    const current = currentIn(planning);
    const known = knownTo(options, history)?.known ?? {};
    const changes = optionChanges(wanted, current, { known, made });
    const notices = [...optionLosses(item.id, value), ...keptIn(changes, item.id, wanted, current)];
    const { length: count } = optionsIn(changes.set);
    if (count === 0 && notices.length === 0 && optionsIn(known).length === 0) return null;
    const part = { wanted, made, unread: null };
    return { part, changes: count > 0, state: 'proven', counts: countsOf(count), notices };
  },
  drift: (earlier, now) => settingDrift('Options', shownOptions(earlier), shownOptions(now)),
  async run(part, work) {
    const { place, journal, item } = work;
    if (place !== null && isOff(journal.history.items.get(item.id), 'wiki')) {
      // Later it would get back a level that is perhaps not wanted any more.
      await restoreAll(work, 'wiki');
      place.options = { ...place.options, wiki: disabled };
    }
    const { set } = changesIn(part, work);
    const { length: count } = optionsIn(set);
    if (count > 0) await setAll(set, work);
    await remember(part, work);
    return { changed: count > 0, counts: countsOf(count) };
  },
  /** One that somebody chose is told and fails nothing. */
  async verify(part, work) {
    const { wanted, unread } = part;
    if (unread !== null) return unproven(unread);
    const current = currentOf(work);
    const changes = changesIn(part, work);
    const wrong = optionsIn(changes.set).map((option) => ({
      code: 'option-differs',
      object: work.item.id,
      message: `its option ${option} is ${current[option]} on GitLab, not ${wanted[option]}`,
      fix: 'run gb2gl migrate (or import) again to set it',
    }));
    const differences = [...wrong, ...keptIn(changes, work.item.id, wanted, current)];
    const check = { ...proven(optionsIn(wanted).length), differences };
    return Promise.resolve(wrong.length > 0 ? { ...check, state: 'failed' } : check);
  },
};

/** A plan that is silent about an option leaves it as a new project has it. */
function shownOptions(part: Part | null): Setting[] {
  const shown = { ...usualOptions(), ...part?.wanted };
  return optionsIn(shown).map((option) => ({ name: option, as: `${option} ${shown[option]}` }));
}

async function setAll(set: ProjectOptions, work: WritingWork<Data, PlannedProject>): Promise<void> {
  const { context, place } = work;
  if (place === null) return;
  await work.record('started');
  const now = await context.target.setOptions(place, set);
  for (const option of optionsIn(set)) {
    if (now[option] === set[option]) continue;
    const detail = `the option ${option} is ${now[option] ?? 'unknown'} after it was set to ${set[option]}`;
    throw targetRefused(place.fullPath, { detail });
  }
  place.options = { ...place.options, ...set };
  if (set.wiki !== undefined) place.wiki = set.wiki;
}

/** Only what is news is written down. */
async function remember({ wanted }: Part, work: WritingWork<Data, PlannedProject>): Promise<void> {
  const known = work.known()?.known ?? {};
  const current = currentOf(work);
  const news = optionsIn(wanted).filter(
    (option) => current[option] === wanted[option] && known[option] !== wanted[option],
  );
  if (news.length === 0) return;
  const data = { known: Object.fromEntries(news.map((option) => [option, wanted[option]])) };
  await work.record('done', { data });
}

function countsOf(count: number): Record<string, number> {
  return count === 0 ? {} : { set: count };
}

/** A wiki that an earlier run left open gets its level back. */
function currentIn({ item: { existing }, history }: Planning<PlannedProject>): ProjectOptions {
  if (existing === null) return usualOptions();
  const { options: current = {} } = existing;
  return isOff(history, 'wiki') ? { ...current, wiki: disabled } : current;
}

function currentOf({ place, item }: OptionsWork): ProjectOptions {
  return place?.options ?? item.existing?.options ?? {};
}

function changesIn({ wanted, made }: Part, work: OptionsWork): OptionChanges {
  return optionChanges(wanted, currentOf(work), { known: work.known()?.known ?? {}, made });
}

function keptIn(
  { kept }: OptionChanges,
  object: string,
  wanted: ProjectOptions,
  current: ProjectOptions,
): Notice[] {
  return kept.map((option) => keptOption(option, { object, wanted, current }));
}
