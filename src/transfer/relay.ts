import { relayUnfit } from '../failures/git.ts';
import type { Runtime } from '../environment.ts';
import { openPack } from '../git/fetch-pack.ts';
import { pushOnce, type PushAnswer } from '../git/send-pack.ts';
import { isWrite, type RefChange } from '../model/plan.ts';
import { sendBatches, resultOf } from './batches.ts';
import { createRequestSize, type RequestSize } from './request-size.ts';
import type { RefResult, TransferJob, TransferResult, Transport } from './transport.ts';

/** The answer to a ref whose objects have not arrived (GL-203). */
const noObjects = 'missing necessary objects';

/** True when nothing has to be looked up in the objects themselves: the relay never holds them. */
export function fitsRelay({ source, unverifiedIds, changes }: TransferJob): boolean {
  return (
    !source.onDisk &&
    unverifiedIds.length === 0 &&
    !changes.some(({ outcome, force }) => outcome === 'update' && !force)
  );
}

/** Pipes the source's pack straight into the target: no clone, no disk, memory stays flat. */
export function createRelayTransport(
  { now, sleep }: Pick<Runtime, 'now' | 'sleep'>,
  sizes: RequestSize = createRequestSize(),
): Transport {
  return {
    async transfer(job) {
      if (!fitsRelay(job)) {
        throw relayUnfit(job.id, {
          detail: 'its objects must be verified before the push',
        });
      }
      return transfer({ job: { ...job, sleep }, sizes, now });
    },
  };
}

type RelayJob = TransferJob & Pick<Runtime, 'sleep'>;

type Relay = { job: RelayJob; sizes: RequestSize; now: () => number };

/** Branches first, since GitLab takes the first one for the default; what must wait comes last. */
async function transfer(relay: Relay): Promise<TransferResult> {
  const { job } = relay;
  const writes = job.changes.filter(isWrite);
  await job.beforeWrite();
  const early = await sendAll(
    relay,
    writes.filter(({ afterOthers }) => !afterOthers),
    wantsOf(job.changes),
  );
  const late = writes.filter((change) => change.afterOthers);
  // The first pack has the objects of all refs, unless there was no ref to go with it.
  const last = await sendAll(relay, late, early.sentPack ? [] : wantsOf(job.changes, late));
  const results = [...early.results, ...last.results];
  const lacking = lackingObjects(writes, results);
  if (lacking.length === 0) return { results, bytes: early.bytes + last.bytes };
  const again = await sendAll({ ...relay, job: { ...job, attempt: 1 } }, lacking, tips(lacking));
  return {
    results: [...results.filter((result) => !lacks(result)), ...again.results],
    bytes: early.bytes + last.bytes + again.bytes,
  };
}

/** The writes of which the target says that their objects have not arrived. */
export function lackingObjects(writes: readonly RefChange[], results: readonly RefResult[]): RefChange[] {
  const refs = new Set(results.filter(lacks).map(({ ref }) => ref));
  return writes.filter(({ ref }) => refs.has(ref));
}

function lacks(result: RefResult): boolean {
  return result.outcome === 'refused' && result.reason === noObjects;
}

function tips(changes: readonly RefChange[]): string[] {
  return [...new Set(changes.map((change) => change.new).filter((id) => id !== null))];
}

/** The objects with the first refs, then the other refs without: branches, then the rest and what is deleted. */
async function sendAll(
  relay: Relay,
  changes: readonly RefChange[],
  wants: readonly string[],
): Promise<TransferResult & { sentPack: boolean }> {
  const { job, sizes, now } = relay;
  const withObjects = changes.filter(({ outcome }) => outcome !== 'delete');
  const sentPack = wants.length > 0 && withObjects.length > 0;
  const first = sentPack ? await sendPack({ ...relay, wants }, withObjects) : { results: [], bytes: 0 };
  const sent = new Set(first.results.map(({ ref }) => ref));
  const rest = changes.filter(({ ref }) => !sent.has(ref));
  const ordered = [...rest.filter(isBranch), ...rest.filter((change) => !isBranch(change))];
  if (!sentPack && ordered.length > 0) await job.ensureTarget();
  const send = (part: readonly RefChange[]) => pushOnce(job, part);
  // No second connection may find the project without a branch (GL-160, GL-182).
  const connections = sentPack || job.changes.some(isThere) ? 2 : 1;
  const results = await sendBatches(ordered, { send, sizes, connections, now });
  return { results: [...first.results, ...results], bytes: first.bytes, sentPack };
}

