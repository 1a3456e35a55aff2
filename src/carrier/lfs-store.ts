import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { lfsObjectLost } from '../failures/lfs.ts';
import type { LfsObject } from '../model/source.ts';
import type { LfsWriter } from '../model/target.ts';
import { formatBytes } from '../text/format.ts';
import { lfsFileOf } from './layout.ts';

/** The LFS objects of an export, each a file that is there whole or not at all. */

/** Is the object here, with the size that it should have? */
export async function hasLfs(directory: string, { oid, size }: LfsObject): Promise<boolean> {
  return (await stat(lfsFileOf(directory, oid)).catch(() => null))?.size === size;
}

/** @throws lfs-object-lost */
export async function openLfs(directory: string, repository: string, object: LfsObject): Promise<Readable> {
  if (!(await hasLfs(directory, object)))
    throw lfsObjectLost(object.oid, { repository, size: formatBytes(object.size) });
  return createReadStream(lfsFileOf(directory, object.oid));
}

/** Takes objects in as a project of the target does. */
export function lfsStore(directory: string): LfsWriter {
  async function missing(objects: readonly LfsObject[]): Promise<LfsObject[]> {
    const there = await Promise.all(objects.map((object) => hasLfs(directory, object)));
    return objects.filter((_, index) => !there[index]);
  }
  // Two repositories may bring the same object at the same time.
  let count = 0;
  return {
    missing,
    unprovable: missing,
    async upload({ oid }, body, signal) {
      const file = lfsFileOf(directory, oid);
      await mkdir(dirname(file), { recursive: true, mode: 0o700 });
      count += 1;
      const unfinished = `${file}.${count}.new`;
      try {
        await pipeline(body, createWriteStream(unfinished, { mode: 0o600 }), { signal });
      } catch (error) {
        await rm(unfinished, { force: true });
        throw error;
      }
      await rename(unfinished, file);
    },
  };
}
