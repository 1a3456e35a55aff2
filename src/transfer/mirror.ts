import { createHash } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MigrationError } from '../errors.ts';
import { createGit, type Git } from './git.ts';
import { gitFailure } from './git-failure.ts';
import { removeLeftovers, saysDamaged } from './mirror-damage.ts';
import { pushChanges } from './push.ts';
import { createPushLimit, type PushLimit } from './push-limit.ts';
import type { TransferJob, TransferResult, Transport } from './transport.ts';

export type MirrorOptions = {
  /** Holds one bare repository for each migrated one; a later run fetches only what is new. */
  directory: string;
  env: Readonly<Record<string, string | undefined>>;
  /** Seconds of silence after which git gives up on a server. */
  stallSeconds: number;
  now: () => number;
};

/** Moves a repository through a bare mirror on disk, with the real git on both sides. */
export function createMirrorTransport(options: MirrorOptions): Transport {
  const limit = createPushLimit();
  return { transfer: (job) => transfer(job, options, limit) };
}

async function transfer(job: TransferJob, options: MirrorOptions, limit: PushLimit): Promise<TransferResult> {
  const directory = join(options.directory, mirrorName(job.id));
  const git = createGit({
    directory: await madeDirectory(options.directory),
    env: options.env,
    remotes: [job.source, job.target],
    stallSeconds: options.stallSeconds,
    signal: job.signal,
    progress: ({ method, stage, progress }) => job.progress(`${method}: ${stage}`, progress, 0),
  });
  const before = await packBytes(directory);
  const mirror: Git = (...args) => git('-C', directory, ...args);
  await update(git, mirror, directory, job);
  const bytes = (await packBytes(directory)) - before;
  job.progress('fetched', 100, bytes);
  await demandKnown(mirror, job);
  await job.beforeWrite();
  try {
    return { results: await pushChanges(mirror, job, options.now, limit), bytes };
  } catch (error) {
    // The next try then makes a new one.
    if (saysDamaged(error)) await rm(directory, { recursive: true, force: true });
    throw error;
  }
}

/** Names come from the server and are never used as a path. */
function mirrorName(id: string): string {
  return `${createHash('sha256').update(id).digest('hex').slice(0, 24)}.git`;
}

async function madeDirectory(directory: string): Promise<string> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') throw new MigrationError('disk-full', directory);
    throw new MigrationError('work-dir', directory, { detail: (error as Error).message }, error);
  }
  return directory;
}

async function update(git: Git, mirror: Git, directory: string, job: TransferJob): Promise<void> {
  try {
    const fetched = (await isFile(join(directory, 'HEAD'))) && (await fetchInto(mirror, directory, job));
    if (!fetched) await cloneTo(git, directory, job);
  } catch (error) {
    throw gitFailure(error, 'source', job.id, job.signal);
  }
}

/** A clone writes all refs in one go, where a fetch locks and writes each of them. It gets its name when it is whole. */
async function cloneTo(git: Git, directory: string, job: TransferJob): Promise<void> {
  const unfinished = `${directory}.new`;
  // A git that outlived its killed run may still be writing there.
  await rm(unfinished, { recursive: true, force: true, maxRetries: 5 });
  // Branches and tags are what a bare clone takes anyway.
  const further = job.patterns.filter((pattern) => !/^refs\/(heads|tags)\//.test(pattern));
  const refspecs = further.flatMap((pattern) => ['--config', `remote.origin.fetch=+${pattern}:${pattern}`]);
  await git('clone', '--bare', '--quiet', '--template=', ...refspecs, job.source.url, unfinished);
  await rm(directory, { recursive: true, force: true });
  await rename(unfinished, directory);
}

/** False when the mirror is damaged. */
async function fetchInto(mirror: Git, directory: string, job: TransferJob): Promise<boolean> {
  await removeLeftovers(directory);
  const refspecs = job.patterns.map((pattern) => `+${pattern}:${pattern}`);
  try {
    await mirror(
      'fetch',
      '--prune',
      '--no-tags',
      '--no-write-fetch-head',
      '--force',
      job.source.url,
      ...refspecs,
    );
    return true;
  } catch (error) {
    if (job.signal.aborted || !saysDamaged(error)) throw error;
    return false;
  }
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (entry) => entry.isFile(),
    () => false,
  );
}

async function demandKnown(git: Git, job: TransferJob): Promise<void> {
  for (const id of job.mustKnow) {
    try {
      await git('cat-file', '-e', id);
    } catch {
      throw new MigrationError('path-taken', job.id, {
        detail: `it has the object ${id}, which the source never had`,
      });
    }
  }
}

async function packBytes(directory: string): Promise<number> {
  const packs = join(directory, 'objects', 'pack');
  const names = await readdir(packs).catch(() => []);
  const sizes = await Promise.all(
    names.filter((name) => name.endsWith('.pack')).map(async (name) => (await stat(join(packs, name))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
