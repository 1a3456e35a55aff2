import { MigrationError } from '../../errors.ts';
import type { RefChange } from '../../model.ts';
import { isWrite, sendBatches, type Sizer } from '../send-batches.ts';
import type { RefResult, TransferJob, TransferResult, Transport } from '../transport.ts';
import { carry } from './carry.ts';
import { createPushOptions } from './push-options.ts';
import { pushOnce } from './push-once.ts';
import { createSizer } from './sizer.ts';
import { wantsOf } from './wants.ts';

/** Disjoint refs on two connections gain a third, more gains nothing (gitlab-push-observed §c). */
const CONNECTIONS = 2;
/** The answer to a ref whose objects have not arrived (gitlab-push-observed §c). */
const NO_OBJECTS = 'missing necessary objects';

/** True when nothing has to be looked up in the objects themselves: the relay never holds them. */
export function fitsRelay({ mustKnow, changes }: TransferJob): boolean {
  return mustKnow.length === 0 && !changes.some(({ outcome, force }) => outcome === 'update' && !force);
}

/** Pipes the source's pack straight into the target: no clone, no disk, memory stays flat. */
export function createRelayTransport(now: () => number): Transport {
  const sizer = createSizer();
  const takesPushOptions = createPushOptions();
  return {
    async transfer(job) {
      if (!fitsRelay(job)) {
        throw new MigrationError('relay-unfit', job.id, {
          detail: 'objects must be looked up before it is written',
        });
      }
      return transfer({ job, pushOptions: await takesPushOptions(job), sizer, now });
    },
  };
}

type Relay = { job: TransferJob; pushOptions: boolean; sizer: Sizer; now: () => number };

/** Branches first, since GitLab takes the first one for the default; what must wait comes last. */
async function transfer(relay: Relay): Promise<TransferResult> {
  const { job } = relay;
  const writes = job.changes.filter(isWrite);
  await job.beforeWrite();
  const early = await sendAll(
    relay,
    writes.filter(({ late }) => !late),
    wantsOf(job.changes),
  );
  const late = writes.filter((change) => change.late);
  // The first pack has the objects of all refs, unless there was no ref to go with it.
  const last = await sendAll(relay, late, early.carried ? [] : wantsOf(job.changes, late));
  const results = [...early.results, ...last.results];
  const lacking = writes.filter(({ ref }) => results.some((result) => result.ref === ref && lacks(result)));
  if (lacking.length === 0) return { results, bytes: early.bytes + last.bytes };
  const again = await sendAll({ ...relay, job: { ...job, attempt: 1 } }, lacking, tips(lacking));
  return {
    results: [...results.filter((result) => !lacks(result)), ...again.results],
    bytes: early.bytes + last.bytes + again.bytes,
  };
}

function lacks(result: RefResult): boolean {
  return result.outcome === 'refused' && result.reason === NO_OBJECTS;
}

function tips(changes: readonly RefChange[]): string[] {
  return [...new Set(changes.map((change) => change.new).filter((id) => id !== null))];
}

/** The objects with the first refs, then the other refs without: branches, then the rest and what is deleted. */
async function sendAll(
  relay: Relay,
  changes: readonly RefChange[],
  wants: readonly string[],
): Promise<TransferResult & { carried: boolean }> {
  const { job, pushOptions, sizer, now } = relay;
  const carriers = changes.filter(({ outcome }) => outcome !== 'delete');
  const carried = wants.length > 0 && carriers.length > 0;
  const first = carried ? await carry({ job, wants, pushOptions }, carriers) : { results: [], bytes: 0 };
  const sent = new Set(first.results.map(({ ref }) => ref));
  const rest = changes.filter(({ ref }) => !sent.has(ref));
  const results = [...first.results];
  for (const batch of [rest.filter(isBranch), rest.filter((change) => !isBranch(change))]) {
    const send = (part: readonly RefChange[]) => pushOnce(job, part, pushOptions);
    results.push(...(await sendBatches(batch, { send, sizer, connections: CONNECTIONS, now })));
  }
  return { results, bytes: first.bytes, carried };
}

function isBranch({ ref, outcome }: RefChange): boolean {
  return ref.startsWith('refs/heads/') && outcome !== 'delete';
}
