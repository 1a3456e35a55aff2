import { promisify } from 'node:util';
import { brotliDecompress, gunzip, gunzipSync, inflate } from 'node:zlib';
import type { AxiosResponse } from 'axios';
import { Failure } from '../failures/failure.ts';
import {
  answerCut,
  clientCertificate,
  connectionCut,
  timedOut,
  unreachable,
  wrongScheme,
} from '../failures/network.ts';
import { tlsUntrusted } from '../failures/tls.ts';
import { interruption } from '../failures/usage.ts';
import { cutTo, formatBytes, pageText, plural } from '../text/format.ts';
import type { HttpRequest } from './http.ts';

export type HttpAnswer = { status: number; headers: Record<string, string>; body: unknown };

/**
 * The answer with its body as the caller wants it; `bytes` is the body as it was before compression.
 * @throws answer-cut for a body that ends too early, though HTTP calls it whole
 */
export function toAnswer(
  { status, headers: given }: AxiosResponse,
  bytes: Buffer,
  { path, expects }: HttpRequest,
  server: Server,
): HttpAnswer {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(given)) headers[name.toLowerCase()] = String(value);
  const cut = (where: string): Failure => {
    const detail = `after ${plural(bytes.length, 'byte')}, ${where}`;
    return answerCut(path, { server: server.name, host: new URL(server.url).host, detail });
  };
  if (expects !== undefined && status === 200 && isOfType(headers, expects.type)) {
    if (!expects.isWhole(bytes)) throw cut('before its last line');
    return { status, headers, body: bytes };
  }
  const isJson = (headers['content-type'] ?? '').includes('json');
  const body = parsed(bytes.toString('utf8'), isJson);
  if (isJson && status < 300 && typeof body === 'string' && /^\s*[[{]/.test(body))
    throw cut('in the middle of its JSON');
  return { status, headers, body };
}

function parsed(text: string, isJson: boolean): unknown {
  if (!isJson || text.trim() === '') return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** True for an answer of this content type, or of these where it ends in `/*`, whatever parameters it has. */
export function isOfType(headers: Readonly<Record<string, string>>, type: string): boolean {
  const given = (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  return type.endsWith('/*') ? given.startsWith(type.slice(0, -1)) : given === type;
}

/** The beginning of a body in one line, for messages. */
export function excerpt(body: unknown): string {
  const text = typeof body === 'string' ? body : (JSON.stringify(body) ?? '');
  return cutTo(200, pageText(text)) || 'an empty body';
}

/** GitLab's own page while an administrator has stopped all writes. */
export function isMaintenance({ status, body }: HttpAnswer): boolean {
  // As a page it is that of a proxy, which knows nothing of GitLab's mode (GL-321).
  return status === 503 && typeof body === 'object' && JSON.stringify(body).includes('maintenance mode');
}

/**
 * Statuses that say nothing of what was asked and pass by themselves: a time-out, overload, a restart, and those of
 * proxies that do not reach the server (520 to 530).
 */
export function isPassing(status: number): boolean {
  return status === 408 || status === 425 || [502, 503, 504].includes(status) || status >= 520;
}

/** True for what needs no closer look: the server answers and refuses in JSON, as its API does (GL-27, GB-32). */
export function isPlainlyOwn(
  { status, headers, body }: HttpAnswer,
  { name }: Server,
  { method }: Pick<HttpRequest, 'method'>,
): boolean {
  // Only what reads always gets a body; GitBucket gives none of a pull request whose fork is gone (GB-201).
  const empty = method !== 'GET' || (name === 'GitBucket' && isOfType(headers, 'application/json'));
  if (status < 400) return typeof body !== 'string' || (body === '' && empty);
  if (name === 'GitLab') return headers['x-gitlab-meta'] !== undefined && status !== 407;
  return status === 404 && typeof body === 'object';
}

/** Which server a failure is about, in the words of messages. */
export type Server = { side: 'source' | 'target'; name: 'GitBucket' | 'GitLab'; url: string };

/** OpenSSL's codes for a certificate, and Node's own for one of another name. */
const tlsCodes =
  /^(?:CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|INVALID_(?:CA|PURPOSE)|PATH_LENGTH_|ERR_TLS_CERT_)/;

/** axios' and zlib's codes for a body that ends too early, or in something else; its head had come. */
const isCut = /^(?:ERR_BAD_RESPONSE|Z_(?:BUF|DATA)_ERROR)$/;

/** The request that something was thrown for. */
export type Broken = {
  server: Server;
  path: string;
  timeoutMs: number;
  /** True when this address has answered before, so that it is the right one. */
  answered: boolean;
  /** Bytes of the request that were sent, about; absent where it is too small to matter. */
  sentBytes?: number;
};

/** The expected error for what axios or node threw. The original is not kept as a cause: it carries the token. */
export function failureOf(error: unknown, { server, path, timeoutMs, answered, sentBytes }: Broken): Failure {
  const {
    code = '',
    message = String(error),
    cause,
  } = error as { code?: string; message?: string; cause?: unknown };
  const where = { server: server.name, side: server.side };
  if (code === 'ERR_CANCELED') return interruption(path);
  // What kept a connection from coming about was told by what made it.
  if (cause instanceof Failure) return cause;
  if (tlsCodes.test(code))
    return tlsUntrusted(server.url, { ...where, detail: certificateText(error, code) });
  if (/alert certificate required|alert bad certificate|alert unknown ca/i.test(message)) {
    const who = `${server.name}, or something in front of it,`;
    return clientCertificate(server.url, { server: server.name, who });
  }
  if (/wrong version number|packet length too long/i.test(message))
    return wrongScheme(server.url, { ...where, spoken: 'http' });
  if (code.startsWith('HPE_') && server.url.startsWith('http:'))
    return wrongScheme(server.url, { ...where, spoken: 'https' });
  if (code === 'ECONNABORTED' || code === 'ETIMEDOUT') {
    return timedOut(path, { ...where, seconds: Math.round(timeoutMs / 1000) });
  }
  if (isCut.test(code)) {
    const { host } = new URL(server.url);
    return answerCut(path, { ...where, host, detail: plain(code, message, server.url) });
  }
  if (answered && ['ECONNRESET', 'EPIPE'].includes(code)) {
    const sent = sentBytes === undefined ? '' : `after about ${formatBytes(sentBytes)} had been sent, `;
    return connectionCut(path, { server: server.name, detail: `${sent}before an answer came (${code})` });
  }
  return unreachable(server.url, { ...where, detail: plain(code, message, server.url) });
}

/** With the names that a certificate is for, where it is for another one than was asked. */
function certificateText(error: unknown, code: string): string {
  const { cause } = error as { cause?: { cert?: { subjectaltname?: string } } };
  const names = cause?.cert?.subjectaltname;
  return names === undefined ? code : `${code}, it is for ${cutTo(200, names)}`;
}

/** What a system's code means, in words. */
export function plain(code: string, message: string, url: string): string {
  if (/alert handshake failure/.test(message))
    return `it refuses the TLS handshake: it demands a client certificate, or has no version of TLS in common with this machine (${code})`;
  if (code === 'ECONNRESET' && url.startsWith('http:'))
    return 'the connection was cut (ECONNRESET); so does a port that speaks https: is http:// right?';
  const known: Record<string, string> = {
    ECONNREFUSED: 'nothing listens there (ECONNREFUSED)',
    ENOTFOUND: 'the host name is unknown (ENOTFOUND)',
    EAI_AGAIN: 'the host name cannot be resolved (EAI_AGAIN)',
    ECONNRESET: 'the connection was cut (ECONNRESET)',
    EPROTO: 'it does not speak TLS, or no version of it that is known here: is https:// right? (EPROTO)',
    EHOSTUNREACH: 'no route to the host (EHOSTUNREACH)',
  };
  // The same, found out before anything was sent.
  if (/^ERR_SSL_(?:WRONG_VERSION|PACKET_LENGTH|UNSUPPORTED_PROTOCOL)/.test(code))
    return known['EPROTO'] ?? code;
  return known[code] ?? (code && !message.includes(code) ? `${message} (${code})` : message);
}

const longestMs = 3_600_000;
/** GitLab's own limiter counts in whole minutes and may send no header (GL-301). */
const minuteMs = 60_000;

/**
 * How long a 429 or 503 asks to wait, in ms: `Retry-After` as seconds or as an HTTP date; without the header until the
 * next full minute plus one second for a 429, null for other statuses.
 */
export function retryAfterMs(status: number, header: string | undefined, now: number): number | null {
  if (header !== undefined && /^\d+$/.test(header.trim())) return Math.min(Number(header) * 1000, longestMs);
  const date = header === undefined ? Number.NaN : Date.parse(header);
  if (!Number.isNaN(date)) return Math.min(Math.max(date - now, 0), longestMs);
  return status === 429 ? minuteMs - (now % minuteMs) + 1000 : null;
}

const gunzipAside = promisify(gunzip);
const inflateAside = promisify(inflate);
const brotliAside = promisify(brotliDecompress);

/** Up to this size waking another thread costs more than the work itself. */
const smallBytes = 64 * 1024;

/**
 * The bytes of an answer as they were before the server packed them; as they are when it did not.
 * @throws whatever zlib says of a damaged body
 */
export async function decompressed(bytes: Buffer, encoding: unknown): Promise<Buffer> {
  if (bytes.length === 0) return bytes;
  switch (typeof encoding === 'string' ? encoding.trim().toLowerCase() : '') {
    case 'gzip':
    case 'x-gzip':
      return bytes.length <= smallBytes ? gunzipSync(bytes) : gunzipAside(bytes);
    case 'deflate':
      return inflateAside(bytes);
    case 'br':
      return brotliAside(bytes);
    default:
      return bytes;
  }
}

/** What the answers of a server tell besides what was asked; kept by its HTTP policy. */
export type Observed = {
  /** The server's clock minus ours, in ms; null before an answer with a date has come. */
  clockMs: number | null;
  /** State of GitLab's throttle, which 18.0 and later tell with every answer (GL-305). */
  throttle: Throttle | null;
};

type Throttle = { name: string; perMinute: number; remaining: number };

/** Before the first answer. */
export function nothingObserved(): Observed {
  return { clockMs: null, throttle: null };
}

/** Takes note of the headers of one answer. */
export function observe(
  observed: Observed,
  headers: Readonly<Record<string, string>>,
  times: { sentAt: number; receivedAt: number },
): void {
  const date = Date.parse(headers['date'] ?? '');
  // The header has whole seconds, cut off: half a second later is right on average.
  if (!Number.isNaN(date)) observed.clockMs = date + 500 - (times.sentAt + times.receivedAt) / 2;
  const perMinute = Number(headers['ratelimit-limit']);
  if (!Number.isFinite(perMinute) || headers['ratelimit-limit'] === '') return;
  observed.throttle = {
    name: headers['ratelimit-name'] ?? '',
    perMinute,
    remaining: Number(headers['ratelimit-remaining'] ?? perMinute),
  };
}
