import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { createGunzip } from 'node:zlib';
import type { Body } from './push-request.ts';

/** Go's net/http reads so much of an unread body before it sends an answer. */
const READ_BEFORE_ANSWER = 256 * 1024;
/** Go's net/http keeps a connection half open so long after an early answer, lest the client lose it. */
const LINGER_MS = 500;

/** The request's body without its content encoding; null for an encoding that Workhorse does not know. */
export function openBody(request: IncomingMessage): Body | null {
  const encoding = request.headers['content-encoding'];
  if (encoding === undefined || encoding === 'identity') return iterate(request);
  if (encoding !== 'gzip' && encoding !== 'x-gzip') return null;
  const gunzip = createGunzip();
  request.on('error', (error) => gunzip.destroy(error));
  request.on('close', () => {
    if (!request.complete) gunzip.destroy(new Error('the client has gone'));
  });
  request.pipe(gunzip);
  return iterate(gunzip);
}

function iterate(stream: AsyncIterable<unknown>): Body {
  return stream[Symbol.asyncIterator]() as Body;
}

/** Neither a length nor chunks: git's bodies must say how they end (GL-218). */
export function hasBody(headers: IncomingHttpHeaders): boolean {
  return headers['transfer-encoding'] !== undefined || headers['content-length'] !== undefined;
}

/** Aborted as soon as the client goes away before the answer is complete. */
export function clientGone(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  response.on('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  return gone.signal;
}

export type Answer = { status: number; headers?: OutgoingHttpHeaders; body?: string | Buffer };

/**
 * Answers before the body was looked at. Like Go, it first reads up to 256 KiB of a chunked or short body; when there
 * is more the connection is closed afterwards (GL-218).
 */
export async function answerEarly(
  request: IncomingMessage,
  response: ServerResponse,
  answer: Answer,
): Promise<void> {
  if (!hasBody(request.headers)) return send(response, answer);
  const body = iterate(request);
  const asksFirst = request.headers.expect !== undefined;
  // Nobody says "go on" for the sake of a refusal: with chunks both sides then wait (GL-218).
  if (asksFirst) response.writeContinue = () => {};
  const announced = Number(request.headers['content-length'] ?? 0);
  const atOnce = announced > READ_BEFORE_ANSWER || (asksFirst && announced > 0);
  const end = atOnce ? 'more' : await readUpTo(body, READ_BEFORE_ANSWER);
  if (end === 'end') return send(response, answer);
  if (end === 'more') return sendAndLinger(response, answer, body);
}

/** Sends a whole answer. */
export function send(response: ServerResponse, answer: Answer): void {
  const body = Buffer.from(answer.body ?? '');
  response.writeHead(answer.status, { ...answer.headers, 'content-length': body.length });
  response.end(body);
}

/** Sends a whole answer while the client is still talking, then listens a little before it hangs up. */
export async function sendAndLinger(response: ServerResponse, answer: Answer, body: Body): Promise<void> {
  const bytes = Buffer.from(answer.body ?? '');
  response.writeHead(answer.status, {
    ...answer.headers,
    connection: 'close',
    'content-length': bytes.length,
  });
  response.flushHeaders();
  response.write(bytes);
  await linger(body);
  response.end();
}

/** Reads on until the body ends, but not for long. */
export async function linger(body: Body): Promise<void> {
  const timer = new Promise<void>((resolve) => {
    setTimeout(resolve, LINGER_MS);
  });
  await Promise.race([readUpTo(body, Infinity), timer]);
}

async function readUpTo(body: Body, limit: number): Promise<'end' | 'gone' | 'more'> {
  let read = 0;
  while (read < limit) {
    const next = await take(body);
    if (typeof next === 'string') return next;
    read += next.length;
  }
  return 'more';
}

async function take(body: Body): Promise<Buffer | 'end' | 'gone'> {
  try {
    const { done, value } = await body.next();
    return done ? 'end' : value;
  } catch {
    return 'gone';
  }
}
