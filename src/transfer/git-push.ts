import { MigrationError } from '../errors.ts';
import type { RefChange } from '../model.ts';
import type { Git } from './git.ts';
import { GitExit } from './git.ts';
import { gitFailure, saysCut } from './git-failure.ts';
import { sentBroken } from './mirror-damage.ts';
import { parsePushReport, remoteText } from './push-report.ts';
import type { PushAnswer } from './send-batches.ts';
import type { TransferJob } from './transport.ts';

/**
 * One push with the real git; `packBytes` is asked when a push breaks off without a word.
 * @throws push-too-large, and what gitFailure makes of the rest
 */
export async function gitPush(
  git: Git,
  job: TransferJob,
  batch: readonly RefChange[],
  packBytes: () => Promise<number>,
): Promise<PushAnswer> {
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
    if (!(error instanceof GitExit) || job.signal.aborted)
      throw gitFailure(error, 'target', job.id, job.signal);
    const bytes = saysCut(error) ? await packBytes() : 0;
    const failure = gitFailure(error, 'target', job.id, job.signal, bytes);
    const refs = parsePushReport(error.stdout);
    if (failure.code === 'push-too-large' || refs.size === 0) throw failure;
    const text = remoteText(error.stderr);
    if (sentBroken(text)) throw new MigrationError('push-failed', job.id, { detail: text });
    return { refs, text };
  }
}

/** A bare id would be taken for a branch of that name, where there is one. */
function refspec(change: RefChange): string {
  return change.outcome === 'delete' ? `:${change.ref}` : `${change.new ?? ''}^{object}:${change.ref}`;
}

/** The old id as a lease: the push is refused when somebody moved the ref. Without a lease git allows a fast-forward only. */
function lease(change: RefChange): string[] {
  if (change.outcome === 'update' && !change.force) return [];
  return [`--force-with-lease=${change.ref}:${change.old ?? ''}`];
}
