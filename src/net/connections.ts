/** Connections to one server: how many at once, how one is made, and which are used again. */
import { setMaxListeners } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createSecureContext, type ConnectionOptions, type SecureContext } from 'node:tls';
import pLimit from 'p-limit';
import { Failure } from '../failures/failure.ts';
import { unreachable } from '../failures/network.ts';
import { plain, type Server } from './answers.ts';
import { limitOf } from './stream.ts';
import { tunnelTo, type Limit } from './tunnel.ts';
import type { Proxy } from './way.ts';

export type Limiter = {
  /** Runs the job when a place is free and no pause is on. */
  run<T>(job: () => Promise<T>): Promise<T>;
  /** Holds back everything that has not started yet, for this server only. */
  pause(ms: number): void;
  /** Tells how an answer went, so that the number of places follows what the server can do. */
  note(outcome: 'good' | 'overloaded'): void;
  places(): number;
};

const goodAnswersPerStep = 20;

/**
 * At most `ceiling` jobs at once for one server: halved when the server shows overload, one more after a run of good
 * answers (additive increase, multiplicative decrease).
 */
export function createLimiter(
  ceiling: number,
  clock: { now(): number; sleep(ms: number): Promise<void> },
): Limiter {
  const limit = pLimit(ceiling);
  let pausedUntil = 0;
  let good = 0;

  async function waitOut(): Promise<void> {
    for (let left = pausedUntil - clock.now(); left > 0; left = pausedUntil - clock.now())
      await clock.sleep(left);
  }

  return {
    run: (job) =>
      limit(async () => {
        await waitOut();
        return job();
      }),
    pause(ms) {
      pausedUntil = Math.max(pausedUntil, clock.now() + ms);
    },
    note(outcome) {
      if (outcome === 'overloaded') {
        good = 0;
        limit.concurrency = Math.max(1, Math.floor(limit.concurrency / 2));
        return;
      }
      good += 1;
      if (good < goodAnswersPerStep || limit.concurrency >= ceiling) return;
      good = 0;
      limit.concurrency += 1;
    },
    places: () => limit.concurrency,
  };
}

/** How axios reaches a server. */
export type Connections = {
  httpAgent: http.Agent;
  httpsAgent: https.Agent;
  /** A plain HTTP proxy for axios itself; false where it need not know of any. */
  proxy: { protocol: string; host: string; port: number; auth?: Proxy['login'] & object } | false;
  /**
   * Sends over a connection that is likely to be alive; what changes nothing (`repeatable`) is sent once more, over a new
   * one, when the other side had forgotten the connection. The others of that age are closed then: one has forgotten all.
   */
  send<T>(request: () => Promise<T>, options: { repeatable: boolean }): Promise<T>;
  /** True once an answer has come, so that it is the right address. */
  answered(): boolean;
};

export type ConnectionsOptions = {
  server: Server;
  ca: string | null;
  proxy: Proxy | null;
  /** How long a whole request may take, in ms. */
  timeoutMs: number;
  /** Pause before a proxy is asked for a tunnel again. */
  backoffMs: number;
  now: () => number;
  signal: AbortSignal;
};

/** Connections to one server at most, whatever the limits in the config add up to. */
const mostSockets = 64;
/** From the first packet until TLS, and a tunnel before it, is there. */
const longestMs = 60_000;
/** For each address of a name; Node's own is 250 ms, which no slow line keeps. */
const attempt = { autoSelectFamilyAttemptTimeout: 10_000 };
/** Idle connections are closed before GitBucket does so after 30 s (GB-22). */
const longIdleMs = 20_000;
/** What cannot be sent twice goes over a connection that was in use a moment ago, or a new one. */
const shortIdleMs = 1000;

type Open = ConnectionOptions & {
  host?: string;
  port?: number | string;
  autoSelectFamilyAttemptTimeout?: number;
};
type Opened = (error: Error | null, socket?: Duplex) => void;
/** What Node has and its types lack: the first may call back later, the last gives whether the socket is kept. */
type Agent = {
  createConnection(options: Open, done?: Opened): Duplex | undefined;
  keepSocketAlive(socket: Duplex): boolean;
  readonly freeSockets: NodeJS.ReadOnlyDict<Socket[]>;
};