function isThere(change: RefChange): boolean {
  return change.old !== null && isBranch(change);
}

function isBranch({ ref, outcome }: RefChange): boolean {
  return ref.startsWith('refs/heads/') && outcome !== 'delete';
}

/** Refs that are tried alone with the pack when all together were declined. */
const sentAlone = 3;

/** A push together with the objects that the target lacks. */
type PackPush = Relay & { wants: readonly string[] };

/** Moves the objects together with as many of the refs as go in one request. */
async function sendPack(push: PackPush, refs: readonly RefChange[]): Promise<TransferResult> {
  const [first] = refs;
  if (push.job.attempt > 1 && first && (await arrivedBefore(push, first))) {
    return { results: [{ ref: first.ref, outcome: 'written' }], bytes: 0 };
  }
  return pushWithPack(push, refs.slice(0, push.sizes.first(refs.length)));
}

/**
 * A push whose answer was lost may have left its objects there: an empty pack tells (GL-210).
 */
async function arrivedBefore({ job }: PackPush, change: RefChange): Promise<boolean> {
  await job.ensureTarget();
  const { refs } = await pushOnce(job, [change]);
  return refs.get(change.ref) === 'ok';
}

/** When one of the refs spoils the push for all, the pack goes with one ref after the other. */
async function pushWithPack(push: PackPush, refs: readonly RefChange[]): Promise<TransferResult> {
  const first = await attempt(push, refs);
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
  for (const change of refs.slice(0, sentAlone)) {
    const alone = await pushWithPack(push, [change]);
    results.push(...alone.results);
    bytes += alone.bytes;
    if (alone.results.some(({ outcome }) => outcome !== 'refused')) return { results, bytes };
  }
  throw relayUnfit(push.job.id, {
    detail: `GitLab declines its refs even one by one: ${first.text}`,
  });
}

async function attempt(
  { job, wants, sizes, now }: PackPush,
  refs: readonly RefChange[],
): Promise<PushAnswer & { bytes: number }> {
  const pack = await openPack(job, wants, havesOf(job.changes));
  const sent = endTime(pack.bytes, now);
  try {
    // Packing took the source its time: this is the last moment to look.
    await job.ensureTarget();
    const answer = await pushOnce(job, refs, { bytes: sent.bytes, stop: () => pack.stop() });
    const taken = refs.every(({ ref }) => answer.refs.get(ref) === 'ok');
    if (taken && pack.size() <= telling) sizes.learn([refs.length], now() - sent.at());
    return { ...answer, bytes: pack.size() };
  } catch (error) {
    sizes.lost(refs.length, now() - sent.at());
    // A short pack makes the target complain; what broke the source is the cause.
    throw pack.failure() ?? error;
  } finally {
    pack.stop();
  }
}

/** A larger pack takes the target a while by itself, and tells nothing of its hooks. */
const telling = 4 * 1024 * 1024;

/** The same bytes, and when the last of them was read. */
function endTime(
  bytes: AsyncIterable<Buffer>,
  now: () => number,
): { bytes: AsyncGenerator<Buffer>; at(): number } {
  let ended: number | null = null;
  async function* passed(): AsyncGenerator<Buffer> {
    yield* bytes;
    ended = now();
  }
  return { bytes: passed(), at: () => ended ?? now() };
}

/** Tips that the target lacks. */
function wantsOf(all: readonly RefChange[], changes: readonly RefChange[] = all): string[] {
  const there = new Set(havesOf(all));
  const wants = new Set<string>();
  for (const change of changes) {
    if (isWrite(change) && change.new !== null && !there.has(change.new)) wants.add(change.new);
  }
  return [...wants];
}

/** Ids that the target's refs have now; those that the source knows too come first, since only they help. */
function havesOf(changes: readonly RefChange[]): string[] {
  const onSource = new Set(changes.map((change) => change.new));
  const ids = new Set(changes.map(({ old }) => old).filter((id) => id !== null));
  return [...ids].sort((a, b) => Number(onSource.has(b)) - Number(onSource.has(a)));
}
