import { closeSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { constants, inflateSync } from 'node:zlib';
import type { NewObject } from './quarantine.ts';

/** Type and size stand within the first bytes. */
const HEADER_BYTES = 64;

/** All objects of a directory that has no packs, without starting git; null when there is a pack. */
export function looseObjects(directory: string): NewObject[] | null {
  const objects: NewObject[] = [];
  const buffer = Buffer.alloc(HEADER_BYTES);
  for (const folder of readdirSync(directory)) {
    // git makes this folder for every push.
    if (folder === 'pack' && readdirSync(join(directory, folder)).length > 0) return null;
    if (!/^[0-9a-f]{2}$/.test(folder)) continue;
    for (const name of readdirSync(join(directory, folder))) {
      if (!/^[0-9a-f]{38}$/.test(name)) continue;
      const header = readHeader(join(directory, folder, name), buffer);
      objects.push({ id: folder + name, ...header });
    }
  }
  return objects;
}

/** Contents of loose objects by id; null when one of them is not loose. */
export function readLoose(directory: string, ids: string[]): Map<string, Buffer> | null {
  const contents = new Map<string, Buffer>();
  for (const id of ids) {
    const bytes = readLooseObject(directory, id);
    if (!bytes) return null;
    contents.set(id, bytes.subarray(bytes.indexOf(0) + 1));
  }
  return contents;
}

/** A loose object with its header; null when there is none in this directory. */
export function readLooseObject(directory: string, id: string): Buffer | null {
  try {
    return inflateSync(readFileSync(join(directory, id.slice(0, 2), id.slice(2))));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

function readHeader(file: string, buffer: Buffer): { type: string; size: number } {
  const handle = openSync(file, 'r');
  try {
    const length = readSync(handle, buffer, 0, HEADER_BYTES, 0);
    const start = inflateSync(buffer.subarray(0, length), { finishFlush: constants.Z_SYNC_FLUSH });
    const [type = '', size = ''] = start.toString('latin1', 0, start.indexOf(0)).split(' ');
    return { type, size: Number(size) };
  } finally {
    closeSync(handle);
  }
}
