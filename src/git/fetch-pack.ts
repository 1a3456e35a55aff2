import { createHash } from 'node:crypto';
import { Failure } from '../failures/failure.ts';
import { fetchFailed } from '../failures/git.ts';
import { hear, type Heard } from '../net/stream.ts';
import { beginningOf } from '../net/whose.ts';
import { cutTo, pageText, plural } from '../text/format.ts';
import type { SourcePack } from './pack.ts';
import { createPktReader, delim, flush, pktLine } from './pkt-line.ts';
import { capabilitiesIn, version2 } from './ref-advertisement.ts';
import type { Remote } from './remote.ts';

/** What the source is asked for a pack for. */
export type FetchJob = {
  id: string;
  source: Remote;
  progress(stage: string, percent: number | null, bytes: number): void;
  signal: AbortSignal;
  /** So many commits of each line of history; all of them when absent. */
  depth?: number;
};

/**
 * Asks the source for a pack and waits for its first bytes, so that the target's request is opened only when there is
 * something to send.
 * @throws fetch-failed, timeout, interrupted, and what the source's listing tells of a refusal
 */
export async function openPack(
  job: FetchJob,
  wants: readonly string[],
  haves: readonly string[],
): Promise<SourcePack> {
  const first = await ask(job, uploadPackRequest(job, wants, haves));
  if (!(first instanceof Failure)) return first;
  // The listing knows why a repository is refused; or the server speaks protocol 2 alone.
  const listing = await job.source.advertisement('git-upload-pack');
  if (!capabilitiesIn(listing, job.id).includes(version2)) throw first;
  const second = await ask(job, fetchRequest(job, wants, haves));
  if (second instanceof Failure) throw second;
  return second;
}

/** The pack; or, as a value, the source's refusal. */
async function ask(job: FetchJob, request: Buffer): Promise<SourcePack | Failure> {
  const answer = await job.source.post('git-upload-pack', request);
  if (!answer.ok) {
    const begin = await beginningOf(answer.body);
    const foreign = answer.foreign(begin);
    if (foreign !== null) throw foreign;
    const text = cutTo(300, pageText(begin)) || 'an empty body';
    const failure = fetchFailed(job.id, { detail: `${answer.status}, ${text}` });
    if (answer.status >= 500 || answer.status === 429) throw failure;
    return failure;
  }
  const heard = hear(answer.body, 'GitBucket', job.source, job);
  const pieces = packOf(heard.chunks, job.id);
  try {
    const first = await pieces.next();
    if (!first.done) return createSourcePack(job, pieces, first.value, heard);
    return heard.unfinished() ?? fetchFailed(job.id, { detail: 'the source sent no pack' });
  } catch (error) {
    if (error instanceof Failure && error.code === 'fetch-failed') return error;
    throw error;
  }
}

function createSourcePack(
  job: FetchJob,
  pieces: AsyncGenerator<Buffer>,
  first: Buffer,
  heard: Heard,
): SourcePack {
  const check = createPackCheck();
  const state: { stopped: boolean; failure: Failure | null } = { stopped: false, failure: null };

  async function* bytes(): AsyncGenerator<Buffer> {
    let piece: Buffer | null = first;
    try {
      while (piece !== null && !state.stopped) {
        check.add(piece);
        job.progress(stageOf(check.objects()), null, check.bytes());
        yield piece;
        piece = (await pieces.next()).value ?? null;
      }
    } catch (error) {
      if (!state.stopped) state.failure = asFailure(error, job.id);
    }
    if (!state.stopped && !check.complete()) {
      state.failure ??= heard.unfinished() ?? fetchFailed(job.id, { detail: 'the pack is corrupt' });
    }
  }

  return {
    bytes: bytes(),
    stop() {
      state.stopped = true;
      heard.stop();
    },
    size: () => check.bytes(),
    failure: () => state.failure,
  };
}

function asFailure(error: unknown, id: string): Failure {
  if (error instanceof Failure) return error;
  return fetchFailed(id, {
    detail: error instanceof Error ? error.message : String(error),
  });
}

function stageOf(objects: number | null): string {
  return objects === null ? 'relay' : `relay of ${plural(objects, 'object')},`;
}

/** Ids of the target that are told to the source; more would only lengthen the request. */
const mostHaves = 256;

/**
 * Body of a version 0 request for everything that `wants` reach and `haves` do not (gitprotocol-pack "Packfile
 * Negotiation"): one round, ended by `done`, so that the answer is one ACK or NAK and then the pack.
 */
