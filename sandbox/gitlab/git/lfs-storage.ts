import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream, mkdirSync, renameSync, rmSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Context } from '../context.ts';
import type { Project } from '../state.ts';
import { refuseLfs } from './lfs-json.ts';
import { send } from './workhorse.ts';

/** In bytes: the benchmark shall measure its client. */
const writtenAtOnce = 1024 * 1024;

/** Takes one object in and links it to the project (lfs_storage_controller.rb). */
export async function storeObject(
  request: IncomingMessage,
  response: ServerResponse,
  context: Context,
  project: Project,
  object: { oid: string; size: number },
): Promise<void> {
  const target = objectFile(context, object.oid);
  const file = join(context.lfsDir(), 'tmp', randomUUID());
  mkdirSync(dirname(file), { recursive: true });
  const hash = createHash('sha256');
  let size = 0;
  request.on('data', (chunk: Buffer) => {
    hash.update(chunk);
    size += chunk.length;
  });
  try {
    await pipeline(request, createWriteStream(file, { highWaterMark: writtenAtOnce }));
  } catch {
    rmSync(file, { force: true });
    response.destroy();
    return;
  }
  if (size !== object.size || hash.digest('hex') !== object.oid) {
    rmSync(file, { force: true });
    const headers = { 'content-type': 'text/plain; charset=utf-8' };
    return send(response, { status: 400, headers, body: 'SHA256 or size mismatch' });
  }
  mkdirSync(dirname(target), { recursive: true });
  renameSync(file, target);
  project.lfsObjects[object.oid] = size;
  context.changed();
  send(response, { status: 200 });
}

/** Sends one object that is linked to the project. */
export async function sendObject(
  response: ServerResponse,
  context: Context,
  project: Project,
  oid: string,
): Promise<void> {
  const size = project.lfsObjects[oid];
  if (size === undefined) return refuseLfs(context, response, 404, 'Not found.');
  response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': size });
  try {
    await pipeline(createReadStream(objectFile(context, oid)), response);
  } catch {
    response.destroy();
  }
}

function objectFile(context: Context, oid: string): string {
  return join(context.lfsDir(), oid.slice(0, 2), oid.slice(2, 4), oid.slice(4));
}
