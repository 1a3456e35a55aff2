import { fetchFailed } from '../failures/git.ts';
import { isWrite, type RefChange } from '../model/plan.ts';
import { pathTaken } from '../failures/target.ts';
import { diskFull, workDirUnusable } from '../failures/usage.ts';
import { createHash } from 'node:crypto';
import { mkdir, readdir, realpath, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Runtime } from '../environment.ts';
import { Failure } from '../failures/failure.ts';
import { explained, GitExit, gitFailure } from '../git/errors.ts';
import { presentObjects } from '../git/objects.ts';
import { strangerAt, type GitRemote } from '../git/remote.ts';
import { createGit, type Git, type GitRuntime } from '../git/run.ts';
import { argumentPortions } from './arguments.ts';
import { createPushLimit } from './push-size.ts';
import { createRequestSize, type RequestSize } from './request-size.ts';
import { pushChanges, type PushChangesOptions } from './split-push.ts';
import type { TransferJob, TransferResult, Transport } from './transport.ts';

export type MirrorOptions = {
  /** Holds one bare repository for each migrated one; a later run fetches only what is new. */
  directory: string;
  runtime: GitRuntime;
  /** Seconds of silence after which git gives up on a server. */
  stallSeconds: number;
};

export type MirrorTransportOptions = MirrorOptions & { runtime: Pick<Runtime, 'now'> };

/** Moves a repository through a bare mirror on disk, with the real git on both sides. */
export function createMirrorTransport(
  options: MirrorTransportOptions,
  sizes: RequestSize = createRequestSize(),
): Transport {
  const pushing = { limit: createPushLimit(), sizes, now: options.runtime.now };
  return {
    transfer: (job) => transfer(job, options, pushing).catch((error: unknown) => refused(error, job)),
  };
}

async function transfer(
  job: TransferJob,
  options: MirrorTransportOptions,
  pushing: PushChangesOptions,
): Promise<TransferResult> {
  const only = job.selected ? job.changes.filter(isWrite) : undefined;
  const { git, directory, bytes } = await updateMirror(
    { ...job, others: [job.target], ...(only ? { only } : {}) },
    options,
  );
  job.progress('fetched', 100, bytes);
  await requireKnown(git, job);
  await job.beforeWrite();
  try {
    return { results: await pushChanges(git, job, pushing), bytes };
  } catch (error) {
    // The next try then makes a new one.
    if (saysDamaged(error)) await rm(directory, { recursive: true, force: true });
    throw error;
  }
}

/** What git was told by something on the way to a server is not the server's word. @throws the failure as it is then */
async function refused(error: unknown, { source, target, signal }: TransferJob): Promise<never> {
  const said = error instanceof Failure && !signal.aborted ? error.detail : '';
  if (
    !/error: (HTTP )?\d{3}|Authentication failed|could not read|HTTP \d{3}|certificate|TLS|protocol error|bad line length/.test(
      said,
    )
  )
    throw error;
  const stranger = await strangerAt(source, 'git-upload-pack');
  throw stranger ?? (await strangerAt(target, 'git-receive-pack')) ?? error;
}

async function requireKnown(git: Git, { id, unverifiedIds, signal }: TransferJob): Promise<void> {
  const present = await presentObjects(git, new Set(unverifiedIds)).catch((error: unknown) => {
    throw gitFailure(error, 'source', id, signal);
  });
  const foreign = unverifiedIds.find((object) => !present.has(object));
  if (foreign === undefined) return;
  throw pathTaken(id, {
    detail: `it has the object ${foreign}, which the source never had`,
  });
}

export type MirrorJob = {
  /** Key of the item: it gives the mirror its place. */
  id: string;
  source: GitRemote;
  /** The other servers that git will be told to reach from the mirror. */
  others?: readonly GitRemote[];
  patterns: readonly string[];
  /** Fetches nothing but these, by their ids. */
  only?: readonly Pick<RefChange, 'ref' | 'new'>[];
  progress(stage: string, percent: number | null, bytes: number): void;
  signal: AbortSignal;
};

export type Mirror = {
  /** git in the mirror. */
  git: Git;
  directory: string;
  /** Bytes of packs that came from the source this time. */
  bytes: number;
};

/** The repository's mirror, as new as the source: fetched, or cloned when there is none or it is damaged. */
export async function updateMirror(job: MirrorJob, options: MirrorOptions): Promise<Mirror> {
  const mirrors = await ensureDirectory(options.directory);
  const directory = mirrorPath(mirrors, job.id);
  const git = createGit({
    directory: mirrors,
    runtime: options.runtime,
    remotes: [job.source, ...(job.others ?? [])],
    stallSeconds: options.stallSeconds,
    signal: job.signal,
    progress: ({ method, stage, progress }) => job.progress(`${method}: ${stage}`, progress, 0),
  });
  const mirror = git.at(directory);
  const before = await packBytes(directory);
  try {
    if (job.only && !(await isFile(join(directory, 'HEAD'))))
      await git.run('init', '--bare', '--quiet', '--template=', directory);
    const fetched = (await isFile(join(directory, 'HEAD'))) && (await fetchInto(mirror, directory, job));
    if (!fetched && job.only) throw fetchFailed(job.id, { detail: 'the mirror is damaged' });
    if (!fetched) await cloneTo(git, directory, job);
  } catch (error) {
    throw (await explained(error, job.source)) ?? gitFailure(error, 'source', job.id, job.signal);
  }
  return { git: mirror, directory, bytes: (await packBytes(directory)) - before };
}