function uploadPackRequest(job: FetchJob, wants: readonly string[], haves: readonly string[]): Buffer {
  const capabilities = `${job.depth === undefined ? '' : 'shallow '}ofs-delta side-band-64k thin-pack no-progress agent=gb2gl`;
  const lines = wants.map((id, index) => pktLine(`want ${id}${index === 0 ? ` ${capabilities}` : ''}\n`));
  return Buffer.concat([...lines, ...deepen(job), flush, ...haveLines(haves), pktLine('done\n')]);
}

function deepen({ depth }: FetchJob): Buffer[] {
  return depth === undefined ? [] : [pktLine(`deepen ${depth}`)];
}

function haveLines(haves: readonly string[]): Buffer[] {
  return haves.slice(0, mostHaves).map((id) => pktLine(`have ${id}\n`));
}

/** Asks for everything that `wants` reach and `haves` do not, in one round (gitprotocol-v2 "fetch"). */
function fetchRequest(job: FetchJob, wants: readonly string[], haves: readonly string[]): Buffer {
  return Buffer.concat([
    pktLine('command=fetch\n'),
    delim,
    ...['thin-pack', 'no-progress', 'ofs-delta'].map((option) => pktLine(`${option}\n`)),
    ...wants.map((id) => pktLine(`want ${id}\n`)),
    ...deepen(job),
    ...haveLines(haves),
    pktLine('done\n'),
    flush,
  ]);
}

/**
 * The pack out of the answer, piece by piece, with or without a side band. Ends where the source ends it: the caller
 * checks whether it is whole.
 * @throws fetch-failed with the source's own words
 */
export async function* packOf(answer: AsyncIterable<Buffer>, id: string): AsyncGenerator<Buffer> {
  const reader = createPktReader(id);
  let bare = false;
  for await (const chunk of answer) {
    if (bare) {
      yield chunk;
      continue;
    }
    reader.push(chunk);
    for (;;) {
      // Without a side band the pack follows the last line as it is; its first letters are no length.
      if (reader.peek() === 'PACK') {
        bare = true;
        yield reader.takeRest();
        break;
      }
      const line = reader.next();
      if (line === null) break;
      const piece = typeof line === 'string' ? null : pieceOf(line, id);
      if (piece !== null) yield piece;
    }
  }
}

/** Bytes of the pack that a line carries; null when it carries none. */
function pieceOf(line: Buffer, id: string): Buffer | null {
  const band = line[0];
  if (band === 1) return line.length > 1 ? line.subarray(1) : null;
  if (band === 3) throw failed(id, line.toString('utf8', 1));
  if (band !== 2 && line.length > 0) control(line.toString('utf8'), id);
  return null;
}

/** Lines outside the side band: ACK, NAK, shallow, the name of a section in protocol 2, or an error. */
function control(line: string, id: string): void {
  if (/^(NAK|ACK|shallow |unshallow |packfile$|acknowledgments$|shallow-info$|ready$)/.test(line.trimEnd()))
    return;
  throw failed(id, line.replace(/^ERR /, ''));
}

function failed(id: string, text: string): Failure {
  return fetchFailed(id, { detail: `the source reports: ${text.trim()}` });
}

const trailer = 20;
/** Signature, version and number of objects. */
const packHeader = 12;

/** Checks a pack while it passes: begins with PACK, ends with the SHA-1 of all bytes before (gitformat-pack). */
export type PackCheck = {
  add(bytes: Buffer): void;
  /** True when what passed is a whole pack. */
  complete(): boolean;
  bytes(): number;
  /** Objects that the pack's head announces; null until it has passed. */
  objects(): number | null;
};

export function createPackCheck(): PackCheck {
  const hash = createHash('sha1');
  let total = 0;
  let signed = true;
  let head: Buffer = Buffer.alloc(0);
  /** The last bytes seen, which may be the trailer and are therefore not hashed yet. */
  let tail: Buffer = Buffer.alloc(0);
  return {
    add(bytes) {
      if (total === 0 && bytes.length > 0)
        signed = bytes.toString('latin1', 0, 4) === 'PACK'.slice(0, bytes.length);
      if (head.length < packHeader) head = Buffer.concat([head, bytes.subarray(0, packHeader - head.length)]);
      total += bytes.length;
      if (bytes.length >= trailer) {
        hash.update(tail);
        hash.update(bytes.subarray(0, bytes.length - trailer));
        tail = Buffer.from(bytes.subarray(bytes.length - trailer));
        return;
      }
      const joined = Buffer.concat([tail, bytes]);
      const keep = Math.max(0, joined.length - trailer);
      hash.update(joined.subarray(0, keep));
      tail = Buffer.from(joined.subarray(keep));
    },
    complete: () => signed && tail.length === trailer && hash.copy().digest().equals(tail),
    bytes: () => total,
    objects: () => (head.length < packHeader ? null : head.readUInt32BE(8)),
  };
}
