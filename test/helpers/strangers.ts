import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { listening, tunnel } from './hosts.ts';

export type StrangersAnswer = { status: number; headers: Record<string, string>; body: string };

function page(status: number, server: string, body: string): StrangersAnswer {
  return { status, headers: { server, 'content-type': 'text/html' }, body };
}

function nginx(status: number, text: string): StrangersAnswer {
  const body = `<html>\r\n<head><title>${status} ${text}</title></head>\r\n<body>\r\n<center><h1>${status} ${text}</h1></center>\r\n<hr><center>nginx/1.22.1</center>\r\n</body>\r\n</html>\r\n`;
  return page(status, 'nginx/1.22.1', body);
}

const login = nginx(401, 'Authorization Required');

/** Answers of what may stand in front of a server, as their programs bring them along. */
export const strangers = {
  nginx403: nginx(403, 'Forbidden'),
  nginx404: nginx(404, 'Not Found'),
  nginx502: nginx(502, 'Bad Gateway'),
  nginx504: nginx(504, 'Gateway Time-out'),
  nginxLogin: { ...login, headers: { ...login.headers, 'www-authenticate': 'Basic realm="Staff only"' } },
  /** Somebody who gave his own login the name of the server behind it. */
  nginxLoginNamesake: {
    ...login,
    headers: { ...login.headers, 'www-authenticate': 'Basic realm="GitLab"', 'x-request-id': '4a5b' },
  },
  nginxCertificate: page(
    400,
    'nginx/1.22.1',
    '<html>\r\n<head><title>400 No required SSL certificate was sent</title></head>\r\n<body>\r\n<center><h1>400 Bad Request</h1></center>\r\n<center>No required SSL certificate was sent</center>\r\n<hr><center>nginx/1.22.1</center>\r\n</body>\r\n</html>\r\n',
  ),
  nginxPlain: page(
    400,
    'nginx/1.22.1',
    '<html>\r\n<head><title>400 The plain HTTP request was sent to HTTPS port</title></head>\r\n<body>\r\n<center><h1>400 Bad Request</h1></center>\r\n<center>The plain HTTP request was sent to HTTPS port</center>\r\n</body>\r\n</html>\r\n',
  ),
  haproxy503: {
    status: 503,
    headers: { 'content-type': 'text/html' },
    body: '<html><body><h1>503 Service Unavailable</h1>\nNo server is available to handle this request.\n</body></html>\n',
  },
  balancer503: page(
    503,
    'awselb/2.0',
    '<html>\r\n<head><title>503 Service Temporarily Unavailable</title></head>\r\n<body>\r\n<center><h1>503 Service Temporarily Unavailable</h1></center>\r\n</body>\r\n</html>\r\n',
  ),
  envoy503: {
    status: 503,
    headers: { server: 'envoy', 'content-type': 'text/plain', 'x-request-id': 'f00d' },
    body: 'upstream connect error or disconnect/reset before headers. reset reason: connection failure',
  },
  maintenancePage: page(503, 'Apache', '<html><h1>We are in maintenance mode</h1></html>'),
  kong401: {
    status: 401,
    headers: {
      'content-type': 'application/json',
      'www-authenticate': 'Key realm="kong"',
      server: 'kong/3.4',
    },
    body: '{"message":"No API key found in request"}',
  },
  apiGateway403: {
    status: 403,
    headers: { 'content-type': 'application/json', 'x-amzn-errortype': 'ForbiddenException' },
    body: '{"message":"Forbidden"}',
  },
  firewall403: page(
    403,
    'FortiWeb',
    '<!DOCTYPE html><html><head><title>Blocked</title></head><body>The URL you requested has been blocked</body></html>',
  ),
  cloudflare429: {
    status: 429,
    headers: { server: 'cloudflare', 'content-type': 'text/html', 'retry-after': '0' },
    body: '<!DOCTYPE html><html><title>Access denied | rate limited</title></html>',
  },
  portal200: page(
    200,
    'Apache',
    '<!doctype html><html><head><title>Guest network</title></head><body>Please accept the terms</body></html>',
  ),
  /** As some proxies label what they put in the place of an answer. */
  portalText: {
    status: 200,
    headers: { server: 'Apache', via: '1.1 gate', 'content-type': 'text/plain' },
    body: 'Please accept the terms',
  },
  portalUntyped: { status: 200, headers: { server: 'Apache' }, body: '' },
  signIn302: { status: 302, headers: { location: '/users/sign_in?next=x' }, body: '' },
  portal511: page(511, 'Apache', '<html><head><title>Network Authentication Required</title></head></html>'),
  squid403: {
    status: 403,
    headers: { server: 'squid/5.7', 'x-squid-error': 'ERR_ACCESS_DENIED 0', 'content-type': 'text/html' },
    body: '<!DOCTYPE html><html><head><title>ERROR: The requested URL could not be retrieved</title></head></html>',
  },
  squid407: {
    status: 407,
    headers: {
      server: 'squid/5.7',
      'proxy-authenticate': 'Basic realm="Squid proxy"',
      'content-type': 'text/html',
    },
    body: '<!DOCTYPE html><html><head><title>ERROR: Cache Access Denied</title></head></html>',
  },
} as const satisfies Record<string, StrangersAnswer>;

