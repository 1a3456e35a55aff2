import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createFaults, type Faults } from './faults.ts';

/** One request as the sandbox saw it, in the order of arrival. */
export type LoggedRequest = {
  readonly at: number;
  readonly method: string;
  /** Path and query exactly as sent. */
  readonly url: string;
  readonly userAgent: string;
  /** HTTP status of the answer, 0 while it is under way or when the connection was cut. */
  status: number;
  /** Headers included, both ways. */
  bytesIn: number;
  bytesOut: number;
  /** From the arrival to the end of the answer; 0 while it is under way. */
  ms: number;
};

export type SandboxHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** A loopback server that records what it is asked and can be told to misbehave. */
export type SandboxServer = {
  /** `http://127.0.0.1:PORT`, without a trailing slash and without a context path. */
  readonly url: string;
  readonly port: number;
  readonly requests: LoggedRequest[];
  readonly faults: Faults;
  /** Stops listening and drops open connections. */
  close(): Promise<void>;
};

/** Starts the server on 127.0.0.1; port 0 takes any free one. `headers` come with every answer, those of faults included. */
export async function startSandboxServer(
  handler: SandboxHandler,
  options: { port?: number; headers?: () => Record<string, string> } = {},
): Promise<SandboxServer> {
  const requests: LoggedRequest[] = [];
  const faults = createFaults();
  const counters: Counters = new WeakMap();
  function serve(request: IncomingMessage, response: ServerResponse): void {
    requests.push(logged(request, response, counters));
    for (const [name, value] of Object.entries(options.headers?.() ?? {})) response.setHeader(name, value);
    void answer(request, response, handler, faults);
  }
  const server = createServer(serve);
  server.on('checkContinue', (request, response) => {
    continueWhenRead(request, response);
    serve(request, response);
  });
  server.requestTimeout = 0;
  await listen(server, options.port ?? 0);
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, port, requests, faults, close: () => close(server) };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  handler: SandboxHandler,
  faults: Faults,
): Promise<void> {
  try {
    if (await faults.intercept(request, response)) return;
    await handler(request, response);
  } catch (error) {
    if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain' });
    response.end(
      `sandbox error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
  }
}

/** A client that asks first hears "go on" only when somebody wants its body, as with Go's server. */
function continueWhenRead(request: IncomingMessage, response: ServerResponse): void {
  // The one place where a stream tells that somebody has begun to read it.
  // oxlint-disable-next-line no-underscore-dangle
  const read = request._read.bind(request);
  let asked = true;
  // oxlint-disable-next-line no-underscore-dangle
  request._read = (size) => {
    if (asked && !response.headersSent) response.writeContinue();
    asked = false;
    read(size);
  };
}

/** Bytes of a kept connection that earlier requests account for. */
type Counters = WeakMap<Socket, { read: number; written: number }>;

function logged(request: IncomingMessage, response: ServerResponse, counters: Counters): LoggedRequest {
  const entry: LoggedRequest = {
    at: Date.now(),
    method: request.method ?? '',
    url: request.url ?? '',
    userAgent: request.headers['user-agent'] ?? '',
    status: 0,
    bytesIn: 0,
    bytesOut: 0,
    ms: 0,
  };
  const arrived = performance.now();
  const { socket } = request;
  const before = counters.get(socket) ?? { read: 0, written: 0 };
  function count(): void {
    const now = { read: socket.bytesRead, written: socket.bytesWritten };
    entry.bytesIn = now.read - before.read;
    entry.bytesOut = now.written - before.written;
    entry.ms = performance.now() - arrived;
    counters.set(socket, now);
  }
  response.on('finish', () => {
    entry.status = response.statusCode;
    count();
  });
  response.on('close', () => {
    if (entry.status === 0) count();
  });
  return entry;
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
