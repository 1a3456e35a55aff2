import { Failure } from '../failures/failure.ts';
import { shortName } from '../gitlab/rules/ref-names.ts';
import type { PlannedProject } from '../model/plan.ts';
import { settingDrift } from '../plan/setting-drift.ts';
import {
  branchRecords,
  countsOf,
  decide,
  Part,
  planRules,
  shownRules,
  type Data,
  type Due,
} from './branch-protection-plan.ts';
import { targetListing } from './code.ts';
import { isOff, restoreAll } from './quiet.ts';
import { proven, remark, type Patch, type Place, type Step, type WritingWork } from './step.ts';
import { unproven } from './told.ts';

type RulesWork = WritingWork<Data, PlannedProject>;

/** Protects the branches that the source protects, when all pushes are over. What somebody set up on GitLab stays. */
export const branchProtection: Step<Part, Data, PlannedProject> = {
  ...branchRecords,
  title: 'Protected branches',
  of: 'project',
  stage: 'finish',
  part: Part,
  async plan(planning) {
    const { item, input } = planning;
    if (!input.config.migrate.branchProtections || item.blocked !== null) return null;
    return planRules(planning);
  },
  drift: (earlier, now) => settingDrift('Protected branches', shownRules(earlier), shownRules(now)),
  async run(part, work) {
    const { place, item, journal } = work;
    const { asked } = part;
    // What was opened for pushes is no rule of anybody's.
    if (isOff(journal.history.items.get(item.id), 'force-push')) await restoreAll(work, 'force-push');
    const written = place !== null && (part.due || work.attempt > 1) ? await protectAll(part, work) : null;
    if (asked !== null && work.known()?.asked !== asked) await work.record('done', { data: { asked } });
    if (written === null || written.length === 0) return { changed: false };
    const freed = written.filter((ref) => part.rules[ref] === undefined).length;
    const counts = item.existing === null ? Object.keys(part.rules).length : written.length - freed;
    return { changed: true, counts: countsOf(counts, freed) };
  },
  /** One that somebody chose is told and fails nothing. */
  async verify(part, work) {
    if (part.unread !== null) return unproven(part.unread);
    const { item, place, context } = work;
    const id = place?.id ?? item.existing?.id;
    const refs = Object.keys(part.rules);
    if (id === undefined || refs.length === 0) return proven(0);
    const current = await context.target.protectedBranches(id);
    if (current === null) {
      const message = 'its protected branches are not shown to the token, so nothing is proven of them';
      return { ...proven(0), differences: [remark('branch-rules-hidden', item.id, message)] };
    }
    const { refs: there } = await targetListing(work);
    const about = { id: item.id, known: work.known(), lifted: false, there };
    const { missing, kept, right } = decide(part, current, about);
    const unprotected = missing.map(({ ref }) => ({
      code: 'branch-unprotected',
      object: item.id,
      message: `${shortName(ref)} is not protected on GitLab as it is on GitBucket`,
      fix: 'run gb2gl migrate (or import) again to protect it',
    }));
    const check = { ...proven(right.length + missing.length), differences: [...unprotected, ...kept] };
    return missing.length > 0 ? { ...check, state: 'failed' } : check;
  },
};

/** How often it is looked again when GitLab protects a branch in the meantime. */
const rounds = 3;

/** Gives the refs whose protection was written. */
async function protectAll(part: Part, work: RulesWork): Promise<string[]> {
  const { context, place, item } = work;
  if (place === null) return [];
  const { refs: there } = await targetListing(work);
  const written = new Set<string>();
  for (let round = 0; round < rounds; round += 1) {
    const current = (await context.target.protectedBranches(place.id)) ?? [];
    const about = { id: item.id, known: work.known(), lifted: false, there };
    const { missing, over, right } = decide(part, current, about);
    await remember(right, work);
    let late = false;
    for (const due of missing) {
      if (await protect(due, place, work)) written.add(due.ref);
      else late = true;
    }
    for (const ref of over) {
      await context.target.unprotectBranch(place, shortName(ref));
      await work.record('done', { data: { set: { [ref]: null }, open: { [ref]: null } } });
      written.add(ref);
    }
    if (!late) break;
  }
  return [...written];
}

/**
 * GitLab changes no levels of a protection that there is (GL-178): between the two requests the branch is open. False
 * when the job that protects a default branch was faster (GL-172).
 */
async function protect({ ref, verdict }: Due, place: Place, work: RulesWork): Promise<boolean> {
  const { target } = work.context;
  const name = shortName(ref);
  const { levels, outcome } = verdict;
  await work.record('started', { data: { set: { [ref]: levels }, open: { [ref]: true } } });
  if (outcome === 'replace') await target.unprotectBranch(place, name);
  try {
    await target.protectBranch(place, { name, ...levels });
  } catch (error) {
    if (error instanceof Failure && error.refusal?.status === 409) return false;
    throw error;
  }
  await work.record('done', { data: { open: { [ref]: null } } });
  return true;
}

/** Only what is news is written down. */
async function remember(right: readonly Due[], work: RulesWork): Promise<void> {
  const { set = {}, open = {} } = work.known() ?? {};
  const news = right.filter(({ ref, verdict: { levels } }) => {
    const known = set[ref];
    return known?.push !== levels.push || known.merge !== levels.merge || open[ref] === true;
  });
  if (news.length === 0) return;
  const data: Patch<Data> = {
    set: Object.fromEntries(news.map(({ ref, verdict }) => [ref, verdict.levels])),
    open: Object.fromEntries(news.map(({ ref }) => [ref, null])),
  };
  await work.record('done', { data });
}
