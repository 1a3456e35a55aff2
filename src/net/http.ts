import type { Readable } from 'node:stream';
import { create, type AxiosInstance, type AxiosResponse } from 'axios';
import pRetry from 'p-retry';
import { Failure } from '../failures/failure.ts';
import { asFailure, isAnswer, isRetryable } from '../failures/index.ts';
import { maintenance, rateLimited } from '../failures/network.ts';
import { interruption } from '../failures/usage.ts';
import type { Emit } from '../model/events.ts';
import {
  decompressed,
  isMaintenance,
  isPlainlyOwn,
  isPassing,
  nothingObserved,
  observe,
  type Observed,
  toAnswer,
  type HttpAnswer,
  failureOf,
  type Server,
} from './answers.ts';
import { createConnections, type Connections, type Limiter } from './connections.ts';
import { heedOverload } from './overload.ts';
import { failedAnswer, foreignTo, refuseRedirect, wayOf } from './whose.ts';
import { sendStream, wholeBody, type StreamAnswer, type StreamRequest } from './stream.ts';
import type { Proxy } from './way.ts';

export type HttpRequest = {
  method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Appended to the base URL as it is: the caller encodes. Query included. */
  path: string;
  /** Added to those of every request; null leaves one of those out. */
  headers?: Record<string, string | null>;
  /** Bytes are sent as they are, with the content type that the headers name; anything else as JSON. */
  body?: unknown;
  /** What alone is the server's own, and given as bytes; otherwise JSON is parsed when the server says so, else the text is given. */
  expects?: { type: string; isWhole: (bytes: Buffer) => boolean };
  /** How often it is tried at most; 5 when absent. */
  tries?: number;
  /** A POST that only asks: it may be repeated as a GET is. */
  asks?: true;
  /** Nothing is known of the server yet: when nobody answers, a wrong URL is likelier than a bad moment. */
  firstContact?: true;
};

/** One server, one policy: time-outs, retries, pauses, limits, redirects, certificates. */
export type Http = {
  readonly server: Server;
  /** Clock and throttle of the server, as its last answers told. */
  readonly observed: Readonly<Observed>;
  /**
   * Sends and returns what the caller has to judge: any answer that no later one can replace, and a 500 that stays,
   * after the retries that the method allows.
   * @throws unreachable, tls-untrusted, redirected (to another host), timeout, rate-limited, server-error, interrupted
   */
  send(request: HttpRequest): Promise<HttpAnswer>;
  /**
   * One request of any size in both directions, never repeated; gives the answer whatever its status.
   * @throws unreachable, tls-untrusted, redirected (to another host), timeout, interrupted
   */
  stream(request: StreamRequest): Promise<StreamAnswer>;
  /** False once the server, or something before it, has refused a body whose length was not told beforehand (RFC 9110 §15.5.12). */
  takesChunks(): boolean;
  /** The clock of the policy, in ms. */
  now(): number;
};

/** The `authorization` header of HTTP basic authentication (RFC 7617). */
export function basicAuth({ username, password }: { username: string; password: string }): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

export type HttpOptions = {
  server: Server;
  headers: Record<string, string>;
  ca: string | null;
  limiter: Limiter;
  timeoutMs: number;
  /** As `timeoutMs`, for the head of a streamed answer: a server may work long on a big pack. */
  streamTimeoutMs: number;
  /** Pause before the second try; doubles each time. */
  backoffMs: number;
  now: () => number;
  signal: AbortSignal;
  emit: Emit;
  /** Through which all requests go; straight to the server without one. */
  proxy?: Proxy | null;
};

type Policy = HttpOptions & {
  connections: Connections;
  observed: Observed;
  /** Paths whose 500 stayed: another question for one is asked once. */
  failing: Set<string>;
};

const tries = 5;
/** Few and quickly after each other: a 500 mostly tells of damage that stays (GB-37, GB-64). */
const triesAfter500 = 3;
const triesWithoutAnswer = 2;

export function createHttp(options: HttpOptions): Http {
  const connections = createConnections({ ...options, proxy: options.proxy ?? null });
  const { httpAgent, httpsAgent, proxy } = connections;
  const client = create({
    httpAgent,
    httpsAgent,
    proxy,
    // A redirect would carry the token to wherever it points (style: never followed, reported as a hint).
    maxRedirects: 0,
    timeout: options.timeoutMs,
    maxContentLength: Infinity,
    // Its own way is a stream and a thread for each answer, which costs more than all else of a small request.
    decompress: false,
    responseType: 'stream',
    validateStatus: () => true,
    signal: options.signal,
    headers: { 'user-agent': 'git/2.40.0 gb2gl', accept: '*/*', ...options.headers },
  });
  const observed = nothingObserved();
  let takesChunks = true;
  const policy: Policy = { ...options, connections, observed, failing: new Set() };
  return {
    server: options.server,
    observed,
    send: (request) => withRetries(client, policy, request),
    async stream(request) {
      const { server, signal, streamTimeoutMs: timeoutMs, proxy: named = null } = options;
      const given = { timeoutMs, signal, connections, proxy: named };
      const answer = await sendStream(client, server, request, given);
      if (answer.status >= 300 && answer.status < 400) {
        answer.body.destroy();
        refuseRedirect(answer, server, request.path);
      }
      heedOverload(answer, options);
      takesChunks &&= answer.status !== 411;
      return answer;
    },
    takesChunks: () => takesChunks,
    now: options.now,
  };
}

