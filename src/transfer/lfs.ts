import pLimit from 'p-limit';
import { Failure } from '../failures/failure.ts';
import { interruption } from '../failures/usage.ts';
import type { LfsObject, LfsReader } from '../model/source.ts';
import type { LfsWriter } from '../model/target.ts';
import { createHold, ofOneObject, sendObject, type Task } from './lfs-object.ts';

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
  lost: { object: LfsObject; reason: string; failure: Failure }[];
  /** Of the objects that were copied, each counted once. */
  bytes: number;
};

/** Objects that one server gives or takes at the same time. */
const places = 8;
/** As many again may wait between the two: the small ones are on one side only at a time. */
const lanes = 2 * places;
/** Looked up on the target at once. */
const objectsAtOnce = 100;
const bytesAtOnce = 1024 ** 3;
/** So many objects in a row that did not get through: it is not they that are at fault. */
const mostInVain = 8;

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
  const road = { ...copy, signal, giving: pLimit(places), taking: pLimit(places) };
  const underWay = new Map<string, number>();
  let inVain = 0;

  function tell(): void {
    const done = result.copied.length + result.present.length + result.lost.length;
    const moving = [...underWay.values()].reduce((sum, bytes) => sum + bytes, 0);
    copy.progress(done, objects.length, result.bytes + moving);
  }

  /** What the target lacks, with what comes next; asked for portion by portion. */
  async function* work(): AsyncGenerator<Omit<Task, 'hold'>> {
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
    const failure = await sendObject(road, task, (bytes) => {
      underWay.set(object.oid, bytes);
      tell();
    });
    underWay.delete(object.oid);
    if (failure === null) {
      inVain = 0;
      result.copied.push(object);
      result.bytes += object.size;
    } else {
      result.lost.push({ object, reason: failure.message, failure });
      inVain = ofOneObject.has(failure.code) ? 0 : inVain + 1;
      if (inVain === mostInVain) throw failure;
    }
    tell();
  }

  const tasks = work();
  async function lane(): Promise<void> {
    const hold = createHold();
    try {
      for await (const task of shared(tasks)) {
        if (signal.aborted) throw interruption(copy.id);
        await deliver({ ...task, hold });
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

/** One of several readers of the same tasks: that one stops does not end them. */
async function* shared<T>(tasks: AsyncGenerator<T>): AsyncGenerator<T> {
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
