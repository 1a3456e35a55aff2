import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync, inflateSync } from 'node:zlib';
import { packet } from './advertisement.ts';

const TYPES: Readonly<Record<string, number>> = { commit: 1, tree: 2, blob: 3 };
const GENERATED = 3;

/**
 * The answer to a fetch of a wiki as GitBucket makes it, one commit with one page, without starting git: every repository
 * has one. Null for any other repository, and for any other question.
 */
export function generatedWikiAnswer(gitDir: string, request: string): Buffer | null {
  const [, want = ''] = /^[0-9a-f]{4}want ([0-9a-f]{40}) .*side-band-64k/.exec(request) ?? [];
  // Before it says that it is done, git only asks what becomes shallow.
  if (
    want === '' ||
    !request.endsWith('0009done\n') ||
    request.includes('have ') ||
    request.split('want ').length !== 2
  )
    return null;
  const objects = looseObjects(gitDir);
  if (objects?.size !== GENERATED || !objects.has(want)) return null;
  const pack = packOf([...objects.values()]);
  // The commit has no parents, so nothing becomes shallow.
  const shallow = /deepen \d+/.test(request) ? '0000' : '';
  return Buffer.concat([
    Buffer.from(shallow),
    packet('NAK\n'),
    packet(Buffer.concat([Buffer.from([1]), pack])),
    Buffer.from('0000'),
  ]);
}

/** Type and content by id; null where there are packs, or more than such a wiki has. */
function looseObjects(gitDir: string): Map<string, Buffer> | null {
  const folder = join(gitDir, 'objects');
  if (statSync(folder, { throwIfNoEntry: false }) === undefined) return null;
  const objects = new Map<string, Buffer>();
  for (const name of readdirSync(folder)) {
    const inside = readdirSync(join(folder, name));
    if (name.length !== 2 && inside.length > 0) return null;
    for (const rest of name.length === 2 ? inside : []) {
      if (objects.size === GENERATED) return null;
      objects.set(name + rest, inflateSync(readFileSync(join(folder, name, rest))));
    }
  }
  return objects;
}

function packOf(objects: readonly Buffer[]): Buffer {
  const head = Buffer.alloc(12);
  head.write('PACK');
  head.writeUInt32BE(2, 4);
  head.writeUInt32BE(objects.length, 8);
  const bytes = Buffer.concat([head, ...objects.flatMap((object) => entryOf(object))]);
  return Buffer.concat([bytes, createHash('sha1').update(bytes).digest()]);
}

function entryOf(object: Buffer): Buffer[] {
  const end = object.indexOf(0);
  const content = object.subarray(end + 1);
  const type = TYPES[object.toString('latin1', 0, object.indexOf(0x20))] ?? 0;
  const head = [(type << 4) | (content.length & 15)];
  for (let left = content.length >> 4; left > 0; left >>= 7) {
    head[head.length - 1] = (head.at(-1) ?? 0) | 0x80;
    head.push(left & 0x7f);
  }
  return [Buffer.from(head), deflateSync(content)];
}