/** Makes the connections to a server, each within a bound and with a failure that says what it waited for. */
export function createConnections(options: ConnectionsOptions): Connections {
  const { server, proxy, now } = options;
  const httpAgent = new http.Agent({ keepAlive: true, maxSockets: mostSockets });
  const httpsAgent = new https.Agent({ keepAlive: true, maxSockets: mostSockets });
  const secured = contextOf(options.ca);
  const tunnel = server.url.startsWith('https:') ? proxy : null;
  const limit = limitOf(Math.min(options.timeoutMs, longestMs), options.signal);
  const asking = { ...attempt, limit, server, backoffMs: options.backoffMs };
  setMaxListeners(0, options.signal);
  const idleSince = new WeakMap<Duplex, number>();
  const agents: Agent[] = [httpAgent as unknown as Agent, httpsAgent as unknown as Agent];

  for (const [index, agent] of agents.entries()) {
    const make = agent.createConnection.bind(agent);
    const keep = agent.keepSocketAlive.bind(agent);
    const secure = index === 1;
    async function open(wanted: Open): Promise<Duplex> {
      const started = now();
      const because = (through: Proxy | null) => (error: unknown) => {
        throw told(error, { server, through, ms: now() - started });
      };
      const inner = tunnel && {
        socket: await tunnelTo(wanted, tunnel, { ...secured(), ...asking }).catch(because(tunnel)),
      };
      const context = secure ? secured() : {};
      const socket = make({ ...wanted, ...inner, ...context, ...attempt }) as Duplex;
      // Behind a tunnel it is the server that speaks.
      return ready(socket, secure ? 'secureConnect' : 'connect', limit).catch(because(tunnel ? null : proxy));
    }
    agent.createConnection = (wanted, done) => {
      void handOver(open(wanted), done);
      return undefined;
    };
    agent.keepSocketAlive = (socket) => {
      idleSince.set(socket, now());
      return keep(socket);
    };
  }

  function close(idleMs: number): void {
    const idle = agents.flatMap(({ freeSockets }) => Object.values(freeSockets).flat());
    for (const socket of idle) if (socket && now() - (idleSince.get(socket) ?? 0) >= idleMs) socket.destroy();
  }

  let answered = false;
  const sendOnce = async <T>(request: () => Promise<T>): Promise<T> => {
    const answer = await request();
    answered = true;
    return answer;
  };

  return {
    answered: () => answered,
    httpAgent,
    httpsAgent,
    proxy: tunnel === null && proxy !== null ? forAxios(proxy) : false,
    async send(request, { repeatable }) {
      close(repeatable ? longIdleMs : shortIdleMs);
      try {
        return await sendOnce(request);
      } catch (error) {
        if (!isForgotten(error)) throw error;
        close(0);
        if (!repeatable) throw error;
        return sendOnce(request);
      }
    },
  };
}

async function handOver(opening: Promise<Duplex>, done?: Opened): Promise<void> {
  try {
    const socket = await opening;
    done?.(null, socket);
  } catch (error) {
    done?.(error as Error);
  }
}

/** True when the connection was an old one, and the first that came back was its end. */
function isForgotten(error: unknown): boolean {
  const { code = '', request } = error as { code?: string; request?: { reusedSocket?: boolean } };
  return request?.reusedSocket === true && ['ECONNRESET', 'EPIPE'].includes(code);
}

function forAxios({ secure, host, port, login }: Proxy): Connections['proxy'] {
  return { protocol: secure ? 'https' : 'http', host, port, ...(login === null ? {} : { auth: login }) };
}

/** Made once: reading all certificates anew for each connection takes longer than connecting. */
function contextOf(ca: string | null): () => { secureContext?: SecureContext } {
  let made: SecureContext | null = null;
  return () => (ca === null ? {} : { secureContext: (made ??= createSecureContext({ ca })) });
}

/** The socket when it is ready for use. */
function ready(socket: Duplex, event: 'connect' | 'secureConnect', limit: Limit): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const release = limit((error) => socket.destroy(error));
    const failed = (error: Error): void => {
      release();
      reject(error);
    };
    socket.on('error', failed);
    socket.once('close', () => failed(Object.assign(new Error('it was cut'), { code: 'ECONNRESET' })));
    socket.once(event, () => {
      release();
      resolve(socket);
    });
  });
}

type NetError = Error & { code?: string; address?: string; errors?: NetError[] };

/** What is told when no connection came about; the error itself where that says all there is. */
function told(
  error: unknown,
  { server, through, ms }: { server: Server; through: Proxy | null; ms: number },
): unknown {
  if (error instanceof Failure) return error;
  const { code = '', message, errors = [] } = error as NetError;
  const late = [code, ...errors.map((each) => each.code)].includes('ETIMEDOUT');
  if (!late && through === null) return error;
  const each = errors.map((tried) => `${tried.address}: ${tried.code}`).join(', ') || code;
  const what = late
    ? `no connection within ${Math.round(ms / 100) / 10} s (${each})`
    : plain(code, message || each, server.url);
  const by = through === null ? '' : `the proxy ${through.address} (${through.variable}): `;
  return unreachable(server.url, { server: server.name, detail: by + what });
}
