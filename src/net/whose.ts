/** Whose an answer is: the server's that was asked, or that of something on the way to it, which knows nothing of tokens. */
import { addAbortSignal, type Readable } from 'node:stream';
import type { Failure } from '../failures/failure.ts';
import {
  answeredInBetween,
  clientCertificate,
  gatewayFailed,
  proxyRefused,
  redirected,
  serverError,
  wrongScheme,
} from '../failures/network.ts';
import { cutMark } from '../text/format.ts';
import { excerpt, isPassing, type HttpAnswer, type Server } from './answers.ts';
import type { HttpRequest } from './http.ts';

/** The way that an answer has come. */
export type Way = {
  server: Server;
  /** The proxy that the environment names for the server, without credentials. */
  proxy: { address: string; variable: string } | null;
  /** False when the answer to an https request came without TLS: then only a proxy can have given it. */
  encrypted: boolean;
  /** The content type that the server's own answer has; undefined where it may be a page. */
  wanted?: string | undefined;
};

/** What is known of the way from the request that axios sent. */
export function wayOf(
  { server, proxy = null }: { server: Server; proxy?: Way['proxy'] },
  sent: unknown,
): Way {
  const { socket } = { ...(sent as { socket?: { encrypted?: boolean } } | undefined) };
  return { server, proxy, encrypted: socket?.encrypted === true || !server.url.startsWith('https:') };
}

/** The failure for a status that tells of trouble at the server. */
export function failedAnswer(
  { status, body }: HttpAnswer,
  { server }: { server: Server },
  request: HttpRequest,
): Failure {
  const object = `${request.method} ${request.path}`;
  return serverError(object, { server: server.name, status, detail: excerpt(body) });
}

/** What an answer that is not the server's own comes to; null for all others. */
export function foreignTo(request: HttpRequest, answer: HttpAnswer, way: Way): Failure | null {
  const { status } = answer;
  // Of a server that has never answered, the address is likelier to be wrong.
  if (request.firstContact === true && (status < 300 || status === 404)) return null;
  const wanted = request.expects?.type ?? (isApi(request.path) ? 'application/json' : undefined);
  // Elsewhere a page may be what was asked for.
  if (status < 400 && (status >= 300 || wanted === undefined)) return null;
  return foreignAnswer(answer, `${request.method} ${request.path}`, { ...way, wanted });
}

function isApi(path: string): boolean {
  return path.startsWith('/api/');
}

/**
 * The failure for an answer that is not the server's own; null when it is, or when nothing speaks against it. What tells
 * them apart is what only the true server says (GL-27, GB-25).
 */
export function foreignAnswer(answer: HttpAnswer, object: string, way: Way): Failure | null {
  const text = typeof answer.body === 'string' ? answer.body : '';
  const strange = answer.status < 300 && way.wanted !== undefined;
  if (answer.status >= 400 ? isOwn(answer, text, way) : !strange && !isPage(text)) return null;
  const { server } = way;
  const { status } = answer;
  if (/client sent an HTTP request to an HTTPS|plain HTTP (request was sent )?to (HTTPS|an SSL)/i.test(text))
    return wrongScheme(server.url, { server: server.name, side: server.side, spoken: 'https' });
  const who = whoAnswered(answer, text, way);
  if (/(No required SSL certificate|SSL certificate error)/.test(text))
    return clientCertificate(server.url, { who, server: server.name });
  const { host, hostname } = new URL(server.url);
  const type = answer.headers['content-type'] ?? 'no content type';
  const detail = `${strange ? `${type} instead of ${way.wanted}: ` : ''}${excerpt(answer.body)}`;
  const words = { server: server.name, status, detail, host };
  if (isProxys(answer, text, way) && !isPassing(status))
    return proxyRefused(server.url, { ...words, who, variable: way.proxy?.variable, host: hostname });
  if (isPassing(status) || status === 500 || status === 429) return gatewayFailed(object, { ...words, who });
  const realm = /\brealm="?([^",]*)/i.exec(answer.headers['www-authenticate'] ?? '')?.[1];
  return answeredInBetween(server.url, { ...words, who, realm, path: object });
}

/** Who gave an answer that is not the server's, in the words of messages. */
export function whoAnswered(answer: HttpAnswer, text: string, way: Way): string {
  const { proxy, server } = way;
  if (isProxys(answer, text, way))
    return proxy === null ? 'a proxy on the way' : `the proxy ${proxy.address} (${proxy.variable})`;
  const such = proxy === null ? '' : `, perhaps the proxy ${proxy.address} (${proxy.variable})`;
  const said = (['Server', 'Via'] as const).flatMap((header) => {
    const value = (answer.headers[header.toLowerCase()] ?? '').replaceAll(/[^ -~]+/g, ' ').trim();
    return value === '' ? [] : [`its ${header} header says ${value.slice(0, 60)}`];
  });
  return `something between us and ${server.name}${such}${said.length === 0 ? '' : ` (${said.join(', ')})`}`;
}

/** 407 is what nobody but a proxy says (RFC 9110 §15.5.8). */
function isProxys({ status, headers }: HttpAnswer, text: string, { encrypted, proxy }: Way): boolean {
  if (status === 407 || !encrypted || headers['x-squid-error'] !== undefined) return true;
  if (proxy === null) return false;
  return /squid|tinyproxy|privoxy/i.test(headers['server'] ?? '') || /\bERR_ACCESS_DENIED\b/.test(text);
}

