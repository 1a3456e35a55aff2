import { createServer, request as httpRequest } from 'node:http';
import { connect, createServer as createPlainServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { listening } from './hosts.ts';

/** What a proxy was asked for, and the login that came along, decoded. */
export type Asked = { method: string; target: string; login: string | null };

export type TestProxy = {
  port: number;
  asked: Asked[];
  /** Closes the CONNECT of that number (0 is the next one) without a word, or never answers it. */
  spoil(number: number, how: 'close' | 'silence'): void;
};

/** A forward proxy: tunnels for https, whole addresses for http. `login`: answers 407 to all who do not bring it. */
export async function testProxy({ login }: { login?: string } = {}): Promise<TestProxy> {
  const asked: Asked[] = [];
  const spoilt = new Map<number, 'close' | 'silence'>();
  let connects = 0;
  const server = createServer((request, response) => {
    const { method = '', url = '', headers } = request;
    if (!note(method, url, headers['proxy-authorization'])) {
      request.resume();
      response.writeHead(407, { 'proxy-authenticate': 'Basic realm="proxy"' }).end();
      return;
    }
    const inner = httpRequest(url, { method, headers, agent: false }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    inner.on('error', () => response.destroy());
    request.pipe(inner);
  });

  function note(method: string, target: string, header: string | undefined): boolean {
    const given =
      header === undefined ? null : Buffer.from(header.slice('Basic '.length), 'base64').toString();
    asked.push({ method, target, login: given });
    return login === undefined || given === login;
  }

  server.on('connect', ({ url = '', headers }, socket: Duplex) => {
    socket.on('error', () => {});
    const number = connects;
    connects += 1;
    const known = note('CONNECT', url, headers['proxy-authorization']);
    const spoil = spoilt.get(number);
    if (spoil === 'close') socket.destroy();
    if (spoil !== undefined) return;
    if (!known)
      return void socket.end('HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n');
    const { hostname, port } = new URL(`http://${url}`);
    const inner = connect(Number(port), hostname, () =>
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n'),
    );
    joined(socket, inner);
  });
  const port = await listening(server);
  return { port, asked, spoil: (number, how) => void spoilt.set(connects + number, how) };
}

/** What a balancer does: it passes bytes on, and forgets connections on which nothing moves. */
export async function balancer(
  upstream: string,
): Promise<{ url: string; forget(): void; connections(): number }> {
  const { hostname, port } = new URL(upstream);
  const known = new Set<Socket>();
  let count = 0;
  const server = createPlainServer((socket) => {
    count += 1;
    known.add(socket);
    const inner = connect(Number(port), hostname);
    socket.on('close', () => known.delete(socket));
    // The next byte on a forgotten connection is answered by a reset.
    socket.on('data', () => {
      if (!known.has(socket)) socket.resetAndDestroy();
    });
    joined(socket, inner);
  });
  return {
    url: `http://127.0.0.1:${await listening(server)}`,
    forget: () => known.clear(),
    connections: () => count,
  };
}

function joined(one: Duplex, other: Duplex): void {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    from.on('error', () => to.destroy());
    from.on('close', () => to.destroy());
    from.pipe(to);
  }
}
