import { createHash } from 'node:crypto';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MigrationError } from '../errors.ts';
import type { RefListing } from '../model.ts';
import { createGit, type Git } from './git.ts';
import { gitFailure } from './git-failure.ts';
import { pushChanges } from './push.ts';
import type { TransferJob, TransferResult, Transport } from './transport.ts';

export type MirrorOptions = {
  /** Holds one bare repository for each migrated one; a later run fetches only what is new. */
  directory: string;
  env: Readonly<Record<string, string | undefined>>;
  /** Seconds of silence after which git gives up on a server. */
  stallSeconds: number;
};

/** Moves a repository through a bare mirror on disk, with the real git on both sides. */
export function createMirrorTransport(options: MirrorOptions): Transport {
  return { transfer: (job) => transfer(job, options) };
}

async function transfer(job: TransferJob, options: MirrorOptions): Promise<TransferResult> {
  const directory = join(options.directory, mirrorName(job.id));
  const git = createGit({
    directory: await madeDirectory(directory, job.id),
    env: options.env,
    remotes: [job.source, job.target],
    stallSeconds: options.stallSeconds,
    signal: job.signal,
    progress: ({ method, stage, progress }) => job.progress(`${method}: ${stage}`, progress, 0),
  });
  const before = await packBytes(directory);
  await fetchInto(git, directory, job);
  const bytes = (await packBytes(directory)) - before;
  job.progress('fetched', 100, bytes);
  const source = await refsOf(git, job);
  await demandKnown(git, job);
  const changes = job.decide(source);
  await job.beforeWrite(changes);
  return { source, changes, results: await pushChanges(git, job, changes), bytes };
}

/** Names come from the server and are never used as a path. */
function mirrorName(id: string): string {
  return `${createHash('sha256').update(id).digest('hex').slice(0, 24)}.git`;
}

async function madeDirectory(directory: string, id: string): Promise<string> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') throw new MigrationError('disk-full', id);
    throw new MigrationError('work-dir', directory, { detail: (error as Error).message }, error);
  }
  return directory;
}

async function fetchInto(git: Git, directory: string, job: TransferJob): Promise<void> {
  try {
    await makeReady(git, directory);
    const refspecs = job.patterns.map((pattern) => `+${pattern}:${pattern}`);
    await git(
      'fetch',
      '--prune',
      '--no-tags',
      '--no-write-fetch-head',
      '--force',
      job.source.url,
      ...refspecs,
    );
  } catch (error) {
    throw gitFailure(error, 'source', job.id, job.signal);
  }
}

/** `git init` is safe to repeat; what an interrupted fetch left behind is removed. */
async function makeReady(git: Git, directory: string): Promise<void> {
  const packs = join(directory, 'objects', 'pack');
  const entries = await readdir(packs).catch(() => null);
  if (entries === null || !(await isFile(join(directory, 'HEAD')))) {
    await git('init', '--bare', '--quiet', '.');
    return;
  }
  await Promise.all(
    entries.filter((name) => name.startsWith('tmp_')).map((name) => rm(join(packs, name), { force: true })),
  );
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (entry) => entry.isFile(),
    () => false,
  );
}

async function refsOf(git: Git, job: TransferJob): Promise<RefListing> {
  const refs = new Map<string, string>();
  try {
    const lines = await git('for-each-ref', '--format=%(objectname) %(refname)');
    for (const line of lines.split('\n')) {
      if (line !== '') refs.set(line.slice(41), line.slice(0, 40));
    }
  } catch (error) {
    throw gitFailure(error, 'source', job.id, job.signal);
  }
  return { refs, head: job.head !== null && refs.has(job.head) ? job.head : null };
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
