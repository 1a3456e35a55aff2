import { pathTaken } from '../failures/target.ts';
import { rm } from 'node:fs/promises';

import type { Git } from '../git/run.ts';
import { createPushLimit, type PushLimit } from './git-push.ts';
import { saysDamaged, updateMirror, type MirrorOptions } from './mirror-update.ts';
import { pushChanges } from './split-push.ts';
import type { TransferJob, TransferResult, Transport } from './transport.ts';

type MirrorTransportOptions = MirrorOptions & { now: () => number };

/** Moves a repository through a bare mirror on disk, with the real git on both sides. */
export function createMirrorTransport(options: MirrorTransportOptions): Transport {
  const limit = createPushLimit();
  return { transfer: (job) => transfer(job, options, limit) };
}

async function transfer(
  job: TransferJob,
  options: MirrorTransportOptions,
  limit: PushLimit,
): Promise<TransferResult> {
  const { git, directory, bytes } = await updateMirror({ ...job, others: [job.target] }, options);
  job.progress('fetched', 100, bytes);
  await demandKnown(git, job);
  await job.beforeWrite();
  try {
    return { results: await pushChanges(git, job, options.now, limit), bytes };
  } catch (error) {
    // The next try then makes a new one.
    if (saysDamaged(error)) await rm(directory, { recursive: true, force: true });
    throw error;
  }
}

async function demandKnown(git: Git, job: TransferJob): Promise<void> {
  for (const id of job.mustKnow) {
    try {
      await git('cat-file', '-e', id);
    } catch {
      throw pathTaken(job.id, {
        detail: `it has the object ${id}, which the source never had`,
      });
    }
  }
}
