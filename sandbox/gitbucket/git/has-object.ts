import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';

/** Is the object there, loose or in a pack, as far as its name tells? Reads files only: a process for each listing is dear. */
export function hasObject(gitDir: string, id: string): boolean {
  return storeHas(join(gitDir, 'objects'), id);
}

function storeHas(objects: string, id: string): boolean {
  if (existsSync(join(objects, id.slice(0, 2), id.slice(2)))) return true;
  const packs = join(objects, 'pack');
  const indexes = existsSync(packs) ? readdirSync(packs).filter((name) => name.endsWith('.idx')) : [];
  if (indexes.some((name) => indexHas(readFileSync(join(packs, name)), Buffer.from(id, 'hex')))) return true;
  return alternatesOf(objects).some((other) => storeHas(other, id));
}

/** Index of a pack, version 2 (gitformat-pack): how many ids begin with up to each byte, then the ids in order. */
function indexHas(index: Buffer, id: Buffer): boolean {
  const first = id[0] ?? 0;
  const countUpTo = (byte: number): number => (byte < 0 ? 0 : index.readUInt32BE(8 + byte * 4));
  let low = countUpTo(first - 1);
  let high = countUpTo(first);
  while (low < high) {
    const middle = (low + high) >>> 1;
    const at = 8 + 256 * 4 + middle * 20;
    const order = id.compare(index, at, at + 20);
    if (order === 0) return true;
    if (order < 0) high = middle;
    else low = middle + 1;
  }
  return false;
}

function alternatesOf(objects: string): string[] {
  const file = join(objects, 'info/alternates');
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.filter(Boolean).map((line) => (isAbsolute(line) ? line : join(objects, line)));
}
