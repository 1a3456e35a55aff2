import type { BadObject } from '../git/fsck.ts';
import type { Git } from '../git/run.ts';
import { walk, type Range } from '../git/object-walk.ts';
import { createSizeCheck, type LargeCommit, type LargeFile, type SizeLimits } from './large-files.ts';
import { createPointerSearch } from '../lfs/pointers.ts';
import { notePointer, type FoundPointer } from './lfs.ts';

export type ReachedBadObject = { path: string; commit: string; faults: readonly BadObject[] };

export type Scan = {
  bad: ReachedBadObject[];
  files: LargeFile[];
  commits: LargeCommit[];
  perCommit: ReadonlyMap<string, number>;
  /** By LFS object. */
  pointers: Map<string, FoundPointer>;
};

export type ScanOptions = {
  /** What fsck found; only what the range reaches counts. */
  bad: ReadonlyMap<string, readonly BadObject[]>;
  limits: SizeLimits;
  visited(objects: number): void;
};

const reportEvery = 20_000;

/** Goes once through the objects of the range and collects what is remarkable about them. */
export async function scan(git: Git, range: Range, options: ScanOptions): Promise<Scan> {
  const pointers = new Map<string, FoundPointer>();
  const bad: ReachedBadObject[] = [];
  if (range.wanted.length === 0) return { bad, files: [], commits: [], perCommit: new Map(), pointers };
  const search = createPointerSearch(git, (pointer) => notePointer(pointers, pointer));
  const sizes = createSizeCheck(options.limits);
  let commit = '';
  let visited = 0;
  try {
    await walk(git, range, (object) => {
      visited += 1;
      if (visited % reportEvery === 0) options.visited(visited);
      if (object.type === 'commit') commit = object.id;
      const faults = options.bad.get(object.id);
      if (faults) bad.push({ path: object.path, commit: object.type === 'tag' ? '' : commit, faults });
      sizes.visit(object, commit);
      return search.offer(object, commit);
    });
    sizes.end();
    await search.end();
  } catch (error) {
    search.stop();
    throw error;
  }
  const { files, commits, perCommit } = sizes;
  return { bad, files, commits, perCommit, pointers };
}
