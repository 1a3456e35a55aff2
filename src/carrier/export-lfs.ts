import { Failure } from '../failures/failure.ts';
import { lfsWithoutBaseUrl } from '../failures/lfs.ts';
import type { RefListing, Repository } from '../model/forge.ts';
import type { LfsObject } from '../model/source.ts';
import { copyLfs } from '../transfer/lfs.ts';
import type { RepositoryOptions } from './export.ts';
import { carriedListing } from './layout.ts';
import { isCarried, patternsOf } from './write-bundle.ts';

/**
 * Copies the LFS objects that the history names into the export: those that it lacks. What the source does not have is
 * left out; the import finds out which refs need it. Gives the objects that are there.
 */
export async function exportLfs(
  repository: Repository,
  listing: RefListing,
  { source, finder, store, runtime, tell }: RepositoryOptions,
): Promise<{ objects: LfsObject[]; copied: number }> {
  const id = `${repository.owner}/${repository.name}`;
  const refs = new Map([...listing.refs].filter(([ref]) => isCarried(ref)));
  if (refs.size === 0) return { objects: [], copied: 0 };
  const signal = runtime.aborting;
  const { pointers } = await finder.history({
    id,
    source: source.remote(repository, 'code'),
    refs,
    patterns: patternsOf([...refs.keys()]),
    key: JSON.stringify(carriedListing(listing).refs),
    progress: (stage) => tell(`${id} ${stage}`),
    signal,
  });
  const wanted = new Map(pointers.filter(({ valid }) => valid).map(({ oid, size }) => [oid, { oid, size }]));
  if (wanted.size === 0) return { objects: [], copied: 0 };
  try {
    const { copied, present } = await copyLfs({
      id,
      objects: [...wanted.values()],
      reader: source.lfs(repository),
      writer: store,
      progress: (done, total) => tell(`${id} LFS object ${done} of ${total}`),
      signal,
    });
    return { objects: [...present, ...copied], copied: copied.length };
  } catch (error) {
    // Then there is nothing to be copied, and the import tells which refs miss something.
    if (error instanceof Failure && error.code === lfsWithoutBaseUrl.code) return { objects: [], copied: 0 };
    throw error;
  }
}
