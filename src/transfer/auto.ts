import { join } from 'node:path';
import type { Runtime } from '../environment.ts';
import { type FailureCode } from '../failures/index.ts';
import { Failure } from '../failures/failure.ts';
import type { GitRuntime } from '../git/run.ts';
import { createMirrorTransport, type MirrorOptions } from './mirror.ts';
import { createRelayTransport, fitsRelay } from './relay.ts';
import { createRequestSize } from './request-size.ts';
import { isOfSource, salvage } from './salvage.ts';
import { pushCommit } from './push-commit.ts';
import { createPushLimit } from './push-size.ts';
import type { FullTransport, Transport, TransferJob, TransferResult } from './transport.ts';

export type TransportName = 'auto' | 'relay' | 'mirror';

/** Seconds of silence before git gives up, where a server is not granted more. */
const stallLimitSeconds = 300;

export type TransportOptions = {
  workDir: string;
  runtime: Runtime;
  /** Seconds that a push should take at most. */
  pushSeconds: number;
};

export function chooseTransport(
  name: TransportName,
  { workDir, runtime, pushSeconds }: TransportOptions,
): FullTransport {
  const sizes = createRequestSize(pushSeconds * 1000);
  const relay = createRelayTransport(runtime, sizes);
  const { now } = runtime;
  const addCommit: FullTransport['addCommit'] = (job) =>
    pushCommit(job, mirrorOptions(workDir, runtime), { limit: createPushLimit(), sizes, now });
  if (name === 'relay') return { ...withSalvage(relay), addCommit };
  let made: Transport | null = null;
  // Most runs never need it.
  const mirror: Transport = {
    transfer(job) {
      made ??= createMirrorTransport({ ...mirrorOptions(workDir, runtime), runtime }, sizes);
      return made.transfer(job);
    },
  };
  return { ...withSalvage(name === 'mirror' ? mirror : createAutoTransport({ relay, mirror })), addCommit };
}

/** Where the mirrors are, and how git fetches into them. */
export function mirrorOptions(workDir: string, runtime: GitRuntime): MirrorOptions {
  const stallSeconds = Number(runtime.env['GB2GL_TIMEOUT']) || stallLimitSeconds;
  return { directory: join(workDir, 'mirrors'), runtime, stallSeconds };
}

/** Tries by which the relay may fail before the mirror takes over. */
const relayTries = 2;

/** Failures that a mirror on disk can get round: it holds the objects and can send them in other portions. */
const forMirror: ReadonlySet<string> = new Set<FailureCode>([
  'push-unpack',
  'push-too-large',
  'history-incomplete',
  'relay-unfit',
]);

/** The relay, and the mirror for what the relay cannot do. */
export function createAutoTransport({ relay, mirror }: { relay: Transport; mirror: Transport }): Transport {
  return {
    async transfer(given) {
      if (!fitsRelay(given)) return mirror.transfer(given);
      if (given.attempt > relayTries) return noted(given, 'two tries before it failed', mirror);
      const job = announcingOnce(given);
      try {
        return await relay.transfer(job);
      } catch (error) {
        if (!(error instanceof Failure) || !forMirror.has(error.code)) throw error;
        return noted(job, error.message, mirror);
      }
    },
  };
}

async function noted(job: TransferJob, reason: string, mirror: Transport): Promise<TransferResult> {
  const result = await mirror.transfer(job);
  return { ...result, note: `transferred through a mirror on disk: ${reason}` };
}

/** The last try of a transfer: what failed twice as a whole is looked at ref by ref. */
const lastTry = 3;

function withSalvage(inner: Transport): Transport {
  return {
    async transfer(given) {
      const job = announcingOnce(given);
      try {
        return await inner.transfer(job);
      } catch (error) {
        if (job.attempt < lastTry || !isOfSource(error)) throw error;
        return salvage(job, inner, error);
      }
    },
  };
}

/** The job for several transports, or for one that is asked several times: the write is announced once. */
function announcingOnce(job: TransferJob): TransferJob {
  let announced: Promise<void> | null = null;
  return { ...job, beforeWrite: () => (announced ??= job.beforeWrite()) };
}
