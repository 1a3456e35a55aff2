import pLimit from 'p-limit';
import { isFatal, noticeOf } from '../failures/index.ts';
import { refUnreadable } from '../failures/source.ts';
import { interruption } from '../failures/usage.ts';
import type { Notice } from '../model/notice.ts';
import type { PlannedStep, Plan, PlannedProject } from '../model/plan.ts';
import type { Counts } from '../model/source.ts';
import type { Places } from '../plan/old-addresses.ts';
import { code } from '../steps/code.ts';
import { plural } from '../text/format.ts';
import { countLosses, originalsOf, uncountedIn, withLosses } from './losses.ts';
import { inspectRepository, type InspectOptions, type LookOptions } from './repository.ts';

type Inspected = { project: PlannedProject; problems: Notice[]; counted: Counts };

/**
 * The plan with what a look into the objects tells (`--deep`): findings, and losses that no listing of refs shows. Reads
 * both servers and writes only mirrors. A repository that fails becomes a problem, and the others go on.
 * @throws interrupted, and what concerns a whole server
 */
export async function inspect(plan: Plan, options: InspectOptions): Promise<Plan> {
  const { target, config, runtime, emit } = options;
  const total = plan.projects.length;
  emit({ type: 'phase', phase: 'inspect', total });
  const limits = await target.sizeLimits();
  const places = await placesOf(plan, options);
  const names = new Set(plan.projects.map(({ id }) => id));
  let done = 0;
  const tell = (detail: string): void =>
    emit({ type: 'phase-progress', phase: 'inspect', done, total, detail });
  const inspected = await allOf(
    plan.projects.map((project) => async () => {
      if (runtime.stopping.aborted) throw interruption(project.id);
      tell(project.id);
      const progress: LookOptions['progress'] = (stage, percent) =>
        tell(`${project.id} ${stage}${percent === null ? '' : ` ${Math.floor(percent)} %`}`);
      const result = await inspectProject(project, { ...options, limits, places, progress, names });
      done += 1;
      tell(project.id);
      return result;
    }),
    config.limits.transfers,
  );
  const findings = inspected.reduce((sum, { project }) => sum + project.findings.length, 0);
  const summary = `${plural(total, 'repository', 'repositories')}, ${plural(findings, 'finding')}`;
  emit({ type: 'phase-done', phase: 'inspect', summary });
  return {
    ...plan,
    projects: inspected.map(({ project }) => project),
    problems: [...plan.problems, ...inspected.flatMap(({ problems }) => problems)],
    uncounted: uncountedIn(
      inspected.filter(({ problems }) => problems.length === 0).map(({ counted }) => counted),
    ),
  };
}

/** Where addresses can lead. The source may believe in another address than the configured one, and shows that to people. */
async function placesOf(plan: Plan, { source, target, moved }: InspectOptions): Promise<Places> {
  const { serverUrl } = await source.connect();
  const planned = plan.projects.map(({ id, fullPath }) => [id.toLowerCase(), fullPath] as const);
  return {
    source: [...new Set([source.url, ...(URL.canParse(serverUrl ?? '') ? [serverUrl ?? ''] : [])])],
    target: target.url,
    paths: new Map([...moved, ...planned]),
  };
}

async function inspectProject(
  project: PlannedProject,
  options: LookOptions & { names: ReadonlySet<string> },
): Promise<Inspected> {
  const problems: Notice[] = [];
  async function attempt<T>(work: Promise<T>): Promise<T | null> {
    try {
      return await work;
    } catch (error) {
      if (isFatal(error)) throw error;
      // What failed may be one request: the reader looks for the repository.
      problems.push({ ...noticeOf(error, project.id), object: project.id });
      return null;
    }
  }
  const looked = await attempt(inspectRepository(project, options));
  problems.push(...((await attempt(unseenRefs(project, options))) ?? []));
  const counted = (await attempt(countLosses(project, options))) ?? { counts: new Map(), warnings: [] };
  if (looked) counted.counts.set('lfs-objects', looked.lfsObjects);
  const seen = [...(looked?.warnings ?? []), ...counted.warnings];
  return {
    project: {
      ...withLosses(project, counted.counts),
      findings: looked?.findings ?? [],
      ...(looked === null || looked.skipList.length === 0 ? {} : { skipList: looked.skipList }),
      steps: withNotices(project, seen),
    },
    problems,
    counted,
  };
}

/** What the source has besides its listing, unless the plan has named it already. */
async function unseenRefs(
  { id, repository }: PlannedProject,
  { source, listings }: LookOptions,
): Promise<Notice[]> {
  const listing = listings.get(id);
  if (listing === undefined || listing.unreadable !== undefined) return [];
  // The names that the source knows, not those under which the refs travel.
  const original = originalsOf(listing);
  const refs = new Map([...listing.refs].map(([ref, object]) => [original(ref), object]));
  const found = await source.unreadableRefs(repository, { ...listing, refs });
  return found.map(({ ref, detail }) => refUnreadable(`${id} ${ref}`, { detail }).notice);
}

/** So many at once; when one fails no more are begun, and those under way come to their end. */
async function allOf<T>(jobs: readonly (() => Promise<T>)[], atOnce: number): Promise<T[]> {
  const limit = pLimit(atOnce);
  const results: T[] = [];
  const failures: unknown[] = [];
  async function run(job: () => Promise<T>, index: number): Promise<void> {
    if (failures.length > 0) return;
    try {
      results[index] = await job();
    } catch (error) {
      failures.push(error);
    }
  }
  await Promise.all(jobs.map((job, index) => limit(() => run(job, index))));
  if (failures.length > 0) throw failures[0];
  return results;
}

/** What the look into the objects noticed stands beside what the plan noticed of the refs. */
function withNotices({ id, steps }: PlannedProject, messages: readonly string[]): PlannedStep[] {
  const seen = messages.map((message) => ({ code: 'inspection', object: id, message, fix: '' }));
  return steps.map((step) =>
    step.step === code.name ? { ...step, notices: [...step.notices, ...seen] } : step,
  );
}
