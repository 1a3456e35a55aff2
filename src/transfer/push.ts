import { MigrationError } from '../errors.ts';
import type { RefChange } from '../model.ts';
import type { Git } from './git.ts';
import { GitExit } from './git.ts';
import { gitFailure } from './git-failure.ts';
import { sentBroken } from './mirror-damage.ts';
import { parsePushReport, remoteText } from './push-report.ts';
import { isWrite, sendBatches, type PushAnswer } from './send-batches.ts';
import type { RefResult, TransferJob } from './transport.ts';

/**
 * Refs that go in one push. GitLab runs a hook of about 20 ms for each of them in silence, and a proxy that cuts the
 * silence loses the whole request (gitlab-push-observed §c, §m): 200 stay within a few seconds.
 */
const REFS_PER_PUSH = 200;

/** Pushes what is decided with the real git; late refs wait until the others are there. */
export async function pushChanges(git: Git, job: TransferJob, now: () => number): Promise<RefResult[]> {
  const writes = job.changes.filter(isWrite);
  const options = {
    send: (batch: readonly RefChange[]) => push(git, job, batch),
    sizer: { size: () => REFS_PER_PUSH, learn: () => {} },
    connections: 1,
    now,
  };
  const early = await sendBatches(
    writes.filter((change) => !change.late),
    options,
  );
  return [
    ...early,
    ...(await sendBatches(
      writes.filter((change) => change.late),
      options,
    )),
  ];
}

async function push(git: Git, job: TransferJob, batch: readonly RefChange[]): Promise<PushAnswer> {
  try {
    const stdout = await git(
      'push',
      '--porcelain',
      '--no-verify',
      '--push-option=ci.skip',
      ...batch.flatMap(lease),
      job.target.url,
      ...batch.map(refspec),
    );
    return { refs: parsePushReport(stdout), text: '' };
  } catch (error) {
    if (error instanceof GitExit && !job.signal.aborted) {
      const refs = parsePushReport(error.stdout);
      const text = remoteText(error.stderr);
      if (refs.size > 0 && sentBroken(text))
        throw new MigrationError('push-failed', job.id, { detail: text });
      if (refs.size > 0) return { refs, text };
    }
    throw gitFailure(error, 'target', job.id, job.signal);
  }
}

function refspec(change: RefChange): string {
  return change.outcome === 'delete' ? `:${change.ref}` : `${change.new ?? ''}:${change.ref}`;
}

/** The old id as a lease: the push is refused when somebody moved the ref. Without a lease git allows a fast-forward only. */
function lease(change: RefChange): string[] {
  if (change.outcome === 'update' && !change.force) return [];
  return [`--force-with-lease=${change.ref}:${change.old ?? ''}`];
}
