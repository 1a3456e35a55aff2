import type { Project, RefChange } from '../../model.ts';
import type { TransferJob, TransferResult } from '../../transfer/transport.ts';
import type { RunContext } from '../context.ts';

/**
 * GitLab protects the default branch by itself after the first push, against rewriting too (gitlab-contract §3.4). When
 * the source rewrote history and the target still holds what we wrote, the protection is opened for that one push and
 * closed again. Journalled first, so that a killed run's opening is closed by the next one.
 */
export async function withOpenProtection(
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
export async function closeLeftOpen(
  id: string,
  project: Project,
  { journal, target }: RunContext,
): Promise<void> {
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
