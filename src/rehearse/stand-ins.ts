import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';

/** Real id to the id of the commit that stands for it. */
export type StandIns = ReadonlyMap<string, string>;

const WHO = 'gb2gl <gb2gl@example.com> 0 +0000';

/**
 * Makes commits that stand for objects which are on the real target and nowhere else: a ref that holds one exists, and
 * holds what the source does not have. The same id always gives the same commit.
 */
export async function makeStandIns(gitDir: string, ids: Iterable<string>): Promise<StandIns> {
  const made = new Map<string, string>();
  for (const id of ids) {
    if (made.size === 0) await writeObject(gitDir, 'tree', '');
    made.set(id, await writeObject(gitDir, 'commit', commitFor(id)));
  }
  return made;
}

function commitFor(id: string): string {
  const tree = nameOf('tree', '');
  return `tree ${tree}\nauthor ${WHO}\ncommitter ${WHO}\n\nStands for ${id}, which is on the target only\n`;
}

function nameOf(type: string, content: string): string {
  return createHash('sha1').update(objectOf(type, content)).digest('hex');
}

function objectOf(type: string, content: string): string {
  return `${type} ${Buffer.byteLength(content)}\0${content}`;
}

/** As git writes a loose object. */
async function writeObject(gitDir: string, type: string, content: string): Promise<string> {
  const id = nameOf(type, content);
  const folder = join(gitDir, 'objects', id.slice(0, 2));
  const file = join(folder, id.slice(2));
  if (existsSync(file)) return id;
  await mkdir(folder, { recursive: true });
  await writeFile(file, deflateSync(objectOf(type, content)));
  return id;
}
