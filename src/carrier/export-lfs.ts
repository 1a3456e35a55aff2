import { Failure } from '../failures/failure.ts';
import { lfsIncomplete, lfsObjectDamaged, lfsObjectLost, lfsWithoutBaseUrl } from '../failures/lfs.ts';
import type { RefListing, Repository } from '../model/forge.ts';
import type { Notice } from '../model/notice.ts';
import { keyOf, type LfsObject } from '../model/source.ts';
import { copyLfs, type LfsCopied } from '../transfer/lfs.ts';
import type { RepositoryOptions } from './export.ts';
import { carriedListing } from './layout.ts';
import { isCarried, patternsOf } from './write-bundle.ts';

/** `lost` names what the source does not have, while somebody is at the source. */
type ExportedLfs = { objects: LfsObject[]; copied: number; lost: Notice[] };

const none: ExportedLfs = { objects: [], copied: 0, lost: [] };

/**
 * Copies the LFS objects that the history names into the export: those that it lacks. What the source does not have is
 * left out; the import finds out which refs need it. Gives the objects that are there.
 * @throws lfs-incomplete when some that the source may have did not get through
 */
export async function exportLfs(
  repository: Repository,
  listing: RefListing,
  { source, finder, store, runtime, tell }: RepositoryOptions,
): Promise<ExportedLfs> {
  const id = keyOf(repository);
  const refs = new Map([...listing.refs].filter(([ref]) => isCarried(ref)));
  if (refs.size === 0) return none;
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
  if (wanted.size === 0) return none;
  try {
    const { copied, present, lost } = await copyLfs({
      id,
      objects: [...wanted.values()],
      reader: source.lfs(repository),
      writer: store,
      progress: (done, total) => tell(`${id} LFS object ${done} of ${total}`),
      signal,
    });
    const paths = new Map(pointers.map(({ oid, path }) => [oid, path]));
    const notices = lostNotices(id, lost, paths);
    return { objects: [...present, ...copied], copied: copied.length, lost: notices };
  } catch (error) {
    // Then there is nothing to be copied, and the import tells which refs miss something.
    if (error instanceof Failure && error.code === lfsWithoutBaseUrl.code)
      return { ...none, lost: [{ ...error.notice, object: id }] };
    throw error;
  }
}

/** What the source has lost or damaged, by its path. */
function lostNotices(id: string, lost: LfsCopied['lost'], paths: ReadonlyMap<string, string>): Notice[] {
  const known = new Set<string>([lfsObjectLost.code, lfsObjectDamaged.code]);
  const [other, ...more] = lost.filter(({ failure }) => !known.has(failure.code));
  if (other !== undefined)
    throw lfsIncomplete(id, { count: 1 + more.length, detail: other.reason }, other.failure);
  return lost.map(({ object: { oid }, failure }) => ({
    ...failure.notice,
    object: `${paths.get(oid) || oid} in ${id}`,
  }));
}
