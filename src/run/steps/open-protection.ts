import type { Project } from '../../model.ts';
import type { TransferJob, TransferResult } from '../../transfer/transport.ts';
import type { RunContext } from '../context.ts';

type Transfer = (job: TransferJob) => Promise<TransferResult>;

/**
 * GitLab protects the default branch by itself after the first push, against rewriting too (gitlab-contract §3.4). When
 * the source rewrote history and the target still holds what we wrote, the protection is opened for that one push and
 * closed again. Journalled first, so that a killed run's opening is closed by the next one.
 */
export async function withOpenProtection(
  job: TransferJob,
  project: Project,
  context: RunContext,
  transfer: Transfer,
): Promise<TransferResult> {
  await closeLeftOpen(job.id, project, context);
  const first = await transfer(job);
  const branches = first.results
    .filter(({ outcome, ref }) => outcome === 'refused' && mayRewrite(ref, first))
    .filter(
      (result) =>
        result.outcome === 'refused' && result.reason.includes('force push code to a protected branch'),
    )
    .map(({ ref }) => ref.replace(/^refs\/heads\//, ''));
  if (branches.length === 0) return first;
  const opened = await open(branches, job.id, project, context);
  try {
    if (opened.length === 0) return first;
    const second = await transfer({ ...job, decide: only(job, opened) });
    return merged(first, second);
  } finally {
    await closeLeftOpen(job.id, project, context);
  }
}

function mayRewrite(ref: string, { changes }: TransferResult): boolean {
  return changes.some((change) => change.ref === ref && change.outcome === 'update' && change.force);
}

async function open(
  branches: readonly string[],
  id: string,
  project: Project,
  context: RunContext,
): Promise<string[]> {
  const opened: string[] = [];
  for (const branch of branches) {
    await context.journal.record({ item: id, step: 'settings', status: 'started', opened: branch });
    if (await context.target.allowForcePush(project.id, branch, true)) opened.push(branch);
  }
  return opened;
}

async function closeLeftOpen(id: string, project: Project, { journal, target }: RunContext): Promise<void> {
  for (const branch of journal.history.items.get(id)?.opened ?? []) {
    await target.allowForcePush(project.id, branch, false);
    await journal.record({ item: id, step: 'settings', status: 'done', opened: branch });
  }
}

/** The second transfer is about the opened branches alone. */
function only(job: TransferJob, branches: readonly string[]): TransferJob['decide'] {
  const refs = new Set(branches.map((branch) => `refs/heads/${branch}`));
  return (source) => job.decide(source).filter((change) => refs.has(change.ref));
}

function merged(first: TransferResult, second: TransferResult): TransferResult {
  const later = new Map(second.results.map((result) => [result.ref, result]));
  return {
    ...first,
    results: first.results.map((result) => later.get(result.ref) ?? result),
    bytes: first.bytes + second.bytes,
  };
}
