import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
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
  bytesIn: number;
  bytesOut: number;
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

/** Starts the server on 127.0.0.1; port 0 takes any free one. */
export async function startSandboxServer(
  handler: SandboxHandler,
  options: { port?: number } = {},
): Promise<SandboxServer> {
  const requests: LoggedRequest[] = [];
  const faults = createFaults();
  const server = createServer((request, response) => {
    const entry = logged(request, response);
    requests.push(entry);
    void answer(request, response, handler, faults);
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

function logged(request: IncomingMessage, response: ServerResponse): LoggedRequest {
  const entry: LoggedRequest = {
    at: Date.now(),
    method: request.method ?? '',
    url: request.url ?? '',
    userAgent: request.headers['user-agent'] ?? '',
    status: 0,
    bytesIn: 0,
    bytesOut: 0,
  };
  const { socket } = request;
  const read = socket.bytesRead;
  const written = socket.bytesWritten;
  response.on('finish', () => {
    entry.status = response.statusCode;
    entry.bytesIn = socket.bytesRead - read;
    entry.bytesOut = socket.bytesWritten - written;
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
