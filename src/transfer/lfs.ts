import { createHash } from 'node:crypto';
import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Failure } from '../failures/failure.ts';
import { lfsObjectDamaged } from '../failures/lfs.ts';
import { interruption } from '../failures/usage.ts';
import type { LfsObject, LfsReader } from '../model/source.ts';
import type { LfsWriter } from '../model/target.ts';
import { formatBytes } from '../text/format.ts';

export type LfsCopy = {
  /** `owner/name` of the item. */
  id: string;
  /** Each id once. */
  objects: readonly LfsObject[];
  reader: LfsReader;
  writer: LfsWriter;
  /** Objects that are dealt with, and bytes on their way or there; those of a try that failed do not count. */
  progress(done: number, total: number, bytes: number): void;
  signal: AbortSignal;
};

export type LfsCopied = {
  copied: LfsObject[];
  /** The project had them before. */
  present: LfsObject[];
  /** With the reason; the others went on. */
  lost: { object: LfsObject; reason: string }[];
  /** Of the objects that were copied, each counted once. */
  bytes: number;
};

/** Objects that travel at the same time. */
const lanes = 8;
/** Looked up on the target at once. */
const objectsAtOnce = 100;
const bytesAtOnce = 1024 ** 3;
/** How often an object is sent at most. */
const tries = 4;
/** What the source sends whole and wrong it mostly sends wrong again. */
const triesOfDamaged = 2;
/** So many objects in a row that did not get through: it is not they that are at fault. */
const mostInVain = 8;

/** What ends one object and says nothing of the others. */
const ofOneObject: ReadonlySet<string> = new Set([
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

/**
 * Streams what the project lacks from the source to the target, 8 at once, with size and hash checked on the way and
 * nothing kept on disk. One that does not get through is named, and the others go on; what is on the target counts as it
 * stands there, so a run that was killed goes on with what is missing.
 * @throws what is about more than one object: both servers, the token, the project; interrupted
 */
export async function copyLfs(copy: LfsCopy): Promise<LfsCopied> {
  const { objects, writer } = copy;
  const halt = new AbortController();
  const signal = AbortSignal.any([copy.signal, halt.signal]);
  const result: LfsCopied = { copied: [], present: [], lost: [], bytes: 0 };
  const underWay = new Map<string, number>();
  let inVain = 0;

  function tell(): void {
    const done = result.copied.length + result.present.length + result.lost.length;
    const moving = [...underWay.values()].reduce((sum, bytes) => sum + bytes, 0);
    copy.progress(done, objects.length, result.bytes + moving);
  }

  /** What the target lacks, with what comes next; asked for portion by portion. */
  async function* work(): AsyncGenerator<Task> {
    for (const portion of portionsOf(objects)) {
      const missing = await writer.missing(portion, signal);
      const absent = new Set(missing.map(({ oid }) => oid));
      result.present.push(...portion.filter(({ oid }) => !absent.has(oid)));
      tell();
      for (const [index, object] of missing.entries()) yield { object, soon: missing.slice(index + 1) };
    }
  }

  async function deliver(task: Task): Promise<void> {
    const { object } = task;
    const failure = await send({ ...copy, signal }, task, (bytes) => {
      underWay.set(object.oid, bytes);
      tell();
    });
    underWay.delete(object.oid);
    if (failure === null) {
      inVain = 0;
      result.copied.push(object);
      result.bytes += object.size;
    } else {
      result.lost.push({ object, reason: failure.message });
      inVain = ofOneObject.has(failure.code) ? 0 : inVain + 1;
      if (inVain === mostInVain) throw failure;
    }
    tell();
  }

  const tasks = work();
  async function lane(): Promise<void> {
    try {
      for await (const task of shared(tasks)) {
        if (signal.aborted) throw interruption(copy.id);
        await deliver(task);
      }
    } catch (error) {
      halt.abort();
      throw error;
    }
  }

  const ends = await Promise.allSettled(Array.from({ length: lanes }, lane));
  if (copy.signal.aborted) throw interruption(copy.id);
  // The first of them has ended the others.
  const reasons = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason as unknown] : []));
  const cause = reasons.find((reason) => !(reason instanceof Failure && reason.code === 'interrupted'));
  if (reasons.length > 0) throw cause ?? reasons[0];
  return result;
}

type Task = { object: LfsObject; soon: readonly LfsObject[] };

/** One of several readers of the same tasks: that one stops does not end them. */
async function* shared(tasks: AsyncGenerator<Task>): AsyncGenerator<Task> {
  for (;;) {
    const { value, done } = await tasks.next();
    if (done) return;
    yield value;
  }
}

function* portionsOf(objects: readonly LfsObject[]): Generator<LfsObject[]> {
  let portion: LfsObject[] = [];
  let bytes = 0;
  for (const object of objects) {
    if (portion.length === objectsAtOnce || (portion.length > 0 && bytes + object.size > bytesAtOnce)) {
      yield portion;
      portion = [];
      bytes = 0;
    }
    portion.push(object);
    bytes += object.size;
  }
  if (portion.length > 0) yield portion;
}

/** Null when the object is on the target; else why it is not. @throws what is about more than this object */
async function send(
  { reader, writer, signal, id }: Pick<LfsCopy, 'reader' | 'writer' | 'signal' | 'id'>,
  { object, soon }: Task,
  progress: (bytes: number) => void,
): Promise<Failure | null> {
  for (let tried = 1; ; tried += 1) {
    let body: Checked | null = null;
    try {
      body = checked(object, await reader.open(object, signal, soon), progress);
      await writer.upload(object, body.stream, signal);
      return null;
    } catch (error) {
      if (signal.aborted) throw interruption(id);
      // What broke the source breaks the request to the target too, and is the cause.
      const failure = (await body?.problem()) ?? error;
      if (!(failure instanceof Failure)) throw failure;
      if (!ofOneObject.has(failure.code) && !passing.has(failure.code)) throw failure;
      // It may have arrived although its answer did not: it is not sent a second time unasked.
      if (body?.whole() && (await writer.missing([object], signal)).length === 0) return null;
      if (tried < mostTriesAfter(failure)) continue;
      if (failure.code === 'unreachable') throw failure;
      return failure;
    }
  }
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
function checked(object: LfsObject, source: Readable, progress: (bytes: number) => void): Checked {
  const hash = createHash('sha256');
  let size = 0;
  let toldAt = 0;
  let held: Buffer | null = null;
  let problem: unknown = null;
  let whole = false;
  const damaged = (detail: string): Failure => lfsObjectDamaged(object.oid, { detail });
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
