import { MigrationError } from '../../errors.ts';
import type { RefChange } from '../../model.ts';
import { isWrite, resultOf, sendBatches, type PushAnswer, type Sizer } from '../send-batches.ts';
import type { RefResult, TransferJob, TransferResult, Transport } from '../transport.ts';
import { capabilitiesIn } from '../advertisement.ts';
import { emptyPack } from './pack-check.ts';
import { pushOnce } from './push-once.ts';
import { createSizer } from './sizer.ts';
import { openPack } from './source-pack.ts';

/** Refs that go with the pack at most (gitlab-push-observed §c, §d). */
const FIRST_REFS = 50;
/** Disjoint refs on two connections gain a third, more gains nothing (gitlab-push-observed §c). */
const CONNECTIONS = 2;

/** True when nothing has to be looked up in the objects themselves: the relay never holds them. */
export function fitsRelay({ mustKnow, changes }: TransferJob): boolean {
  return mustKnow.length === 0 && !changes.some(({ outcome, force }) => outcome === 'update' && !force);
}

/** Pipes the source's pack straight into the target: no clone, no disk, memory stays flat. */
export function createRelayTransport(now: () => number): Transport {
  const sizer = createSizer();
  let pushOptions: Promise<boolean> | null = null;
  return {
    async transfer(job) {
      if (!fitsRelay(job)) {
        throw new MigrationError('relay-unfit', job.id, {
          detail: 'objects must be looked up before it is written',
        });
      }
      // What the server can do is the same for all its repositories: asked once a run.
      pushOptions ??= takesPushOptions(job);
      const known = await pushOptions.catch((error: unknown) => {
        pushOptions = null;
        throw error;
      });
      return transfer(job, known, sizer, now);
    },
  };
}

async function takesPushOptions({ target, id }: TransferJob): Promise<boolean> {
  return capabilitiesIn(await target.advertisement('git-receive-pack'), id).includes('push-options');
}

async function transfer(
  job: TransferJob,
  pushOptions: boolean,
  sizer: Sizer,
  now: () => number,
): Promise<TransferResult> {
  const writes = job.changes.filter(isWrite);
  const [early, late] = [writes.filter((change) => !change.late), writes.filter((change) => change.late)];
  await job.beforeWrite();
  const first = await withPack(job, early, late, pushOptions);
  const further = {
    send: (batch: readonly RefChange[]) => pushOnce(job, batch, pushOptions, only(emptyPack())),
    sizer,
    connections: CONNECTIONS,
    now,
  };
  const sent = new Set(first.results.map(({ ref }) => ref));
  const rest = await sendBatches(
    early.filter(({ ref }) => !sent.has(ref)),
    further,
  );
  const last = await sendBatches(
    late.filter(({ ref }) => !sent.has(ref)),
    { ...further, connections: 1 },
  );
  return { results: [...first.results, ...rest, ...last], bytes: first.bytes };
}

/** Moves the objects together with the first refs. Nothing is done when the target has all objects. */
async function withPack(
  job: TransferJob,
  early: readonly RefChange[],
  late: readonly RefChange[],
  pushOptions: boolean,
): Promise<TransferResult> {
  const wants = wantsOf(job);
  if (wants.length === 0) return { results: [], bytes: 0 };
  const carriers = (early.length > 0 ? early : late).filter(({ outcome }) => outcome !== 'delete');
  const [carrier] = carriers;
  if (job.attempt > 1 && carrier && (await arrivedBefore(job, carrier, pushOptions))) {
    return { results: [{ ref: carrier.ref, outcome: 'written' }], bytes: 0 };
  }
  return carry(job, carriers.slice(0, FIRST_REFS), wants, pushOptions);
}

/**
 * A push whose answer was lost may have left its objects there: an empty pack tells (gitlab-push-observed §f).
 */
async function arrivedBefore(job: TransferJob, carrier: RefChange, pushOptions: boolean): Promise<boolean> {
  const { refs } = await pushOnce(job, [carrier], pushOptions, only(emptyPack()));
  return refs.get(carrier.ref) === 'ok';
}

/** The pack with as many refs as go in one request; when one of them spoils it, with one ref after the other. */
async function carry(
  job: TransferJob,
  carriers: readonly RefChange[],
  wants: readonly string[],
  pushOptions: boolean,
): Promise<TransferResult> {
  const first = await attempt(job, carriers, wants, pushOptions);
  const declined = carriers.filter(({ ref }) => first.refs.get(ref) === 'pre-receive hook declined');
  if (declined.length === 0) return settled(carriers, first);
  if (carriers.length === 1) {
    return {
      results: [{ ref: declined[0]?.ref ?? '', outcome: 'refused', reason: first.text }],
      bytes: first.bytes,
    };
  }
  // All objects are gone again: one innocent ref brings them in, the others then follow without.
  const results: RefResult[] = [];
  let bytes = first.bytes;
  for (const change of carriers.slice(0, 3)) {
    const alone = await carry(job, [change], wants, pushOptions);
    results.push(...alone.results);
    bytes += alone.bytes;
    if (alone.results.some(({ outcome }) => outcome === 'written')) return { results, bytes };
  }
  throw new MigrationError('relay-unfit', job.id, {
    detail: `GitLab declines its refs one by one: ${first.text}`,
  });
}

function settled(
  carriers: readonly RefChange[],
  { refs, text, bytes }: PushAnswer & { bytes: number },
): TransferResult {
  return { results: carriers.map((change) => resultOf(change, refs, text)), bytes };
}

async function attempt(
  job: TransferJob,
  carriers: readonly RefChange[],
  wants: readonly string[],
  pushOptions: boolean,
): Promise<PushAnswer & { bytes: number }> {
  const pack = await openPack(job, wants, havesOf(job));
  try {
    const answer = await pushOnce(job, carriers, pushOptions, pack.bytes);
    pack.stop();
    return { ...answer, bytes: pack.size() };
  } catch (error) {
    pack.stop();
    // A short pack makes the target complain; what broke the source is the cause.
    throw pack.failure() ?? error;
  }
}

function wantsOf(job: TransferJob): string[] {
  const there = new Set(havesOf(job));
  const wants = new Set<string>();
  for (const change of job.changes) {
    if (isWrite(change) && change.new !== null && !there.has(change.new)) wants.add(change.new);
  }
  return [...wants];
}

/** Ids that the target's refs have now; those that the source knows too come first, since only they help. */
function havesOf(job: TransferJob): string[] {
  const onSource = new Set(job.changes.map((change) => change.new));
  const ids = new Set(job.changes.map(({ old }) => old).filter((id) => id !== null));
  return [...ids].sort((a, b) => Number(onSource.has(b)) - Number(onSource.has(a)));
}

async function* only(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}
