import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { writeAll } from '../../write-all.ts';
import { killGit, startGit, uploadPackConfig } from './gitaly.ts';
import type { Body } from './push-request.ts';
import { clientGone, openBody, send } from './workhorse.ts';

const RESULT = { 'content-type': 'application/x-git-upload-pack-result', 'cache-control': 'no-cache' };

/** Serves `POST git-upload-pack`: the request is read whole before git answers, as Workhorse does. */
export async function serveFetch(
  request: IncomingMessage,
  response: ServerResponse,
  gitDir: string,
): Promise<void> {
  const body = openBody(request);
  if (!body) return send(response, { status: 500, body: 'Internal Server Error\n' });
  const wants = await readAll(body);
  if (wants === null) return;
  const protocol = request.headers['git-protocol'];
  const env = typeof protocol === 'string' ? { GIT_PROTOCOL: protocol } : {};
  const args = ['upload-pack', '--stateless-rpc', gitDir];
  const child = startGit({ args, config: uploadPackConfig(), env });
  const closed = once(child, 'close') as Promise<[number | null]>;
  const gone = clientGone(response);
  gone.addEventListener('abort', () => killGit(child));
  child.stderr!.resume();
  child.stdin!.on('error', () => {});
  child.stdin!.end(wants);
  await copy(child.stdout!, response, gone);
  const [code] = await closed;
  if (response.headersSent) response.end();
  else send(response, code === 0 ? { status: 200, headers: RESULT } : { status: 500 });
}

async function readAll(body: Body): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  try {
    for (let next = await body.next(); !next.done; next = await body.next()) chunks.push(next.value);
  } catch {
    return null;
  }
  return Buffer.concat(chunks);
}

async function copy(output: Readable, response: ServerResponse, gone: AbortSignal): Promise<void> {
  for await (const chunk of output as AsyncIterable<Buffer>) {
    if (gone.aborted) continue;
    if (!response.headersSent) response.writeHead(200, RESULT);
    await writeAll(response, chunk);
  }
}