function withRetries(client: AxiosInstance, options: Policy, request: HttpRequest): Promise<HttpAnswer> {
  const most = request.tries ?? tries;

  const ask = (): Promise<HttpAnswer> => options.limiter.run(() => once(client, options, request));

  async function attempt(): Promise<HttpAnswer> {
    if (!reads(request) || options.failing.has(request.path)) return ask();
    let failed: Failure | null = null;
    const again = Math.min(triesAfter500, most) - 1;
    const { signal } = options;
    const pauses = { minTimeout: options.backoffMs / 4, factor: 3 };
    return pRetry(
      async (number) => {
        failed = null;
        const answer = await ask();
        if (answer.status !== 500) return answer;
        if (number <= again) throw (failed = failedAnswer(answer, options, request));
        options.failing.add(request.path);
        return answer;
      },
      { retries: again, ...pauses, signal, shouldRetry: ({ error }) => error === failed },
    );
  }

  return pRetry(attempt, {
    retries: most - 1,
    minTimeout: options.backoffMs,
    factor: 2,
    randomize: true,
    signal: options.signal,
    shouldRetry: ({ error, attemptNumber }) =>
      mayRepeat(request, error) &&
      (request.firstContact !== true || isAnswer(error) || attemptNumber < triesWithoutAnswer),
  }).catch((error: unknown) => {
    if (options.signal.aborted) throw interruption(request.path);
    throw asFailure(error, request.path);
  });
}

/** A POST that may have been carried out is never sent again; a refused one (429) may be. */
function mayRepeat(request: HttpRequest, error: unknown): boolean {
  if (!isRetryable(error)) return false;
  return reads(request) || (error instanceof Failure && error.code === 'rate-limited');
}

function reads({ method, asks }: HttpRequest): boolean {
  return method === 'GET' || method === 'HEAD' || asks === true;
}

async function once(client: AxiosInstance, options: Policy, request: HttpRequest): Promise<HttpAnswer> {
  const { server, limiter, connections, timeoutMs } = options;
  let response: AxiosResponse<Readable>;
  let bytes: Buffer;
  const sentAt = options.now();
  try {
    const ask = (): Promise<AxiosResponse<Readable>> =>
      client.request<Readable>({
        method: request.method,
        url: server.url + request.path,
        ...(request.headers ? { headers: request.headers } : {}),
        ...(request.body === undefined ? {} : { data: request.body }),
      });
    response = await connections.send(ask, { repeatable: reads(request) });
    const packed = await wholeBody(response, timeoutMs);
    bytes = await decompressed(packed, response.headers['content-encoding']);
  } catch (error) {
    const { path } = request;
    const failure = failureOf(error, { server, path, timeoutMs, answered: connections.answered() });
    if (failure.code === 'timeout') limiter.note('overloaded');
    throw failure;
  }
  const answer = toAnswer(response, bytes, request, server);
  const receivedAt = options.now();
  judge(answer, options, request, response.request);
  // A stranger's clock and limits are not the server's.
  if (!isStranger(answer, request)) observe(options.observed, answer.headers, { sentAt, receivedAt });
  limiter.note('good');
  return answer;
}

/** True for a first answer in words that no API has: the address may be that of something else. */
function isStranger({ status, body }: HttpAnswer, { firstContact }: HttpRequest): boolean {
  return firstContact === true && (status < 400 || status === 404) && typeof body === 'string';
}

function judge(answer: HttpAnswer, options: HttpOptions, request: HttpRequest, sent: unknown): void {
  const { server } = options;
  const { status } = answer;
  if (isMaintenance(answer)) throw maintenance(server.url);
  heedOverload(answer, options);
  const own = isPlainlyOwn(answer, server, request);
  const foreign = own ? null : foreignTo(request, answer, wayOf(options, sent));
  if (status === 429)
    throw rateLimited(request.path, { server: String(foreign?.words['who'] ?? server.name) });
  if (foreign !== null) throw foreign;
  if (isPassing(status)) throw failedAnswer(answer, options, request);
  if (status >= 300 && status < 400) refuseRedirect(answer, server, request.path);
}
