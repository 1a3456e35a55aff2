import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { exportDamaged } from '../failures/carrier.ts';
import type { Failure } from '../failures/failure.ts';
import { lfsObjectLost } from '../failures/lfs.ts';
import type { LfsObject } from '../model/source.ts';
import type { LfsWriter } from '../model/target.ts';
import { formatBytes } from '../text/format.ts';
import { lfsFileOf } from './layout.ts';

/** The LFS objects of an export, each a file that is there whole or not at all. */

/** Is the object here, with the size that it should have? */
async function hasLfs(directory: string, { oid, size }: LfsObject): Promise<boolean> {
  return (await stat(lfsFileOf(directory, oid)).catch(() => null))?.size === size;
}

async function absentIn(directory: string, objects: readonly LfsObject[]): Promise<LfsObject[]> {
  const there = await Promise.all(objects.map((object) => hasLfs(directory, object)));
  return objects.filter((_, index) => !there[index]);
}

/** The repository, and the objects of it that were there when it was exported. */
export type HeldLfs = { id: string; oids: ReadonlySet<string> };

/** Ids of the objects that the server did not have. @throws export-damaged when one is gone since */
export async function missingLfs(
  directory: string,
  { id, oids }: HeldLfs,
  objects: readonly LfsObject[],
): Promise<Set<string>> {
  const missing = await absentIn(directory, objects);
  const gone = missing.find(({ oid }) => oids.has(oid));
  if (gone !== undefined) throw lfsDamaged(directory, id, gone.oid, notWhole(gone));
  return new Set(missing.map(({ oid }) => oid));
}

/** @throws lfs-object-lost when the server did not have it, export-damaged when it is gone since */
export async function openLfs(
  directory: string,
  { id, oids }: HeldLfs,
  object: LfsObject,
): Promise<Readable> {
  if (await hasLfs(directory, object)) return createReadStream(lfsFileOf(directory, object.oid));
  if (oids.has(object.oid)) throw lfsDamaged(directory, id, object.oid, notWhole(object));
  throw lfsObjectLost(object.oid, { repository: id, size: formatBytes(object.size) });
}

/** It was there whole, for only then it gets its name. */
export function lfsDamaged(directory: string, id: string, oid: string, detail: string): Failure {
  return exportDamaged(id, { file: lfsFileOf(directory, oid), detail });
}

function notWhole({ size }: LfsObject): string {
  return `this LFS object is missing, or has not its ${size} bytes`;
}

/** Takes objects in as a project of the target does. */
export function lfsStore(directory: string): LfsWriter {
  const missing = (objects: readonly LfsObject[]): Promise<LfsObject[]> => absentIn(directory, objects);
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
