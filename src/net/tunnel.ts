import http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import { Failure } from '../failures/failure.ts';
import { proxyRefused } from '../failures/network.ts';
import { excerpt, isPassing, type Server } from './answers.ts';
import type { Proxy } from './way.ts';
import { beginningOf } from './whose.ts';

/** Ends a wait that is too long, or that nobody is interested in any more; gives what releases it when it is over. */
export type Limit = (end: (error: Error) => void) => () => void;

type TunnelOptions = {
  /** That the tunnel leads to. */
  server: Server;
  /** What an https proxy is trusted by. */
  secureContext?: SecureContext;
  /** In ms, for each address of the proxy's name. */
  autoSelectFamilyAttemptTimeout: number;
  limit: Limit;
  /** Pause before the second try; grows with each. */
  backoffMs: number;
};

/** How often a proxy that does not reach the server is asked. */
const tries = 3;

/**
 * A connection to the server through a proxy (RFC 9110 §9.3.6). Settles whatever the proxy does, and when it does nothing.
 * Asked for a few times where the refusal may pass or the proxy hangs up without a word: nothing was sent to the server yet.
 * @throws proxy-refused with what the proxy says; and what kept it from being asked
 */
export async function tunnelTo(wanted: Wanted, proxy: Proxy, options: TunnelOptions): Promise<Socket> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await ask(wanted, proxy, options);
    } catch (error) {
      if (tried === tries || !mayPass(error)) throw error;
    }
    await pause(options.backoffMs * tried, options.limit);
  }
}

function mayPass(error: unknown): boolean {
  if (error instanceof Failure) return isPassing(Number(error.words['status']));
  return (error as { code?: string }).code === 'ECONNRESET';
}

function pause(ms: number, limit: Limit): Promise<void> {
  return new Promise((resolve, reject) => {
    const release = limit((error) => {
      clearTimeout(timer);
      reject(error);
    });
    const timer = setTimeout(() => {
      release();
      resolve();
    }, ms);
  });
}

type Wanted = { host?: string; port?: number | string };

function ask(
  { host = '', port = 443 }: Wanted,
  proxy: Proxy,
  { limit, secureContext, server, autoSelectFamilyAttemptTimeout }: TunnelOptions,
): Promise<Socket> {
  const target = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const attempt = { autoSelectFamilyAttemptTimeout };
  const options: http.RequestOptions = {
    method: 'CONNECT',
    host: proxy.host,
    port: proxy.port,
    path: target,
    headers: { host: target, ...proxyAuthorization(proxy) },
    agent: false,
    ...attempt,
  };
  const asked = proxy.secure
    ? https.request({ ...options, ...(secureContext ? { secureContext } : {}) })
    : http.request(options);
  return new Promise((resolve, reject) => {
    const release = limit((error) => asked.destroy(error));
    asked.on('error', (error) => {
      release();
      reject(error);
    });
    asked.once('connect', (answer, socket, head) => {
      release();
      const { statusCode = 0 } = answer;
      if (head.length > 0) socket.unshift(head);
      if (statusCode >= 200 && statusCode < 300) resolve(socket);
      else void refused(answer, socket, { proxy, server }).then(reject);
    });
    asked.end();
  });
}

/** A proxy may keep the connection open behind its answer, so only so long its words are waited for. */
const wordsMs = 500;

async function refused(
  { statusCode: status = 0, headers }: http.IncomingMessage,
  socket: Socket,
  { proxy, server }: { proxy: Proxy; server: Server },
): Promise<Failure> {
  const length = Number(headers['content-length'] ?? NaN);
  const words = length === 0 ? '' : await beginningOf(socket, { length, withinMs: wordsMs });
  socket.destroy();
  return proxyRefused(server.url, {
    server: server.name,
    who: `the proxy ${proxy.address} (${proxy.variable})`,
    variable: proxy.variable,
    status,
    detail: excerpt(words),
    host: new URL(server.url).hostname,
  });
}

function proxyAuthorization({ login }: Proxy): Record<string, string> {
  if (login === null) return {};
  const credentials = Buffer.from(`${login.username}:${login.password}`).toString('base64');
  return { 'proxy-authorization': `Basic ${credentials}` };
}
