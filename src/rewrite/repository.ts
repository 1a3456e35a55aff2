import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sourceMoved } from '../failures/source.ts';
import { explained, gitFailure } from '../git/errors.ts';
import { fsck } from '../git/fsck.ts';
import { presentObjects } from '../git/objects.ts';
import type { GitRemote } from '../git/remote.ts';
import type { Git } from '../git/run.ts';
import { ignoredChecks } from '../gitlab/rules/object-checks.ts';
import type { RefListing, RefMap } from '../model/forge.ts';
import { updateMirror, type MirrorOptions } from '../transfer/mirror.ts';
import { rewriteHistory } from './history.ts';
import { createObjectWriter } from './object-writer.ts';
import {
  hashOf,
  readIds,
  readState,
  writeIds,
  writeRefs,
  writeState,
  type State,
  type Store,
} from './store.ts';

export type RewriteJob = {
  /** `owner/name`. */
  id: string;
  source: GitRemote;
  listing: RefListing;
  store: Store;
  progress: (stage: string, percent: number | null) => void;
  signal: AbortSignal;
};

/**
 * The rewritten repository for a listing of the source. It is made when the refs have moved since the last time, in a
 * repository that borrows all unchanged objects from a mirror of the source.
 * @throws source-moved, and those of the mirror
 */
export async function rewrittenFor(job: RewriteJob, mirrors: MirrorOptions): Promise<State> {
  const { store, listing } = job;
  const before = await readState(store);
  if (before?.refsHash === hashOf(listing.refs) && (await isWhole(store))) return before;
  const mirror = await updateMirror(
    // A mirror of its own: that of the repository's name gets what is rewritten.
    { ...job, id: `${job.id} before it is rewritten`, patterns: patternsOf(listing.refs) },
    mirrors,
  );
  try {
    return await rewrite(job, mirror);
  } catch (error) {
    throw (await explained(error, job.source)) ?? gitFailure(error, 'source', job.id, job.signal);
  }
}

/** Its objects and the mirror from which it borrows are where they were: somebody may have moved or cleared the folder. */
async function isWhole({ git }: Store): Promise<boolean> {
  const borrowed = await readFile(alternatesOf(git), 'utf8').catch(() => '');
  return borrowed !== '' && (await stat(borrowed.trimEnd()).catch(() => null)) !== null;
}

function alternatesOf(git: string): string {
  return join(git, 'objects', 'info', 'alternates');
}

async function rewrite(
  { id, listing, store, progress }: RewriteJob,
  { git, directory }: { git: Git; directory: string },
): Promise<State> {
  const { refs } = listing;
  const present = await presentObjects(git, new Set(refs.values()));
  const missing = [...refs].find(([, tip]) => !present.has(tip));
  if (missing !== undefined) throw sourceMoved(id, { detail: `${missing[0]} is no longer ${missing[1]}` });
  await prepare(git, directory, store);
  const own = git.at(store.git);
  const known = await knownIds(own, store);
  const checked = await fsck(git, {
    ignored: ignoredChecks,
    progress: (percent) => progress('check', percent),
    most: Infinity,
  });
  const bad = new Map([...checked.bad].map(([object, [first]]) => [object, first?.type ?? 'commit']));
  const ids = new Map(known);
  const { signatures } = await rewriteHistory({
    git,
    writer: createObjectWriter(own),
    bad,
    refs,
    ids,
    visited: (commits) => progress(`rewrite: ${commits} commits`, null),
  });
  const earlier = known.size === 0 ? 0 : ((await readState(store))?.signatures ?? 0);
  // Without a state, whatever refs are there mean nothing.
  await rm(store.state, { force: true });
  const moved = new Map([...refs].map(([ref, tip]) => [ref, ids.get(tip) ?? tip]));
  await writeRefs(store, moved, listing.head);
  await writeIds(store, ids);
  const state: State = {
    version: 1,
    refsHash: hashOf(refs),
    refs: changedIn(refs, moved),
    changed: ids.size,
    bad: bad.size,
    signatures: signatures + earlier,
  };
  await writeState(store, state);
  return state;
}

/** Everything that is listed; a clone takes branches and tags anyway, and would not have them named by a wider pattern. */
function patternsOf(refs: RefMap): string[] {
  const spaces = [...refs.keys()]
    .map((ref) => /^refs\/[^/]+\//.exec(ref)?.[0] ?? '')
    .filter((space) => space !== '');
  return [...new Set(['refs/heads/', 'refs/tags/', ...spaces])].map((space) => `${space}*`);
}

/** A bare repository that finds all other objects in the mirror. */
async function prepare(git: Git, mirror: string, { git: directory }: Store): Promise<void> {
  await mkdir(join(directory, '..'), { recursive: true, mode: 0o700 });
  await git.run('init', '--bare', '--quiet', '--template=', directory);
  await mkdir(join(directory, 'objects', 'info'), { recursive: true });
  await writeFile(alternatesOf(directory), `${join(mirror, 'objects')}\n`);
}

/** Ids of an earlier rewriting, all of them or none: only whole they can be gone on with. */
async function knownIds(own: Git, store: Store): Promise<Map<string, string>> {
  const ids = await readIds(store);
  const present = await presentObjects(own, new Set(ids.values()));
  return [...ids.values()].every((written) => present.has(written)) ? ids : new Map();
}

function changedIn(before: RefMap, after: RefMap): Record<string, string> {
  return Object.fromEntries([...after].filter(([ref, id]) => before.get(ref) !== id));
}
