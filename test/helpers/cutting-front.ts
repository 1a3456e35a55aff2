import {
  createServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { createGzip } from 'node:zlib';
import { listening } from './hosts.ts';

/** What the front does to the POSTs of one repository. */
export type Cut =
  /** The answer stops after so many bytes and the connection breaks. */
  | { what: 'answer'; at: number; how: 'reset' }
  /** The answer stops after so many bytes but ends as if it were whole. */
  | { what: 'answer'; at: number; how: 'end' }
  /** The answer stops after so many bytes and nothing more comes. */
  | { what: 'answer'; at: number; how: 'stall' }
  /** The server behind never sees more of the request: its connection breaks. */
  | { what: 'request'; at: number; how: 'reset' }
  /** The server behind sees no more of the request, but a proper end. */
  | { what: 'request'; at: number; how: 'end' }
  /** The connection of the client breaks after so many bytes of the request. */
  | { what: 'client'; at: number };

export type FrontOptions = {
  /** Added to every request. */
  headers?: Record<string, string>;
  /** Compresses the answers to POSTs. */
  gzip?: boolean;
  /** Answers 411 to a body without its length. */
  lengthRequired?: boolean;
};

export type Front = {
  url: string;
  /** Headers of the requests as they came. */
  seen: IncomingHttpHeaders[];
  /** Cuts the next POST whose path has this text. */
  cut(path: string, cut: Cut): void;
  /** Bodies of POST answers as the server gave them, by path. */
  answers: Map<string, Buffer[]>;
};

/** A server before another one that passes everything on, and cuts what it is told to. */
export async function cuttingFront(upstream: string, options: FrontOptions = {}): Promise<Front> {
  const cuts = new Map<string, Cut>();
  const answers = new Map<string, Buffer[]>();
  const seen: IncomingHttpHeaders[] = [];
  const base = new URL(upstream);

  function serve(request: IncomingMessage, response: ServerResponse): void {
    const url = request.url ?? '';
    const path = [...cuts.keys()].find((key) => url.includes(key));
    // Before a large request git sends an empty one, to be asked for its login.
    const isPush = request.method === 'POST' && request.headers['content-length'] !== '4';
    const cut = isPush && path !== undefined ? cuts.get(path) : undefined;
    if (cut !== undefined && path !== undefined) cuts.delete(path);
    const { method } = request;
    seen.push(request.headers);
    if (options.lengthRequired === true && request.headers['transfer-encoding'] !== undefined) {
      request.resume();
      response.writeHead(411, { 'content-type': 'text/html' }).end('<h1>411 Length Required</h1>');
      return;
    }
    const headers = { ...request.headers, ...options.headers };
    // What comes shorter than was said goes on without its length.
    if (cut?.what === 'request' && cut.how === 'end') delete headers['content-length'];
    const inner = httpRequest({
      host: base.hostname,
      port: base.port,
      path: url,
      method,
      headers,
      agent: false,
    });
    inner.on('error', () => response.destroy());
    request.on('error', () => inner.destroy());
    request.on('close', () => {
      if (!request.complete) inner.destroy();
    });
    let sent = 0;
    if (cut?.what === 'client') {
      request.on('data', (bytes: Buffer) => {
        sent += bytes.length;
        if (sent >= cut.at) request.socket.resetAndDestroy();
      });
      return;
    }
    if (cut?.what === 'request' && cut.how === 'end') {
      request.on('data', (bytes: Buffer) => {
        const part = bytes.subarray(0, Math.max(0, cut.at - sent));
        sent += bytes.length;
        if (part.length > 0) inner.write(part);
      });
      request.on('end', () => inner.end());
    } else if (cut?.what === 'request') {
      request.on('data', (bytes: Buffer) => {
        const part = bytes.subarray(0, Math.max(0, cut.at - sent));
        sent += bytes.length;
        if (part.length > 0) inner.write(part, () => sent >= cut.at && inner.destroy());
        else inner.destroy();
      });
      request.on('end', () => inner.end());
    } else request.pipe(inner);
    inner.on('response', (answer) => {
      if (options.gzip === true && method === 'POST') {
        delete answer.headers['content-length'];
        response.writeHead(answer.statusCode ?? 500, { ...answer.headers, 'content-encoding': 'gzip' });
        answer.pipe(createGzip()).pipe(response);
        return;
      }
      // With its length announced the client would know that more was to come.
      if (cut?.what === 'answer' && cut.how === 'end') delete answer.headers['content-length'];
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      pass(answer, response, cut?.what === 'answer' ? cut : undefined, keep(answers, url, method));
    });
  }

  const server = createServer(serve);
  server.requestTimeout = 0;
  return {
    url: `http://127.0.0.1:${await listening(server)}${base.pathname.replace(/\/$/, '')}`,
    cut: (path, cut) => cuts.set(path, cut),
    answers,
    seen,
  };
}

function keep(answers: Front['answers'], url: string, method = ''): Buffer[] {
  const key = `${method} ${url}`;
  const kept = answers.get(key) ?? [];
  answers.set(key, kept);
  return kept;
}

function pass(
  answer: IncomingMessage,
  response: ServerResponse,
  cut: Extract<Cut, { what: 'answer' }> | undefined,
  kept: Buffer[],
): void {
  let sent = 0;
  const limit = cut?.at ?? Infinity;
  let over = false;
  answer.on('data', (bytes: Buffer) => {
    if (over) return;
    kept.push(bytes);
    const part = bytes.subarray(0, limit - sent);
    sent += part.length;
    response.write(part);
    if (sent < limit) return;
    over = true;
    finish();
  });
  answer.on('end', () => {
    if (!over) response.end();
  });
  answer.on('error', () => response.destroy());
  function finish(): void {
    answer.resume();
    if (cut?.how === 'reset') response.write('', () => setImmediate(() => response.destroy()));
    else if (cut?.how === 'end') response.end();
  }
}
