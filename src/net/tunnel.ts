import http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import type { Proxy } from './way.ts';

/** Ends a wait that is too long, or that nobody is interested in any more; gives what releases it when it is over. */
export type Limit = (end: (error: Error) => void) => () => void;

type TunnelOptions = {
  /** What an https proxy is trusted by. */
  secureContext?: SecureContext;
  /** In ms, for each address of the proxy's name. */
  autoSelectFamilyAttemptTimeout: number;
  limit: Limit;
};

/** A connection to the server through a proxy (RFC 9110 §9.3.6). Settles whatever the proxy does, and when it does nothing. */
export function tunnelTo(
  { host = '', port = 443 }: { host?: string; port?: number | string },
  proxy: Proxy,
  { limit, secureContext, ...attempt }: TunnelOptions,
): Promise<Socket> {
  const target = `${host.includes(':') ? `[${host}]` : host}:${port}`;
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
    asked.once('connect', ({ statusCode = 0 }, socket, head) => {
      release();
      if (statusCode >= 200 && statusCode < 300) {
        if (head.length > 0) socket.unshift(head);
        resolve(socket);
        return;
      }
      socket.destroy();
      const advice = statusCode === 407 ? '; it wants a login, as in http://user:password@host:port' : '';
      reject(new Error(`${statusCode} instead of a connection${advice}`));
    });
    asked.end();
  });
}

function proxyAuthorization({ login }: Proxy): Record<string, string> {
  if (login === null) return {};
  const credentials = Buffer.from(`${login.username}:${login.password}`).toString('base64');
  return { 'proxy-authorization': `Basic ${credentials}` };
}
