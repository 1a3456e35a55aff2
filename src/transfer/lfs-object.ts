import { createHash } from 'node:crypto';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { LimitFunction } from 'p-limit';
import { Failure } from '../failures/failure.ts';
import { lfsObjectDamaged } from '../failures/lfs.ts';
import { interruption } from '../failures/usage.ts';
import type { LfsObject, LfsReader } from '../model/source.ts';
import type { LfsWriter } from '../model/target.ts';
import { formatBytes } from '../text/format.ts';

/** An object to be sent; `soon`: those that come next. */
export type Task = { object: LfsObject; soon: readonly LfsObject[]; hold: Hold };

/** Both servers, with the places that each has for objects under way. */
export type Road = {
  id: string;
  reader: LfsReader;
  writer: LfsWriter;
  giving: LimitFunction;
  taking: LimitFunction;
  signal: AbortSignal;
};

/** In bytes: an object up to this size is held in memory on its way. */
const small = 2 * 1024 * 1024;
/** How often an object is sent at most. */
const tries = 4;
/** What the source sends whole and wrong it mostly sends wrong again. */
const triesOfDamaged = 2;

/** What ends one object and says nothing of the others. */
export const ofOneObject: ReadonlySet<string> = new Set([
  'lfs-object-lost',
  'lfs-object-damaged',
  'lfs-object-too-large',
  'target-refused',
]);
/** What may pass, or be about one object. */
const passing: ReadonlySet<string> = new Set([
  'unreachable',
  'fetch-failed',
  'push-failed',
  'connection-cut',
  'answer-cut',
  'timeout',
  'rate-limited',
  'server-error',
  'gateway-failed',
]);

/** Null when the object is on the target; else why it is not. @throws what is about more than this object */
export async function sendObject(
  road: Road,
  task: Task,
  progress: (bytes: number) => void,
): Promise<Failure | null> {
  const { writer, signal, id } = road;
  const { object } = task;
  for (let tried = 1; ; tried += 1) {
    const opened: Checked[] = [];
    const open = async (): Promise<Transform> => {
      const body = checked(object, road.reader, await road.reader.open(object, signal, task.soon), progress);
      opened.push(body);
      return body.stream;
    };
    try {
      if (object.size <= small) await holdAndSend(road, task, open);
      else await stream(road, task, open);
      return null;
    } catch (error) {
      if (signal.aborted) throw interruption(id);
      // What broke the source breaks the request to the target too, and is the cause.
      const [body] = opened;
      const failure = (await body?.problem()) ?? error;
      if (!(failure instanceof Failure)) throw failure;
      if (!ofOneObject.has(failure.code) && !passing.has(failure.code)) throw failure;
      // It may have arrived although its answer did not: it is not sent a second time unasked (GL-262).
      if (body?.whole() && (await writer.missing([object], signal)).length === 0) return null;
      if (tried < mostTriesAfter(failure)) continue;
      if (failure.code === 'unreachable') throw failure;
      return failure;
    }
  }
}

/** Where one object after the other is held: to make it anew each time would keep the garbage collector busy. */
export type Hold = { bytes: Buffer };

/** An empty one; it grows to the largest object that was held. */
export function createHold(): Hold {
  return { bytes: Buffer.alloc(0) };
}

/** A small one is whole before the target hears of it, so neither server waits for the other. */
async function holdAndSend(
  { writer, signal, giving, taking }: Road,
  { object, hold }: Task,
  open: () => Promise<Transform>,
): Promise<void> {
  // Until it is known to be sent nobody else may write there.
  const { bytes } = hold.bytes.length < object.size ? createHoldOf(object.size) : hold;
  hold.bytes = Buffer.alloc(0);
  await giving(async () => {
    let at = 0;
    for await (const chunk of await open()) at += (chunk as Buffer).copy(bytes, at);
  });
  const body = Readable.from([bytes.subarray(0, object.size)], { objectMode: false });
  await taking(() => writer.upload(object, body, signal));
  hold.bytes = bytes;
}

function createHoldOf(size: number): Hold {
  return { bytes: Buffer.allocUnsafeSlow(Math.min(small, 2 ** Math.ceil(Math.log2(size)))) };
}

/** The bytes of others on their way to the target are few: the source is not kept waiting for long. */
async function stream(
  { writer, signal, giving, taking }: Road,
  { object }: Task,
  open: () => Promise<Transform>,
): Promise<void> {
  await giving(async () => {
    const body = await open();
    await taking(() => writer.upload(object, body, signal));
  });
}

function mostTriesAfter({ code }: Failure): number {
  if (code === 'lfs-object-lost' || code === 'lfs-object-too-large') return 1;
  return code === 'lfs-object-damaged' || code === 'target-refused' ? triesOfDamaged : tries;
}

type Checked = {
  stream: Transform;
  /** What was wrong with the bytes, or with their source; null when nothing was. Ends the stream. */
  problem(): Promise<unknown>;
  /** True once all bytes have passed and are right. */
  whole(): boolean;
};

/** From 4.31 down GitBucket tells the length of a file of this size wrong, and sends no more than that (GB-145). */
const largestOfOld = 2 ** 31 - 1;

const told = 1024 * 1024;

/** The bytes of the source, of which the last are held back until size and hash are known to be right. */
function checked(
  object: LfsObject,
  reader: LfsReader,
  source: Readable,
  progress: (bytes: number) => void,
): Checked {
  const hash = createHash('sha256');
  let size = 0;
  let toldAt = 0;
  let held: Buffer | null = null;
  let problem: unknown = null;
  let whole = false;
  const damaged = (detail: string): Failure =>
    reader.damaged?.(object, detail) ?? lfsObjectDamaged(object.oid, { detail });
  const sizes = (): string => `${size} of ${object.size} bytes`;

  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      if (size > object.size) return done(damaged(`more than ${object.size} bytes`));
      hash.update(chunk);
      if (size - toldAt >= told) progress((toldAt = size));
      const before = held;
      held = chunk;
      done(null, before ?? undefined);
    },
    flush(done) {
      if (size < object.size) {
        const old = object.size > largestOfOld ? '; before 4.32 it cannot send so large a file' : '';
        return done(damaged(`${sizes()}${old}`));
      }
      const digest = hash.digest('hex');
      if (digest !== object.oid) return done(damaged(`its ${formatBytes(size)} have the SHA-256 ${digest}`));
      whole = true;
      done(null, held ?? undefined);
    },
  });
  const ended = pipeline(source, stream).catch((error: NodeJS.ErrnoException) => {
    // The target has let go of it.
    if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE') problem = error;
  });
  async function problemAtEnd(): Promise<unknown> {
    stream.destroy();
    await ended;
    return problem;
  }
  return { stream, problem: problemAtEnd, whole: () => whole };
}
