import { Failure } from '../failures/failure.ts';
import { isWrite, type RefChange } from '../model/plan.ts';
import type { RefResult, TransferJob, TransferResult, Transport } from './transport.ts';

/** Failures after which the rest is given up: each costs the source the counting of a whole history. */
const mostFailures = 40;
/** As many without a single success: then it is the line, or what all refs have in common. */
const mostInVain = 12;

/** Did the source fail, rather than the target or what is between? */
export function isOfSource(error: unknown): error is Failure {
  return error instanceof Failure && error.code === 'fetch-failed';
}

/** What was moved so far, and what it took. */
type Progress = { moved: RefChange[]; failures: number; results: RefResult[]; bytes: number };

/**
 * When the source cannot give a repository as a whole, moves the refs that it can give, and names the others: halves
 * first, then one by one. One lost object does not keep the rest back.
 * @throws the cause, when nothing can be moved
 */
export async function salvage(job: TransferJob, inner: Transport, cause: Failure): Promise<TransferResult> {
  const writes = job.changes.filter(isWrite);
  const wanting = writes.filter((change) => change.new !== null);
  const progress: Progress = { moved: [], failures: 0, results: [], bytes: 0 };
  if (wanting.length < 2) throw cause;
  for (const half of halvesOf(wanting)) await moveWhatMoves(half, job, inner, progress, cause);
  if (progress.moved.length === 0) throw cause;
  const deletions = writes.filter((change) => change.new === null);
  if (deletions.length > 0) await move(deletions, job, inner, progress);
  const { results, bytes } = progress;
  const lost = results.filter(({ outcome }) => outcome === 'unreadable').length;
  return {
    results,
    bytes,
    note: `the source could not give all refs at once; ${lost} of ${writes.length} stay behind`,
  };
}

async function moveWhatMoves(
  part: readonly RefChange[],
  job: TransferJob,
  inner: Transport,
  progress: Progress,
  cause: Failure,
): Promise<void> {
  if (part.length === 0) return;
  const inVain = progress.moved.length === 0 && progress.failures >= mostInVain;
  if (inVain || progress.failures >= mostFailures) return leave(part, cause, progress);
  try {
    await move(part, job, inner, progress);
  } catch (error) {
    if (!isOfSource(error)) throw error;
    progress.failures += 1;
    if (part.length === 1) return leave(part, error, progress);
    for (const half of halvesOf(part)) await moveWhatMoves(half, job, inner, progress, error);
  }
}

/** What has arrived already spares the source its objects. */
async function move(
  part: readonly RefChange[],
  job: TransferJob,
  inner: Transport,
  progress: Progress,
): Promise<void> {
  const there = [...job.changes.filter((change) => !isWrite(change)), ...progress.moved];
  const { results, bytes } = await inner.transfer({
    ...job,
    attempt: 1,
    selected: true,
    changes: [...there, ...part],
  });
  progress.results.push(...results);
  progress.bytes += bytes;
  const written = new Set(results.flatMap(({ ref, outcome }) => (outcome === 'written' ? [ref] : [])));
  for (const change of part) {
    if (written.has(change.ref)) progress.moved.push({ ...change, outcome: 'unchanged', old: change.new });
  }
}

function leave(part: readonly RefChange[], { detail }: Failure, { results }: Progress): void {
  for (const { ref } of part) results.push({ ref, outcome: 'unreadable', reason: detail });
}

function halvesOf<T>(list: readonly T[]): T[][] {
  const middle = Math.ceil(list.length / 2);
  return [list.slice(0, middle), list.slice(middle)];
}
