import type { ClientRequest } from 'node:http';
import { Readable } from 'node:stream';
import type { AxiosInstance, AxiosRequestConfig, AxiosResponse } from 'axios';
import { Failure } from '../failures/failure.ts';
import { answerCut, timedOut } from '../failures/network.ts';
import { interruption } from '../failures/usage.ts';
import { formatBytes } from '../text/format.ts';
import { type Server, failureOf, isOfType } from './answers.ts';
import type { Connections } from './connections.ts';
import { transportWithin } from './transport.ts';
import type { Limit } from './tunnel.ts';
import { foreignAnswer, wayOf, type Way } from './whose.ts';

export type StreamRequest = {
  method?: 'GET' | 'PUT';
  /** Appended to the base URL as it is. */
  path: string;
  headers: Record<string, string | null>;
  /** A stream is sent chunked, unless the headers have its length. */
  body?: Readable | Buffer;
  /** The content type of the server's own answer. */
  expects: string;
};

export type StreamAnswer = {
  status: number;
  headers: Record<string, string>;
  body: Readable;
  /** True for 200 in the content type of the server's own answer (GL-390). */
  ok: boolean;
  /** What the answer comes to when, by the beginning of its body, it is not the server's own; null when it is. */
  foreign: (text: string) => Failure | null;
  /** Cuts the connection if the request is still being sent. */
  hangUp(): void;
};

/** Bounds each wait by this time, and by the interruption of the run. */
export function limitOf(ms: number, signal: AbortSignal): Limit {
  return (end) => {
    const interrupt = (): void => end(interruption(''));
    const timer = setTimeout(() => end(Object.assign(new Error('silence'), { code: 'ETIMEDOUT' })), ms);
    signal.addEventListener('abort', interrupt);
    return () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', interrupt);
    };
  };
}

/** A streamed body may itself wait for a server that is given as long; that one shall be given up first. */
const morePatienceMs = 15_000;

/**
 * Sends a body of any size and gives the answer as a stream, both with backpressure. Resolves as soon as the answer's
 * head is there, also while the body is still being sent; gives up when nothing moves on the connection for that long.
 * Never repeated, and outside the limit of small requests. A POST unless the request says otherwise.
 */
export async function sendStream(
  client: AxiosInstance,
  server: Server,
  request: StreamRequest,
  options: { timeoutMs: number; signal: AbortSignal; connections: Connections; proxy: Way['proxy'] },
): Promise<StreamAnswer> {
  const { method = 'POST', body } = request;
  const more = body instanceof Readable ? Math.min(options.timeoutMs, morePatienceMs) : 0;
  const timeout = options.timeoutMs + more;
  const transport = transportWithin(timeout, body);
  try {
    const settings: AxiosRequestConfig = {
      method,
      url: server.url + request.path,
      headers: { accept: request.expects, ...request.headers },
      data: body,
      responseType: 'stream',
      decompress: true,
      // Any other value puts a stream of its own between, with its own buffer.
      maxBodyLength: -1,
      maxContentLength: -1,
      timeout,
      transport,
      signal: options.signal,
    };
    const send = (): Promise<AxiosResponse<Readable>> => client.request<Readable>(settings);
    const response = await options.connections.send(send, { repeatable: method === 'GET' });
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(response.headers)) headers[name.toLowerCase()] = String(value);
    const sent = response.request as ClientRequest;
    return {
      status: response.status,
      headers,
      body: response.data,
      ok: response.status === 200 && isOfType(headers, request.expects),
      foreign(body) {
        const way = { ...wayOf({ server, proxy: options.proxy }, sent), wanted: request.expects };
        const answer = { status: response.status, headers, body };
        return foreignAnswer(answer, `${method} ${request.path}`, way);
      },
      hangUp() {
        if (!sent.writableFinished) sent.destroy();
      },
    };
  } catch (error) {
    throw failureOf(error, {
      server,
      path: request.path,
      timeoutMs: timeout,
      answered: options.connections.answered(),
      sentBytes: transport.sentBytes(),
    });
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

/**
 * The whole body of a small answer, as it was sent.
 * @throws what broke it off, with the code ERR_BAD_RESPONSE and how far it came
 */
export async function wholeBody(
  { data, headers }: AxiosResponse<Readable>,
  withinMs: number,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  const late = Object.assign(new Error('too late'), { code: 'ETIMEDOUT' });
  const timer = setTimeout(() => data.destroy(late), withinMs);
  try {
    for await (const chunk of data as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
    }
  } catch (error) {
    const { code = '', message } = error as { code?: string; message: string };
    if (code === 'ETIMEDOUT' || code === 'ERR_CANCELED') throw error;
    const length: unknown = headers['content-length'];
    const all = typeof length === 'string' ? ` of ${length}` : '';
    const text = `after ${size}${all} bytes (${message})`;
    throw Object.assign(new Error(text), { code: 'ERR_BAD_RESPONSE' });
  } finally {
    clearTimeout(timer);
  }
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
}

/** An answer of git's that is being read. */
export type Heard = {
  /** Fails when none comes for as long as that server may be silent (the time in which nobody asks for one does not count), and
   * when the connection breaks; lets go of the stream in any case. @throws timeout, answer-cut, interrupted */
  chunks: AsyncGenerator<Buffer>;
  /** The failure for an answer that ended, and as HTTP has it properly, before git's last word (a flush); null when that came, or nothing at all. */
  unfinished(): Failure | null;
  /** Nobody reads on. */
  stop(): void;
};

/** Reads the answer of one of the two servers. */
export function hear(
  stream: Readable,
  server: Server['name'],
  { silenceMs, url }: { silenceMs: number; url: string },
  { id, signal }: { id: string; signal: AbortSignal },
): Heard {
  let size = 0;
  let end = '';
  const cut = (why: string): Failure =>
    answerCut(id, { server, host: new URL(url).host, detail: `after ${formatBytes(size)} ${why}` });
  async function* chunksOf(): AsyncGenerator<Buffer> {
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
        size += value.length;
        end = `${end}${value.toString('latin1', Math.max(0, value.length - 4))}`.slice(-4);
        yield value;
      }
    } catch (error) {
      if (signal.aborted) throw interruption(id);
      if (error instanceof Failure) throw error;
      const text = error instanceof Error ? error.message : String(error);
      throw cut(`(${text})`);
    } finally {
      signal.removeEventListener('abort', interrupt);
      stream.destroy();
    }
  }

  return {
    chunks: chunksOf(),
    stop: () => void stream.destroy(),
    unfinished: () => (size === 0 || end === '0000' ? null : cut('(without the end that git gives it)')),
  };
}