/** What a repository is called on disk: names come from a server and are never used as a path. */
export function nameOnDisk(id: string): string {
  return createHash('sha256').update(id).digest('hex').slice(0, 24);
}

/** Where the mirror of a repository is. */
export function mirrorPath(mirrors: string, id: string): string {
  return join(mirrors, `${nameOnDisk(id)}.git`);
}

/** Its real path, for that is what git compares. */
async function ensureDirectory(directory: string): Promise<string> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    return await realpath(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') throw diskFull(directory);
    throw workDirUnusable(directory, { detail: (error as Error).message }, error);
  }
}

/** A clone writes all refs in one go, where a fetch locks and writes each of them. It gets its name when it is whole. */
async function cloneTo(git: Git, directory: string, job: MirrorJob): Promise<void> {
  const unfinished = `${directory}.new`;
  // A git that outlived its killed run may still be writing there.
  await rm(unfinished, { recursive: true, force: true, maxRetries: 5 });
  // Branches and tags are what a bare clone takes anyway.
  const further = job.patterns.filter((pattern) => !/^refs\/(heads|tags)\//.test(pattern));
  const refspecs = further.flatMap((pattern) => ['--config', `remote.origin.fetch=+${pattern}:${pattern}`]);
  await git.run('clone', '--bare', '--quiet', '--template=', ...refspecs, job.source.url, unfinished);
  await rm(directory, { recursive: true, force: true });
  await rename(unfinished, directory);
}

/** False when the mirror is damaged. */
async function fetchInto(mirror: Git, directory: string, job: MirrorJob): Promise<boolean> {
  await removeLeftovers(directory);
  const all = job.patterns.map((pattern) => `+${pattern}:${pattern}`);
  const few = job.only?.flatMap(({ ref, new: id }) => (id === null ? [] : [`+${id}:${ref}`]));
  if (few?.length === 0) return true;
  const own = [...(few ? [] : ['--prune']), '--no-tags', '--no-write-fetch-head', '--force'];
  try {
    for (const refspecs of argumentPortions(few ?? all, (refspec) => [refspec]))
      await mirror.run('fetch', ...own, job.source.url, ...refspecs);
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

async function packBytes(directory: string): Promise<number> {
  const packs = join(directory, 'objects', 'pack');
  const names = await readdir(packs).catch(() => []);
  const sizes = await Promise.all(
    names.filter((name) => name.endsWith('.pack')).map(async (name) => (await stat(join(packs, name))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** What git says when its own repository is at fault: objects, packs, refs or the folder itself. */
const damage = [
  'not a git repository',
  'does not match index',
  'packfile .* cannot be',
  'bad object',
  'is corrupt',
  'object file .* is empty',
  'did not send all necessary objects',
  'did not receive expected object',
  'does not point to a valid object',
  'unable to read (tree|sha1|[0-9a-f]{40})',
  'missing (blob|tree|commit|tag|necessary objects)',
  'inflate',
  'cannot lock ref',
  // A clone takes such a branch, a fetch does not.
  'trying to write non-commit object',
  'invalid object',
];
const pattern = new RegExp(damage.join('|'), 'i');

/**
 * True when the failure may come from a damaged mirror. It holds nothing that cannot be fetched again, so a wrong guess
 * costs time only.
 */
export function saysDamaged(error: unknown): boolean {
  if (error instanceof GitExit) return pattern.test(error.stderr);
  return error instanceof Failure && pattern.test(error.detail);
}

/** Removes what a git that was killed left in its repository: half-written packs, and locks that nobody holds any more. */
async function removeLeftovers(mirror: string): Promise<void> {
  const packs = join(mirror, 'objects', 'pack');
  const refs = join(mirror, 'refs');
  const stale = [
    ...(await filesIn(packs)).filter((name) => name.startsWith('tmp_')).map((name) => join(packs, name)),
    ...(await filesIn(mirror)).filter(isLock).map((name) => join(mirror, name)),
    ...(await filesIn(refs, true)).filter(isLock).map((name) => join(refs, name)),
  ];
  await Promise.all(stale.map((file) => rm(file, { force: true })));
}

function isLock(name: string): boolean {
  return name.endsWith('.lock');
}

function filesIn(folder: string, recursive = false): Promise<string[]> {
  return readdir(folder, { recursive }).catch(() => []);
}
