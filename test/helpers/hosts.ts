import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import {
  connect,
  createServer as createPlainServer,
  type AddressInfo,
  type Server,
  type Socket,
} from 'node:net';
import { atEnd } from './cleanup.ts';

export type SeenRequest = { method: string; url: string; headers: IncomingHttpHeaders };

/** Some other web server that remembers what it was sent. */
export type OtherHost = { url: string; requests: SeenRequest[] };

/** Starts a web server that is neither GitBucket nor GitLab; closed when the test is over. */
export async function otherHost(
  answer: (response: ServerResponse, request: SeenRequest) => void = (response) => response.end('hello'),
): Promise<OtherHost> {
  const requests: SeenRequest[] = [];
  const server = createServer((request, response) => {
    const seen = { method: request.method ?? '', url: request.url ?? '', headers: request.headers };
    requests.push(seen);
    request.resume();
    answer(response, seen);
  });
  return { url: `http://127.0.0.1:${await listening(server)}`, requests };
}

/** A port on which nothing listens. */
export async function deadPort(): Promise<number> {
  const server = createPlainServer();
  const port = await new Promise<number>((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
  );
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Copies bytes between a client and the server at this URL. */
export function tunnel(client: Socket, upstream: string): void {
  const { hostname, port } = new URL(upstream);
  const inner = connect(Number(port), hostname);
  for (const [from, to] of [
    [client, inner],
    [inner, client],
  ] as const) {
    from.on('error', () => to.destroy());
    from.pipe(to);
  }
}

/** Makes the server listen on any port of loopback until the test is over. */
export async function listening(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  atEnd(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}
