import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { deflate } from 'node:zlib';
import type { Git } from '../git/run.ts';

export type ObjectType = 'commit' | 'tree' | 'tag';

/** Puts objects into a repository, many in one pack. */
export type ObjectWriter = {
  /** Gives its id; it is in the repository once `flush` has ended. */
  write(type: ObjectType, body: Buffer): Promise<string>;
  flush(): Promise<void>;
};

const numbers: Record<ObjectType, number> = { commit: 1, tree: 2, tag: 4 };
/** So much is held before a pack is made of it. */
const batch = { bytes: 8 * 1024 * 1024, objects: 50_000 };
const compressed = promisify(deflate);

/** One process of git for each batch, whatever the number of objects. */
export function createObjectWriter(git: Git): ObjectWriter {
  const waiting = new Map<string, { type: ObjectType; body: Buffer }>();
  let bytes = 0;

  async function flush(): Promise<void> {
    if (waiting.size === 0) return;
    const objects = [...waiting.values()];
    waiting.clear();
    bytes = 0;
    const run = git.start('index-pack', '--stdin');
    run.stdout.resume();
    const hash = createHash('sha1');
    async function send(chunk: Buffer): Promise<void> {
      hash.update(chunk);
      if (!run.stdin.write(chunk))
        await new Promise((resolve) => run.stdin.once('drain', resolve).once('close', resolve));
    }
    const head = Buffer.from('PACK\0\0\0\u0002\0\0\0\0', 'latin1');
    head.writeUInt32BE(objects.length, 8);
    await send(head);
    for (const { type, body } of objects)
      await send(Buffer.concat([entryHeader(numbers[type], body.length), await compressed(body)]));
    run.stdin.end(hash.digest());
    await run.ended;
  }

  return {
    async write(type, body) {
      const id = createHash('sha1').update(`${type} ${body.length}\0`).update(body).digest('hex');
      if (!waiting.has(id)) bytes += body.length;
      waiting.set(id, { type, body });
      if (bytes >= batch.bytes || waiting.size >= batch.objects) await flush();
      return id;
    },
    flush,
  };
}

/** Type and size of an entry (gitformat-pack, "Pack *.pack files"). */
function entryHeader(type: number, size: number): Buffer {
  const bytes: number[] = [];
  let rest = Math.floor(size / 16);
  let byte = type * 16 + (size % 16);
  while (rest > 0) {
    bytes.push(byte + 128);
    byte = rest % 128;
    rest = Math.floor(rest / 128);
  }
  return Buffer.from([...bytes, byte]);
}
