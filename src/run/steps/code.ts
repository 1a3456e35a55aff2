import { MigrationError } from '../../errors.ts';
import type { Project, RefChange } from '../../model.ts';
import { heldTo, planRefs } from '../../plan/refs.ts';
import { isWrite } from '../../transfer/send-batches.ts';
import type { RefResult, TransferJob } from '../../transfer/transport.ts';
import type { ProjectWork, RunContext, Step } from '../context.ts';
import { listSource } from '../list-refs.ts';
import { closeLeftOpen, withOpenProtection } from './open-protection.ts';

/** Moves the objects and refs that the target lacks. Nothing to move costs nothing: the plan's listings told so. */
export const code: Step = {
  name: 'code',
  after: ['project'],
  applies: () => true,
  async run(work, context) {
    if (work.project) await closeLeftOpen(work.item.id, work.project, context);
    const again = work.attempt > 1;
    work.changes = again ? await decideAfresh(work, context) : work.item.refs;
    if (work.changes.some(isWrite)) await move(work, demandProject(work), context);
    else if (!again) return isRefused(work) ? 'refused' : 'unchanged';
    return isRefused(work) ? 'refused' : 'done';
  },
};

function isRefused({ changes }: ProjectWork): boolean {
  return changes.some(({ outcome }) => outcome === 'refused');
}

function demandProject({ project, item }: ProjectWork): Project {
  if (project) return project;
  throw new MigrationError('project-missing', item.id, { target: item.fullPath });
}

/** After a failed try both servers are read again: either may have moved, and part of the work may be done. */
async function decideAfresh(work: ProjectWork, context: RunContext): Promise<RefChange[]> {
  const { item } = work;
  const project = demandProject(work);
  work.source = await listSource(item.repository, context);
  const target = await context.target.listRefs(project.fullPath);
  const afresh = planRefs({
    repository: item.id,
    source: work.source,
    target: target.refs,
    written: context.journal.history.items.get(item.id)?.written ?? new Map(),
    empty: target.refs.size === 0,
    defaultBranch: item.defaultBranch,
    preference: context.preference,
    notes: context.config.migrate.notes,
    prune: context.prune,
    targetDefault: target.head?.replace(/^refs\/heads\//, '') ?? null,
  });
  return heldTo(item.refs, afresh);
}

async function move(work: ProjectWork, project: Project, context: RunContext): Promise<void> {
  const { item, changes } = work;
  const { journal, config, source, target } = context;
  const refs = idsOf(changes.filter(isWrite));
  const job: TransferJob = {
    id: item.id,
    attempt: work.attempt,
    source: source.remote(item.repository.owner, item.repository.name),
    target: target.remote(project.fullPath),
    patterns: ['refs/heads/*', 'refs/tags/*', ...(config.migrate.notes ? ['refs/notes/*'] : [])],
    changes,
    mustKnow: item.mustKnow,
    async beforeWrite() {
      if (item.mustKnow.length > 0) await claim(work, project, context);
      await journal.record({ item: item.id, step: 'code', status: 'started', refs });
    },
    progress: (stage, percent, bytes) =>
      context.emit({ type: 'item-progress', id: item.id, stage, percent, bytes }),
    signal: context.runtime.aborting,
  };
  const { results: answers, bytes, note } = await withOpenProtection(job, project, context);
  if (note !== undefined) work.warnings.push(note);
  const results = await lookedUp(answers, changes, project, context);
  const except = results.filter(({ outcome }) => outcome !== 'written').map(({ ref }) => ref);
  await journal.record({ item: item.id, step: 'code', status: 'done', refs, except });
  work.bytes += bytes;
  work.changes = corrected(changes, results);
  work.wrote ||= results.some(({ outcome }) => outcome === 'written');
}

/** When an answer is lost, git sends the push again by itself and meets its own refs: they are as they shall be. */
async function lookedUp(
  results: readonly RefResult[],
  changes: readonly RefChange[],
  project: Project,
  { target }: RunContext,
): Promise<readonly RefResult[]> {
  if (!results.some(({ outcome }) => outcome === 'moved')) return results;
  const { refs } = await target.listRefs(project.fullPath);
  const wanted = new Map(Object.entries(idsOf(changes)));
  return results.map((result) => {
    const arrived = result.outcome === 'moved' && (refs.get(result.ref) ?? null) === wanted.get(result.ref);
    return arrived ? { ref: result.ref, outcome: 'written' } : result;
  });
}

/** The source's history holds everything that the project has: from now on it is ours to go on with. */
async function claim({ item }: ProjectWork, project: Project, { journal }: RunContext): Promise<void> {
  const target = { id: project.id, path: project.fullPath };
  await journal.record({ item: item.id, step: 'project', status: 'done', target });
}

function idsOf(changes: readonly RefChange[]): Record<string, string | null> {
  return Object.fromEntries(
    changes.map((change) => [change.ref, change.outcome === 'delete' ? null : change.new]),
  );
}

/** What was decided, corrected by what the servers answered. */
function corrected(changes: readonly RefChange[], results: readonly RefResult[]): RefChange[] {
  const answers = new Map(results.map((result) => [result.ref, result]));
  return changes.map((change) => (isWrite(change) ? afterAnswer(change, answers.get(change.ref)) : change));
}

function afterAnswer(change: RefChange, result: RefResult | undefined): RefChange {
  if (result?.outcome === 'written') return change;
  if (result?.outcome === 'refused') {
    const fix = 'rename or remove the ref on GitBucket, or change the rule on GitLab';
    return { ...change, outcome: 'refused', reason: result.reason, fix };
  }
  const reason = `${change.reason ?? 'the ref moved on the target'} (${result?.reason ?? 'no answer'})`;
  return { ...change, outcome: 'diverged', reason, fix: 'decide by hand which of the two ids is right' };
}
