import { setTimeout as delay } from 'node:timers/promises';
import type { Readable } from 'node:stream';
import { MigrationError } from '../../errors.ts';
import type { RefChange } from '../../model.ts';
import { cutTo } from '../../net/cut.ts';
import { beginningOf, type StreamAnswer } from '../../net/http-stream.ts';
import { pageText } from '../../net/page-text.ts';
import { plural } from '../../text/format.ts';
import type { PushAnswer } from '../send-batches.ts';
import type { TransferJob } from '../transport.ts';
import { emptyPack } from './pack-check.ts';
import { commandsOf, pushBody, readReport, type PushReport } from './receive-pack.ts';
import type { SourcePack } from './source-pack.ts';
import { withinTime } from './within-time.ts';

/** How long a target that has answered may take to read the end of the request. */
const END_MS = 2000;

/**
 * One push. Success is what the report says, nothing else: a status line of 200 and an empty body is none
 * (gitlab-push-observed §2). Whatever happens, the request is ended properly where the pack stops: a destroyed
 * connection would leave the partial pack on the server for days (gitlab-push-observed §f).
 * @throws push-failed, timeout (try again later), push-unpack, push-too-large, git-token-refused, target-forbidden
 */
export async function pushOnce(
  job: TransferJob,
  changes: readonly RefChange[],
  pushOptions: boolean,
  pack: Pick<SourcePack, 'bytes' | 'stop'> = noObjects(),
): Promise<PushAnswer> {
  const body = pushBody(commandsOf(changes, pushOptions), pack.bytes);
  let answer: StreamAnswer | null = null;
  try {
    answer = await job.target.post('git-receive-pack', body);
    if (answer.status !== 200) {
      await endRequest(body, answer, pack);
      throw await refusal(answer, job);
    }
    const report = await readReport(withinTime(answer.body, job, 'target'), job.id);
    return judged(report, changes, job.id);
  } catch (error) {
    throw asPushFailure(error, job.id);
  } finally {
    if (answer !== null) await endRequest(body, answer, pack);
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
): Promise<void> {
  pack.stop();
  if (body.readableEnded || body.destroyed || answer.headers['connection'] === 'close') return;
  const ended = new AbortController();
  body.once('close', () => ended.abort());
  await delay(END_MS, undefined, { signal: ended.signal }).catch(() => {});
}

/** A pack for commands whose objects are all there already. */
function noObjects(): Pick<SourcePack, 'bytes' | 'stop'> {
  return { bytes: emptyPackBytes(), stop() {} };
}

async function* emptyPackBytes(): AsyncGenerator<Buffer> {
  yield emptyPack();
}

function asPushFailure(error: unknown, id: string): unknown {
  if (!(error instanceof MigrationError) || error.code !== 'fetch-failed') return error;
  return new MigrationError(
    'push-failed',
    id,
    { detail: `the answer cannot be read (${error.message})` },
    error,
  );
}

function judged(report: PushReport, changes: readonly RefChange[], id: string): PushAnswer {
  const text = wordsOf(report.text);
  if (report.unpack === null) throw new MigrationError('push-failed', id, { detail: `no report (${text})` });
  if (report.unpack !== 'ok') throw unpackFailure(report.unpack, text, id);
  if (isPassing(text) && !changes.some(({ ref }) => report.refs.get(ref) === 'ok'))
    throw new MigrationError('push-failed', id, { detail: text });
  const silent = changes.filter(({ ref }) => !report.refs.has(ref));
  if (silent.length > 0) {
    throw new MigrationError('push-failed', id, {
      detail: `the report lacks ${plural(silent.length, 'ref')} (${text})`,
    });
  }
  return { refs: report.refs, text };
}

function unpackFailure(unpack: string, text: string, id: string): MigrationError {
  const detail = text === '' ? unpack : `${text} (${unpack})`;
  if (unpack.includes('server is busy')) return new MigrationError('push-failed', id, { detail });
  if (text.includes('pack exceeds maximum allowed size'))
    return new MigrationError('push-too-large', id, { detail });
  return new MigrationError('push-unpack', id, { detail });
}

/**
 * GitLab's hooks could not ask GitLab itself, or asked too often: that is nothing against the refs
 * (gitlab-push-observed §g).
 */
function isPassing(text: string): boolean {
  return /error executing git hook|Internal API (unreachable|error)/.test(text);
}

async function refusal({ status, body }: StreamAnswer, job: TransferJob): Promise<MigrationError> {
  const detail = `${status}, ${cutTo(300, pageText(await beginningOf(body))) || 'an empty body'}`;
  if (status === 401)
    return new MigrationError('git-token-refused', job.id, { server: 'GitLab', side: 'target', detail });
  if (status === 403 || status === 404) return new MigrationError('target-forbidden', job.id, { detail });
  if (status === 413) return new MigrationError('push-too-large', job.id, { detail });
  // 500 with an empty body means overload, a restart, or a cut body (gitlab-push-observed §2): looked at, then tried again.
  return new MigrationError('push-failed', job.id, { detail });
}

/** What the server says to people, without progress: joined first, since pieces are cut anywhere (gitlab-push-observed §g). */
function wordsOf(text: string): string {
  return text
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => /^(GitLab|error|fatal|warning):|currently unable/.test(line) || isOwnWords(line))
    .join(' ');
}

function isOwnWords(line: string): boolean {
  return (
    line !== '' &&
    !/^(Resolving|Counting|Compressing|Receiving|Enumerating|Unpacking|Checking|Total|To create a merge|http)/.test(
      line,
    )
  );
}
