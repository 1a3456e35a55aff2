import { MigrationError } from '../../errors.ts';
import type { RefChange } from '../../model.ts';
import { resultOf, type PushAnswer } from '../send-batches.ts';
import type { RefResult, TransferJob, TransferResult } from '../transport.ts';
import { pushOnce } from './push-once.ts';
import { openPack } from './source-pack.ts';
import { havesOf } from './wants.ts';

/** Refs that go with the pack at most (gitlab-push-observed §c, §d). */
const FIRST_REFS = 50;
/** Refs that are tried alone with the pack when all together were declined. */
const ALONE = 3;

export type Cargo = { job: TransferJob; wants: readonly string[]; pushOptions: boolean };

/** Moves the objects together with as many of the refs as go in one request. */
export async function carry(cargo: Cargo, refs: readonly RefChange[]): Promise<TransferResult> {
  const [carrier] = refs;
  if (cargo.job.attempt > 1 && carrier && (await arrivedBefore(cargo, carrier))) {
    return { results: [{ ref: carrier.ref, outcome: 'written' }], bytes: 0 };
  }
  return withPack(cargo, refs.slice(0, FIRST_REFS));
}

/**
 * A push whose answer was lost may have left its objects there: an empty pack tells (gitlab-push-observed §f).
 */
async function arrivedBefore({ job, pushOptions }: Cargo, carrier: RefChange): Promise<boolean> {
  const { refs } = await pushOnce(job, [carrier], pushOptions);
  return refs.get(carrier.ref) === 'ok';
}

/** When one of the refs spoils the push for all, the pack goes with one ref after the other. */
async function withPack(cargo: Cargo, refs: readonly RefChange[]): Promise<TransferResult> {
  const first = await attempt(cargo, refs);
  const declined = refs.filter(({ ref }) => first.refs.get(ref) === 'pre-receive hook declined');
  if (declined.length === 0) {
    return { results: refs.map((change) => resultOf(change, first.refs, first.text)), bytes: first.bytes };
  }
  if (refs.length === 1) {
    return {
      results: refs.map(({ ref }) => ({ ref, outcome: 'refused', reason: first.text })),
      bytes: first.bytes,
    };
  }
  // All objects are gone again: one innocent ref brings them in, the others then follow without.
  const results: RefResult[] = [];
  let bytes = first.bytes;
  for (const change of refs.slice(0, ALONE)) {
    const alone = await withPack(cargo, [change]);
    results.push(...alone.results);
    bytes += alone.bytes;
    if (alone.results.some(({ outcome }) => outcome !== 'refused')) return { results, bytes };
  }
  throw new MigrationError('relay-unfit', cargo.job.id, {
    detail: `GitLab declines its refs one by one: ${first.text}`,
  });
}

async function attempt(
  { job, wants, pushOptions }: Cargo,
  refs: readonly RefChange[],
): Promise<PushAnswer & { bytes: number }> {
  const pack = await openPack(job, wants, havesOf(job.changes));
  try {
    return { ...(await pushOnce(job, refs, pushOptions, pack)), bytes: pack.size() };
  } catch (error) {
    // A short pack makes the target complain; what broke the source is the cause.
    throw pack.failure() ?? error;
  } finally {
    pack.stop();
  }
}