/** Headers that come with what a gateway says itself, and with nothing that it only passes on. */
const gatewayHeaders = [
  'proxy-authenticate',
  'x-squid-error',
  'x-kong-response-latency',
  'x-amzn-errortype',
  'apigw-requestid',
  'cf-mitigated',
  'x-sucuri-block',
];

/** Pages and texts that gateways bring along, also where they add headers that look like the server's. */
const gatewayTexts =
  /<center>(?:nginx|openresty|tengine)|<address>Apache\/|<h1>\d{3} [^<]+<\/h1>\s*(?:No server is|Request forbidden by|You need a valid)|Guru Meditation|upstream connect error|no healthy upstream|^RBAC: access denied|^Jwt (?:is missing|verification fails)/i;

function isOwn(answer: HttpAnswer, text: string, { server, encrypted }: Way): boolean {
  const { status, headers } = answer;
  // Whatever stands in front of a server may have a limit of its own there, and the way out is the same.
  if (status === 411 || (status === 413 && encrypted)) return true;
  if (status === 407 || !encrypted || gatewayTexts.test(text)) return false;
  if (gatewayHeaders.some((name) => headers[name] !== undefined)) return false;
  return server.name === 'GitLab' ? isGitLabs(answer, text) : isGitBuckets(answer, text);
}

/** Workhorse and Rails number every answer of theirs; only pages are looked at more closely (GL-13, GL-27). */
function isGitLabs({ headers, body }: HttpAnswer, text: string): boolean {
  const numbered = headers['x-gitlab-meta'] !== undefined;
  if (numbered) return true;
  if (isPage(text))
    return /alt=["']GitLab|GitLab is not responding|contact your GitLab administrator/i.test(text);
  if (headers['x-request-id'] !== undefined || headers['ratelimit-name'] !== undefined) return true;
  if (typeof body !== 'object' || body === null)
    return /^(?:GitLab is not responding|HTTP Basic: Access denied|Retry later)/.test(text);
  const { message, error } = body as Record<string, unknown>;
  if (typeof message === 'object') return true;
  return /^(?:\d{3} |insufficient_|invalid_|expired_|impersonation_)/.test(String(message ?? error));
}

/** Its API says JSON, its git servlet the realm and the page of its container (GB-25, GB-104). */
function isGitBuckets({ status, headers, body }: HttpAnswer, text: string): boolean {
  if (/^BASIC realm="GitBucket"$/.test(headers['www-authenticate'] ?? '')) return true;
  if (typeof body === 'object' && body !== null) {
    const { message } = body as Record<string, unknown>;
    if (status === 401) return /^(?:Bad credentials|Requires authentication)$/.test(String(message));
    return ![403, 429, 502, 503, 504].includes(status);
  }
  if (isPage(text)) return containerPage.test(text) || /GitBucket|gitbucket\.css/.test(text);
  // Nothing says whose it is; these it never says without a word.
  return ![401, 403, 429, 502, 503, 504, 511].includes(status) && status < 520;
}

/** Jetty's error page in all its versions, and Tomcat's. */
const containerPage =
  /<h[12]>HTTP ERROR:? ?\d{3}|Powered by Jetty|<h1>Bad Message|<h1>HTTP Status \d{3}|Apache Tomcat/;

/** A page for people, where an API or git was asked. */
export function isPage(text: string): boolean {
  return /^\s*(?:<!--[^]*?-->\s*)*<(?:!doctype html|html|head|body|center|h\d|title|\?xml)/i.test(text);
}

/**
 * Tokens go to the server that they are for, and its API sends nobody anywhere else.
 * @throws redirected, for an answer that leads to another host, or from the API to a page
 */
export function refuseRedirect({ headers }: Pick<HttpAnswer, 'headers'>, server: Server, path: string): void {
  const location = headers['location'];
  if (location === undefined || !URL.canParse(location, server.url)) return;
  const target = new URL(location, server.url);
  const base = new URL(server.url);
  const below = target.pathname.startsWith(`${base.pathname.replace(/\/$/, '')}/api/`);
  if (target.origin === base.origin && (below || !isApi(path))) return;
  throw redirected(server.url, {
    server: server.name,
    side: server.side,
    location: `${target.origin}${target.pathname}`,
  });
}

const beginningMs = 10_000;

/** The beginning of an answer that is only looked at for a message, marked where it breaks off; the rest is thrown away. */
export async function beginningOf(
  body: Readable,
  {
    bytes = 4096,
    length = NaN,
    withinMs = beginningMs,
  }: Partial<Record<'bytes' | 'length' | 'withinMs', number>> = {},
): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  let whole = false;
  addAbortSignal(AbortSignal.timeout(withinMs), body);
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > bytes || size === length) break;
    }
    whole = size <= bytes;
  } catch {
    // What was read so far is all there is.
  }
  body.destroy();
  const text = Buffer.concat(chunks).toString('utf8', 0, bytes);
  return whole || text === '' ? text : `${text}${cutMark}`;
}
