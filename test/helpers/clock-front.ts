import { createServer, request } from 'node:http';
import { listening } from './hosts.ts';

/** A server before another one whose clock is that many milliseconds ahead. */
export async function clockFront(upstream: string, aheadMs: number): Promise<string> {
  const base = new URL(upstream);
  const server = createServer((incoming, outgoing) => {
    const { method, url, headers } = incoming;
    const inner = request({ host: base.hostname, port: base.port, method, path: url, headers }, (answer) => {
      const date = new Date(Date.now() + aheadMs).toUTCString();
      outgoing.writeHead(answer.statusCode ?? 502, { ...answer.headers, date });
      answer.pipe(outgoing);
    });
    incoming.pipe(inner);
  });
  return `http://127.0.0.1:${await listening(server)}`;
}
