import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, normalize, sep } from 'node:path';
import type { GitBucketContext } from '../context.ts';

/** The folder beside the bare repository that holds attachments, release files and LFS objects (GB-240). */
export function filesDir(context: GitBucketContext, repository: { owner: string; name: string }): string {
  return dirname(context.lfsDir(repository.owner, repository.name));
}

/** A name for an uploaded file: milliseconds and ten letters or digits. */
export function newFileId(now: number): string {
  const letters = randomBytes(24).toString('base64').replaceAll(/[+/=]/g, '').slice(0, 10);
  return `${now}${letters}`;
}

/** Writes below a folder; a name that would lead out of it is refused as GitBucket does. */
export async function storeFile(folder: string, name: string, bytes: Uint8Array): Promise<void> {
  const file = inside(folder, name);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, bytes);
}

/** The bytes, or nothing when there is no such file. */
export async function loadFile(folder: string, name: string): Promise<Buffer | undefined> {
  return readFile(inside(folder, name)).catch(() => undefined);
}

function inside(folder: string, name: string): string {
  const file = normalize(join(folder, name));
  if (!file.startsWith(folder + sep)) throw new Error(`refused file name: ${name}`);
  return file;
}

const TYPES: Record<string, string> = {
  txt: 'text/plain',
  md: 'text/x-web-markdown',
  html: 'text/plain',
  htm: 'text/plain',
  zip: 'application/zip',
  gz: 'application/gzip',
  pdf: 'application/pdf',
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  json: 'application/json',
};

/** Content type by extension alone; HTML is never sent as such. */
export function typeOf(name: string): string {
  const extension = name.slice(name.lastIndexOf('.') + 1).toLowerCase();
  return TYPES[extension] ?? 'application/octet-stream';
}
