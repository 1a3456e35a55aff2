import { MigrationError } from '../errors.ts';
import type { RefChange } from '../model.ts';
import type { Git } from './git.ts';
import { GitExit } from './git.ts';
import { gitFailure } from './git-failure.ts';
import { sentBroken } from './mirror-damage.ts';
import { pushBatches } from './push-batches.ts';
import { parsePushReport, remoteText, type PushLine } from './push-report.ts';
import type { RefResult, TransferJob } from './transport.ts';

/** Reasons of git or the server that mean: the target is not as expected, nothing was written. */
const movedReasons = new Set([
  'stale info',
  'non-fast-forward',
  'fetch first',
  'already exists',
  'needs force',
  'incorrect old value provided',
  'reference already exists',
  'reference does not exist',
]);

/** Fates that one ref brings on all the others of its push (gitlab-push-observed §g, §h). */
const sharedFates = new Set(['pre-receive hook declined', 'unpacker error']);

/** How many pushes may be refused as a whole before the rest is given up: each ref could be guilty. */
const REFUSED_PUSHES = 64;

/** Pushes what is decided, in batches; a batch that is refused as a whole is split until only the guilty refs fail. */
export async function pushChanges(git: Git, job: TransferJob): Promise<RefResult[]> {
  const results: RefResult[] = [];
  const queue = pushBatches(job.changes);
  let refused = 0;
  for (let batch = queue.shift(); batch; batch = queue.shift()) {
    const { lines, text } = await push(git, job, batch);
    const shared = batch.filter(({ ref }) => sharedFates.has(lines.get(ref)?.reason ?? ''));
    for (const change of batch) {
      if (!shared.includes(change)) results.push(resultOf(change, lines, text));
    }
    if (shared.length === 0) continue;
    if (sentBroken(text)) throw new MigrationError('push-failed', job.id, { detail: text });
    refused += 1;
    if (shared.length === 1 || refused > REFUSED_PUSHES) {
      results.push(...shared.map(({ ref }) => ({ ref, outcome: 'refused' as const, reason: text })));
      continue;
    }
    const middle = Math.ceil(shared.length / 2);
    queue.unshift(shared.slice(0, middle), shared.slice(middle));
  }
  return results;
}

function resultOf({ ref }: RefChange, lines: ReadonlyMap<string, PushLine>, text: string): RefResult {
  const line = lines.get(ref);
  if (line === undefined) return { ref, outcome: 'refused', reason: `git gave no result for it (${text})` };
  if (line.ok) return { ref, outcome: 'written' };
  if (movedReasons.has(line.reason)) return { ref, outcome: 'moved', reason: line.reason };
  return { ref, outcome: 'refused', reason: line.reason };
}

async function push(
  git: Git,
  job: TransferJob,
  batch: readonly RefChange[],
): Promise<{ lines: Map<string, PushLine>; text: string }> {
  try {
    const stdout = await git(
      'push',
      '--porcelain',
      '--no-verify',
      '--push-option=ci.skip',
      ...batch.flatMap(lease),
      job.target.url,
      ...batch.map(refspec),
    );
    return { lines: parsePushReport(stdout), text: '' };
  } catch (error) {
    if (error instanceof GitExit && !job.signal.aborted) {
      const lines = parsePushReport(error.stdout);
      if (lines.size > 0) return { lines, text: remoteText(error.stderr) };
    }
    throw gitFailure(error, 'target', job.id, job.signal);
  }
}

function refspec(change: RefChange): string {
  return change.outcome === 'delete' ? `:${change.ref}` : `${change.new ?? ''}:${change.ref}`;
}

/** The old id as a lease: the push is refused when somebody moved the ref. Without a lease git allows a fast-forward only. */
function lease(change: RefChange): string[] {
  if (change.outcome === 'update' && !change.force) return [];
  return [`--force-with-lease=${change.ref}:${change.old ?? ''}`];
}