/** Gives another answer than the server for what it chooses. */
export type Choice = (request: { method: string; url: string }) => StrangersAnswer | null;

/** A gateway before a server: passes everything on but what it answers itself. */
export async function gateway(upstream: string, choose: Choice): Promise<string> {
  const base = new URL(upstream);
  const server = createServer((incoming, outgoing) => {
    const chosen = choose({ method: incoming.method ?? '', url: incoming.url ?? '' });
    if (chosen === null) pass(incoming, outgoing, base, incoming.url ?? '');
    else reply(incoming, outgoing, chosen);
  });
  return `http://127.0.0.1:${await listening(server)}${base.pathname.replace(/\/$/, '')}`;
}

/** A proxy as HTTP_PROXY and HTTPS_PROXY name it; gives another answer than a way through where it chooses. */
export async function forwardProxy(choose: Choice): Promise<string> {
  const server = createServer((incoming, outgoing) => {
    const chosen = choose({ method: incoming.method ?? '', url: incoming.url ?? '' });
    const url = new URL(incoming.url ?? '', 'http://127.0.0.1');
    if (chosen === null) pass(incoming, outgoing, url, url.pathname + url.search);
    else reply(incoming, outgoing, chosen);
  });
  server.on('connect', (incoming, client) => {
    const chosen = choose({ method: 'CONNECT', url: incoming.url ?? '' });
    client.on('error', () => {});
    if (chosen === null) {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      tunnel(client as Parameters<typeof tunnel>[0], `http://${incoming.url ?? ''}`);
      return;
    }
    const head = Object.entries(chosen.headers).map(([name, value]) => `${name}: ${value}\r\n`);
    const length = `content-length: ${Buffer.byteLength(chosen.body)}\r\n`;
    client.end(`HTTP/1.1 ${chosen.status} No\r\n${head.join('')}${length}\r\n${chosen.body}`);
  });
  return `http://127.0.0.1:${await listening(server)}`;
}

function reply(incoming: IncomingMessage, outgoing: ServerResponse, answer: StrangersAnswer): void {
  incoming.resume();
  outgoing.writeHead(answer.status, answer.headers);
  outgoing.end(answer.body);
}

function pass(incoming: IncomingMessage, outgoing: ServerResponse, to: URL, path: string): void {
  const { method, headers } = incoming;
  const inner = httpRequest({ host: to.hostname, port: to.port, method, path, headers, agent: false });
  inner.on('error', () => outgoing.destroy());
  inner.on('response', (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
  });
  incoming.pipe(inner);
}
