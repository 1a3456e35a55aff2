import { Failure } from '../failures/failure.ts';
import { repositoryUnreadable } from '../failures/source.ts';
import { wikiMissing, wikiUnreadable } from '../failures/wiki.ts';
import { openPack } from '../git/fetch-pack.ts';
import { filesIn, readPack } from '../git/pack.ts';
import type { Remote } from '../git/remote.ts';
import type { RefListing } from '../model/forge.ts';
import { keyOf, type RepositoryName, type WikiContent } from '../model/source.ts';
import type { Surfaces } from './inventory.ts';

/** The listing of a wiki; an empty one where there is no wiki, as GitBucket from 4.31 on gives it by itself (GB-132). */
export async function existing(listing: Promise<RefListing>): Promise<RefListing> {
  return listing.catch((error: unknown) => {
    if (error instanceof Failure && error.code === wikiMissing.code) return { refs: new Map(), head: null };
    throw error;
  });
}

/** Why git of a wiki is refused: where there is none (GB-132), where the repository is gone, and where it is damaged. */
export async function whyNoWiki(
  { api }: Surfaces,
  repository: RepositoryName,
  status: number,
): Promise<Failure> {
  const id = keyOf(repository);
  if (status === 404) return wikiMissing(id);
  try {
    if ((await api.repository(repository)) === null)
      return repositoryUnreadable(id, { detail: 'it no longer exists' });
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  return wikiUnreadable(id, { detail: `git returns ${status}` });
}

/** Wikis are texts and some pictures; what is larger is nothing to be held in memory. */
const mostBytes = 64 * 1024 * 1024;

/**
 * The files at the tip of a branch, in one request: its commit alone, without the history. Null when they are too large.
 * @throws fetch-failed
 */
export async function readWiki(remote: Remote, id: string, tip: string): Promise<WikiContent | null> {
  const { signal } = new AbortController();
  const job = { id: `${id}.wiki`, source: remote, progress() {}, signal, depth: 1 };
  const objects = await readPack(await openPack(job, [tip], []), { id: job.id, most: mostBytes });
  if (objects === null) return null;
  const commit = objects.get(tip)?.content.toString() ?? '';
  const tree = /^tree ([0-9a-f]{40})$/m.exec(commit)?.[1] ?? '';
  const files = new Map<string, Buffer>();
  for (const { path, id: blob } of filesIn(objects, tree)) {
    files.set(path, objects.get(blob)?.content ?? Buffer.alloc(0));
  }
  const end = commit.indexOf('\n\n');
  const parents = [...commit.slice(0, end).matchAll(/^parent /gm)].length;
  return { files, message: commit.slice(end).trim(), parents };
}
