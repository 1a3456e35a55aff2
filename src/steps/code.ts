import { projectMissing } from '../failures/target.ts';
import { listSource } from '../engine/list-refs.ts';

import type { Project } from '../model/forge.ts';
import type { RefChange } from '../model/plan.ts';
import { heldTo, planRefs } from '../plan/refs.ts';
import { isWrite } from '../transfer/batches.ts';
import type { RefResult, TransferJob, TransferResult } from '../transfer/transport.ts';
import type { ProjectWork, RunContext, Step } from './step.ts';

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
  throw projectMissing(item.id, { target: item.fullPath });
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
    initialBranch: context.initialBranch,
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

/**
 * GitLab protects the default branch by itself after the first push, against rewriting too (gitlab-contract §3.4). When
 * the source rewrote history and the target still holds what we wrote, the protection is opened for that one push and
 * closed again. Journalled first, so that a killed run's opening is closed by the next one.
 */
async function withOpenProtection(
  job: TransferJob,
  project: Project,
  context: RunContext,
): Promise<TransferResult> {
  const first = await context.transport.transfer(job);
  const closed = rewritesRefused(job, first);
  if (closed.length === 0) return first;
  try {
    const opened = await open(closed, job.id, project, context);
    if (opened.length === 0) return first;
    return merged(first, await context.transport.transfer({ ...job, changes: opened }));
  } finally {
    await closeLeftOpen(job.id, project, context);
  }
}

function rewritesRefused({ changes }: TransferJob, { results }: TransferResult): RefChange[] {
  const refused = new Set<string>();
  for (const result of results) {
    const closed =
      result.outcome === 'refused' && result.reason.includes('force push code to a protected branch');
    if (closed) refused.add(result.ref);
  }
  return changes.filter((change) => change.outcome === 'update' && change.force && refused.has(change.ref));
}

async function open(
  changes: readonly RefChange[],
  id: string,
  project: Project,
  { journal, target }: RunContext,
): Promise<RefChange[]> {
  const opened: RefChange[] = [];
  for (const change of changes) {
    const branch = change.ref.replace(/^refs\/heads\//, '');
    await journal.record({ item: id, step: 'settings', status: 'started', opened: branch });
    if (await target.allowForcePush(project.id, branch, true)) opened.push(change);
  }
  return opened;
}

/** Closes what this run opened, or a killed one left open. */
async function closeLeftOpen(id: string, project: Project, { journal, target }: RunContext): Promise<void> {
  for (const branch of journal.history.items.get(id)?.opened ?? []) {
    await target.allowForcePush(project.id, branch, false);
    await journal.record({ item: id, step: 'settings', status: 'done', opened: branch });
  }
}

function merged(first: TransferResult, second: TransferResult): TransferResult {
  const later = new Map(second.results.map((result) => [result.ref, result]));
  return {
    ...first,
    results: first.results.map((result) => later.get(result.ref) ?? result),
    bytes: first.bytes + second.bytes,
  };
}
