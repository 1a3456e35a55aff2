import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { pack, type Pack } from 'tar-stream';
import type { Relation } from './lines.ts';
import type { MemberLine } from './words.ts';

type Content = {
  relation: Relation;
  /** The file with the lines. */
  path: string;
  /** Of that file. */
  bytes: number;
  members: readonly MemberLine[];
};

/**
 * Writes the archive of these lines. GitLab reads these two files and nothing else; it takes an empty one for a broken line,
 * so whoever has no members has no file of them (GL-421).
 */
export async function writeTar(file: string, content: Content): Promise<void> {
  const tar = pack();
  const written = pipeline(tar, createGzip(), createWriteStream(file, { mode: 0o600 }));
  // The first to fail ends the other; both are waited for.
  const filled = fill(tar, content).catch((error: unknown) => tar.destroy(error as Error));
  await Promise.all([written, filled]);
}

async function fill(tar: Pack, { relation, path, bytes, members }: Content): Promise<void> {
  await pipeline(createReadStream(path), tar.entry(headerOf(relation, bytes)));
  const text = members.map((line) => `${JSON.stringify(line)}\n`).join('');
  if (text !== '') await pipeline([text], tar.entry(headerOf('project_members', Buffer.byteLength(text))));
  tar.finalize();
}

/** Nothing in it tells when or by whom it was written. */
function headerOf(name: string, size: number): { name: string; size: number; mtime: Date; mode: number } {
  return { name: `tree/project/${name}.ndjson`, size, mtime: new Date(0), mode: 0o644 };
}
