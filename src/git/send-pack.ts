import { Readable } from 'node:stream';
import type { Runtime } from '../environment.ts';
import { Failure } from '../failures/failure.ts';
import { historyIncomplete } from '../failures/source.ts';
import { pushFailed, pushTooLarge, pushUnpack } from '../failures/git.ts';
import { gitTokenRefused } from '../failures/network.ts';
import { projectGone, targetForbidden } from '../failures/target.ts';
import type { RefChange } from '../model/plan.ts';
import { asBody, hear, type StreamAnswer } from '../net/stream.ts';
import { beginningOf } from '../net/whose.ts';
import { plural, cutTo, pageText } from '../text/format.ts';
import { packCut, saysIncomplete, saysShort } from './errors.ts';
import { type SourcePack, emptyPack } from './pack.ts';
import { flush, pktText, pktTexts, readPktLines } from './pkt-line.ts';
import type { Remote } from './remote.ts';

/** The target of a push, and what it is for. */
export type PushJob = {
  id: string;
  target: Remote;
  signal: AbortSignal;
  sleep: Runtime['sleep'];
};

/** How the server answered one push: `ok` or its reason for each ref, and its words for people. */
export type PushAnswer = { refs: ReadonlyMap<string, string>; text: string };

/** How long a target that has answered may take to read the end of the request. */
const endMs = 2000;

/**
 * One push. Success is what the report says, nothing else: a status line of 200 and an empty body is none
 * (GL-216). Whatever happens, the request is ended properly where the pack stops: a destroyed
 * connection would leave the partial pack on the server for days (GL-209).
 * @throws push-failed, timeout (try again later), push-unpack, push-too-large, git-token-refused, target-forbidden,
 * project-gone, and what the target's explanation of a refusal is when that is about more than these refs
 */
export async function pushOnce(
  job: PushJob,
  changes: readonly RefChange[],
  pack: Pick<SourcePack, 'bytes' | 'stop'> = noObjects(),
): Promise<PushAnswer> {
  const { body, bytes } = await asBody(pushBody(commandsOf(changes), pack.bytes));
  let answer: StreamAnswer | null = null;
  try {
    if (bytes === null && !job.target.takesChunks())
      throw pushTooLarge(job.id, { detail: '411 once before' });
    answer = await job.target.post('git-receive-pack', body, bytes);
    if (!answer.ok) {
      await endRequest(body, answer, pack, job);
      throw await refusal(answer, job);
    }
    const heard = hear(answer.body, 'GitLab', job.target, job);
    const report = await readReport(heard.chunks, job.id);
    const elsewhere = wordsOfAnotherProject(report.text);
    if (elsewhere !== null) throw projectGone(job.id, { detail: `GitLab says of the push: ${elsewhere}` });
    const verdict = interpretReport({ ...report, cut: heard.unfinished() }, changes, job.id);
    const more = isDeclined(verdict)
      ? await job.target.explain?.({ status: null, text: verdict.text })
      : null;
    if (more) throw more;
    return verdict;
  } catch (error) {
    throw asPushFailure(error, job.id);
  } finally {
    if (answer !== null) await endRequest(body, answer, pack, job);
    pack.stop();
    body.destroy();
    answer?.hangUp();
  }
}

/** The source is let go; what of the pack was read by then is still sent, unless the target hangs up anyway. */
async function endRequest(
  body: Readable,
  answer: StreamAnswer,
  pack: Pick<SourcePack, 'stop'>,
  { sleep }: PushJob,
): Promise<void> {
  pack.stop();
  if (body.readableEnded || body.destroyed || answer.headers['connection'] === 'close') return;
  const ended = new AbortController();
  body.once('close', () => ended.abort());
  await sleep(endMs, ended.signal).catch(() => {});
}

/** A pack for commands whose objects are all there already. */
function noObjects(): Pick<SourcePack, 'bytes' | 'stop'> {
  return { bytes: Readable.from([emptyPack()]), stop() {} };
}

/** What GitLab says when the project has left its path, or was not there and has been made by the push (GL-56). */
function wordsOfAnotherProject(text: string): string | null {
  return (
    /Project '\S+' was moved to '\S+'|The private project \S+ was successfully created/.exec(text)?.[0] ??
    null
  );
}

function asPushFailure(error: unknown, id: string): unknown {
  if (!(error instanceof Failure) || error.code !== 'fetch-failed') return error;
  return pushFailed(id, { detail: `the response cannot be read (${error.message})` }, error);
}

function interpretReport(
  report: PushReport & { cut: Failure | null },
  changes: readonly RefChange[],
  id: string,
): PushAnswer {
  const text = messageOf(report.text);
  if (report.unpack === null) throw report.cut ?? pushFailed(id, { detail: `no report (${text})` });
  if (report.unpack !== 'ok') throw unpackFailure(report.unpack, text, id);
  if (isPassing(text) && !changes.some(({ ref }) => report.refs.get(ref) === 'ok'))
    throw pushFailed(id, { detail: text });
  const silent = changes.filter(({ ref }) => !report.refs.has(ref));
  if (silent.length > 0) {
    const lacking = plural(silent.length, 'ref');
    throw report.cut ?? pushFailed(id, { detail: `the report lacks ${lacking} (${text})` });
  }
  return { refs: report.refs, text };
}

