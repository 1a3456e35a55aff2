import http from 'node:http';
import https from 'node:https';
import { addAbortSignal, Readable } from 'node:stream';
import type { AxiosInstance, AxiosRequestConfig, AxiosResponse } from 'axios';
import { Failure } from '../failures/failure.ts';
import { fetchFailed, pushFailed } from '../failures/git.ts';
import { timedOut } from '../failures/network.ts';
import { interruption } from '../failures/usage.ts';
import { cutMark } from '../text/format.ts';
import { type Server, failureOf } from './answers.ts';
import type { Connections } from './connections.ts';
import { foreignAnswer, wayOf, type Way } from './whose.ts';

export type StreamRequest = {
  /** Appended to the base URL as it is. */
  path: string;
  headers: Record<string, string | null>;
  /** A stream is sent chunked, unless the headers have its length. */
  body: Readable | Buffer;
};

export type StreamAnswer = {
  status: number;
  headers: Record<string, string>;
  body: Readable;
  /** What the answer comes to when, by the beginning of its body, it is not the server's own; null when it is. */
  foreign: (text: string) => Failure | null;
  /** Cuts the connection if the request is still being sent. */
  hangUp(): void;
};

/** A streamed body may itself wait for a server that is given as long; that one shall be given up first. */
const morePatienceMs = 15_000;
const beginningMs = 10_000;

/**
 * Chosen here because axios bounds its own choice by the clock, however well a long upload goes on. Until the request has
 * a connection, though, nothing else bounds it: that of a socket begins with the socket.
 */
function transportWithin(timeoutMs: number) {
  return {
    request(options: https.RequestOptions, answered: (response: http.IncomingMessage) => void) {
      const { request } = options.protocol === 'https:' ? https : http;
      const sent = request(options, answered);
      const late = Object.assign(new Error('no connection was free'), { code: 'ETIMEDOUT' });
      const timer = setTimeout(() => sent.destroy(late), timeoutMs);
      for (const event of ['socket', 'close']) sent.once(event, () => clearTimeout(timer));
      return sent;
    },
  };
}

/**
 * POSTs a body of any size and gives the answer as a stream, both with backpressure. Resolves as soon as the answer's
 * head is there, also while the body is still being sent; gives up when nothing moves on the connection for that long.
 * Never repeated, and outside the limit of small requests.
 */
export async function postStream(
  client: AxiosInstance,
  server: Server,
  request: StreamRequest,
  options: { timeoutMs: number; signal: AbortSignal; connections: Connections; proxy: Way['proxy'] },
): Promise<StreamAnswer> {
  const more = Buffer.isBuffer(request.body) ? 0 : Math.min(options.timeoutMs, morePatienceMs);
  const timeout = options.timeoutMs + more;
  try {
    const settings: AxiosRequestConfig = {
      method: 'POST',
      url: server.url + request.path,
      headers: request.headers,
      data: request.body,
      responseType: 'stream',
      decompress: true,
      // Any other value puts a stream of its own between, with its own buffer.
      maxBodyLength: -1,
      maxContentLength: -1,
      timeout,
      transport: transportWithin(timeout),
      signal: options.signal,
    };
    const post = (): Promise<AxiosResponse<Readable>> => client.request<Readable>(settings);
    const response = await options.connections.send(post, { repeatable: false });
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(response.headers)) headers[name.toLowerCase()] = String(value);
    const sent = response.request as http.ClientRequest;
    return {
      status: response.status,
      headers,
      body: response.data,
      foreign(text) {
        const way = wayOf({ server, proxy: options.proxy }, sent);
        return foreignAnswer({ status: response.status, headers, body: text }, `POST ${request.path}`, way);
      },
      hangUp() {
        if (!sent.writableFinished) sent.destroy();
      },
    };
  } catch (error) {
    throw failureOf(error, server, request.path, timeout);
  }
}

/** As much as git itself sends in one plain request (http.postBuffer). */
const plainBytes = 1024 * 1024;

/**
 * A body of these pieces, and how many bytes it has: null where it is not small. Some servers, and what is before them,
 * take no body whose length is not told beforehand (RFC 9110 §15.5.12).
 */
export async function asBody(
  pieces: AsyncGenerator<Buffer>,
): Promise<{ body: Readable; bytes: number | null }> {
  const first: Buffer[] = [];
  let size = 0;
  let ended = false;
  while (!ended && size <= plainBytes) {
    const { value, done } = await pieces.next();
    ended = done === true;
    if (value !== undefined) first.push(value);
    size += value?.length ?? 0;
  }
  async function* all(): AsyncGenerator<Buffer> {
    yield* first;
    yield* pieces;
  }
  const body = Readable.from(all(), { objectMode: false, highWaterMark: 256 * 1024 });
  return { body, bytes: ended ? size : null };
}

/** The beginning of an answer that is only looked at for a message, marked where it breaks off; the rest is thrown away. */
export async function beginningOf(body: Readable, bytes = 4096): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  let whole = false;
  addAbortSignal(AbortSignal.timeout(beginningMs), body);
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > bytes) break;
    }
    whole = size <= bytes;
  } catch {
    // What was read so far is all there is.
  }
  body.destroy();
  const text = Buffer.concat(chunks).toString('utf8', 0, bytes);
  return whole || text === '' ? text : `${text}${cutMark}`;
}

/** True for an answer that git's own services never give: a page for people. */
export function isForeignType({ headers }: Pick<StreamAnswer, 'headers'>): boolean {
  return (headers['content-type'] ?? '').startsWith('text/html');
}

/** The two directions of a transfer: whose answer is read, and the error that a broken one becomes. */
const sides = {
  source: { name: 'GitBucket', brokeOff: fetchFailed },
  target: { name: 'GitLab', brokeOff: pushFailed },
} as const;

/**
 * The chunks of one server's answer. Fails when none comes for as long as that server may be silent (the time in which
 * nobody asks for one does not count), and when the connection breaks; lets go of the stream in any case.
 * @throws timeout, fetch-failed or push-failed, interrupted
 */
export async function* withinTime(
  stream: Readable,
  side: 'source' | 'target',
  { silenceMs }: { silenceMs: number },
  { id, signal }: { id: string; signal: AbortSignal },
): AsyncGenerator<Buffer> {
  const { name: server, brokeOff } = sides[side];
  const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const interrupt = (): void => {
    stream.destroy(interruption(id));
  };
  signal.addEventListener('abort', interrupt);
  try {
    for (;;) {
      // Made for every chunk: the environment's sleep would cost more than all else that is done with it.
      const timer = setTimeout(() => {
        const seconds = Math.round(silenceMs / 1000);
        stream.destroy(timedOut(id, { server, seconds }));
      }, silenceMs);
      const { value, done } = await chunks.next().finally(() => clearTimeout(timer));
      if (done) return;
      yield value;
    }
  } catch (error) {
    if (signal.aborted) throw interruption(id);
    if (error instanceof Failure) throw error;
    const text = error instanceof Error ? error.message : String(error);
    throw brokeOff(id, { detail: `${server} broke off its answer (${text})` });
  } finally {
    signal.removeEventListener('abort', interrupt);
    stream.destroy();
  }
}
