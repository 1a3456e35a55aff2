import { MigrationError } from '../../errors.ts';
import type { RefChange } from '../../model.ts';
import { beginningOf, type StreamAnswer } from '../../net/http-stream.ts';
import type { PushAnswer } from '../send-batches.ts';
import type { TransferJob } from '../transport.ts';
import { commandsOf, pushBody, readReport, type PushReport } from './receive-pack.ts';
import { withinTime } from './within-time.ts';

/**
 * One push. Success is what the report says, nothing else: a status line of 200 and an empty body is none
 * (gitlab-push-observed §2).
 * @throws push-failed (try again later), push-unpack, push-too-large, git-token-refused, target-forbidden
 */
export async function pushOnce(
  job: TransferJob,
  changes: readonly RefChange[],
  pushOptions: boolean,
  pack: AsyncIterable<Buffer>,
): Promise<PushAnswer> {
  const body = pushBody(commandsOf(changes, pushOptions), pack);
  try {
    const answer = await job.target.post('git-receive-pack', body);
    if (answer.status !== 200) throw await refusal(answer, job.id);
    const report = await readReport(withinTime(answer.body, job.target.silenceMs, job.id), job.id);
    return judged(report, changes, job.id);
  } catch (error) {
    if (error instanceof MigrationError && error.code === 'fetch-failed') {
      throw new MigrationError(
        'push-failed',
        job.id,
        { detail: `the answer cannot be read (${error.message})` },
        error,
      );
    }
    throw error;
  } finally {
    body.destroy();
  }
}

function judged(report: PushReport, changes: readonly RefChange[], id: string): PushAnswer {
  const text = wordsOf(report.text);
  if (report.unpack === null) throw new MigrationError('push-failed', id, { detail: `no report (${text})` });
  if (report.unpack !== 'ok') throw unpackFailure(report.unpack, text, id);
  const silent = changes.filter(({ ref }) => !report.refs.has(ref));
  if (silent.length > 0) {
    throw new MigrationError('push-failed', id, {
      detail: `the report lacks ${silent.length} ref(s) (${text})`,
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

async function refusal(answer: StreamAnswer, id: string): Promise<MigrationError> {
  const text = (await beginningOf(answer.body))
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
  const detail = `${answer.status}, ${text.slice(0, 300) || 'an empty body'}`;
  const { status } = answer;
  if (status === 401)
    return new MigrationError('git-token-refused', id, { server: 'GitLab', side: 'target', detail });
  if (status === 403 || status === 404) return new MigrationError('target-forbidden', id, { detail });
  if (status === 413) return new MigrationError('push-too-large', id, { detail });
  // 500 with an empty body means overload, a restart, or a cut body (gitlab-push-observed §2): looked at, then tried again.
  return new MigrationError('push-failed', id, { detail });
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