function unpackFailure(unpack: string, text: string, id: string): Failure {
  const detail = text === '' ? unpack : `${text} (${unpack})`;
  if (unpack.includes('server is busy')) return pushFailed(id, { detail });
  if (text.includes('pack exceeds maximum allowed size')) return pushTooLarge(id, { detail });
  if (saysShort(detail)) return packCut(id, detail);
  // The pack is that of the source, byte for byte.
  return saysIncomplete(text) ? historyIncomplete(id, { detail }) : pushUnpack(id, { detail });
}

/**
 * GitLab's hooks could not ask GitLab itself, or asked too often: that is nothing against the refs
 * (GL-213, GL-215).
 */
function isPassing(text: string): boolean {
  return /error executing git hook|Internal API (unreachable|error)/.test(text);
}

/** The fate of every ref of a push that the server's access checks refuse (GL-213). */
const declined = 'pre-receive hook declined';

/** True when the access checks refused the push. */
export function isDeclined({ refs }: PushAnswer): boolean {
  return [...refs.values()].includes(declined);
}

async function refusal({ status, body, foreign }: StreamAnswer, job: PushJob): Promise<Failure> {
  const begin = await beginningOf(body);
  const stranger = foreign(begin);
  if (stranger !== null) return stranger;
  const text = cutTo(300, pageText(begin));
  const more = await job.target.explain?.({ status, text });
  if (more) return more;
  const detail = `${status}, ${text || 'an empty body'}`;
  if (status === 401) return gitTokenRefused(job.id, { server: 'GitLab', side: 'target', detail });
  if (status === 403 || status === 404) return targetForbidden(job.id, { detail });
  if (status === 411 || status === 413) return pushTooLarge(job.id, { detail });
  // 500 with an empty body means overload, a restart, or a cut body (GL-217): looked at, then tried again.
  return pushFailed(job.id, { detail });
}

/** What the server says to people, without progress: joined first, since pieces are cut anywhere (GL-212). */
function messageOf(text: string): string {
  return text
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => /^(GitLab|error|fatal|warning):|currently unable/.test(line) || isMessage(line))
    .join(' ');
}

function isMessage(line: string): boolean {
  return (
    line !== '' &&
    !/^(Resolving|Counting|Compressing|Receiving|Enumerating|Unpacking|Checking|Total|To create a merge|http)/.test(
      line,
    )
  );
}

const zero = '0'.repeat(40);

/** What the report says; `refs` has one entry for each command that was answered. */
export type PushReport = {
  /** `ok`, or why the pack was not taken; null when there was no report at all. */
  unpack: string | null;
  /** `ok` or the reason of `ng`. */
  refs: Map<string, string>;
  /** All that came on the side band for people, joined before it is split (GL-212). */
  text: string;
};

/**
 * Commands with the old ids as leases (gitprotocol-pack "Reference Update Request"). Every GitLab can do this (GL-201) and
 * is not asked: the question itself would bring back a project that is gone (GL-54).
 */
function commandsOf(changes: readonly RefChange[]): Buffer {
  const capabilities = 'report-status side-band-64k ofs-delta agent=gb2gl';
  const lines = changes.map((change, index) => {
    const to = change.outcome === 'delete' ? zero : (change.new ?? zero);
    return pktText(`${change.old ?? zero} ${to} ${change.ref}${index === 0 ? `\0${capabilities}` : ''}\n`);
  });
  return Buffer.concat([Buffer.from(lines.join('')), flush]);
}

/** A whole push. The pack may stop short; the body is then still ended properly, so that the target cleans up. */
async function* pushBody(commands: Buffer, pack: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield commands;
  yield* pack;
}

/**
 * Reads the answer to a push (gitprotocol-pack "Report Status"), with or without a side band.
 * @throws fetch-failed when the bytes are not git's protocol
 */
export async function readReport(answer: AsyncIterable<Buffer>, id: string): Promise<PushReport> {
  const report: Buffer[] = [];
  const text: Buffer[] = [];
  const plain: Buffer[] = [];
  for await (const line of readPktLines(answer, id)) {
    if (typeof line === 'string' || line.length === 0) continue;
    if (line[0] === 1) report.push(line.subarray(1));
    else if (line[0] === 2 || line[0] === 3) text.push(line.subarray(1));
    else plain.push(line);
  }
  const lines =
    report.length > 0 ? pktTexts(Buffer.concat(report), id) : plain.map((line) => line.toString('utf8'));
  return { ...parseReport(lines), text: Buffer.concat(text).toString('utf8') };
}

function parseReport(lines: readonly string[]): Pick<PushReport, 'unpack' | 'refs'> {
  let unpack: string | null = null;
  const refs = new Map<string, string>();
  for (const text of lines) {
    const line = text.trimEnd();
    if (line.startsWith('unpack ')) unpack = line.slice('unpack '.length);
    else if (line.startsWith('ok ')) refs.set(line.slice(3), 'ok');
    else if (line.startsWith('ng ')) {
      const space = line.indexOf(' ', 3);
      refs.set(
        space < 0 ? line.slice(3) : line.slice(3, space),
        space < 0 ? 'refused' : line.slice(space + 1),
      );
    }
  }
  return { unpack, refs };
}
