import type { IncomingMessage, ServerResponse } from 'node:http';

/** What goes wrong with one matching request. */
export type FaultAction =
  /** Answers without asking the server at all. */
  | { kind: 'status'; status: number; body?: string; headers?: Record<string, string> }
  /** Destroys the socket before anything is done. */
  | { kind: 'reset' }
  /** Accepts the request and never answers. */
  | { kind: 'hang' }
  /** Waits, then serves normally. */
  | { kind: 'slow'; ms: number }
  /** Serves normally, but destroys the socket once this many body bytes of the answer were sent. */
  | { kind: 'cut'; bytes: number }
  /** Serves normally, but destroys the socket once this many body bytes of the request have come. */
  | { kind: 'cut-request'; bytes: number }
  /** The server does the work; the client sees a reset instead of the answer. */
  | { kind: 'lost-answer' }
  /** Calls back when the request arrives (before it is served), then serves normally. */
  | { kind: 'notice'; call: () => void | Promise<void> };

type Fault = {
  method?: string;
  /** Tested against the raw path and query. */
  url: RegExp;
  /** Lets this many matching requests pass first; 0 when absent. */
  skip?: number;
  /** How many matching requests it hits; 1 when absent, Infinity for all. */
  times?: number;
  action: FaultAction;
};

export type Faults = {
  add(fault: Fault): void;
  /** Faults that never (or not often enough) came into play; a test fails when there are any. */
  unused(): Fault[];
  clear(): void;
  /** Applies the first matching fault; true when the request is thereby dealt with. */
  intercept(request: IncomingMessage, response: ServerResponse): Promise<boolean>;
};

type Armed = { fault: Fault; skip: number; left: number; hit: boolean };

export function createFaults(): Faults {
  let armed: Armed[] = [];
  return {
    add(fault) {
      armed.push({ fault, skip: fault.skip ?? 0, left: fault.times ?? 1, hit: false });
    },
    unused() {
      return armed
        .filter((entry) => (entry.left === Infinity ? !entry.hit : entry.left > 0))
        .map((e) => e.fault);
    },
    clear() {
      armed = [];
    },
    async intercept(request, response) {
      const entry = armed.find((candidate) => matches(candidate, request));
      if (!entry) return false;
      if (entry.skip > 0) {
        entry.skip -= 1;
        return false;
      }
      entry.left -= 1;
      entry.hit = true;
      return apply(entry.fault.action, request, response);
    },
  };
}

function matches({ fault, left }: Armed, request: IncomingMessage): boolean {
  if (left <= 0) return false;
  if (fault.method && fault.method !== request.method) return false;
  return fault.url.test(request.url ?? '');
}

async function apply(
  action: FaultAction,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  switch (action.kind) {
    case 'status':
      request.resume();
      if (isStrangers(action.body ?? ''))
        for (const name of response.getHeaderNames()) response.removeHeader(name);
      response.writeHead(action.status, { 'content-type': 'text/html', ...action.headers });
      response.end(action.body ?? '');
      return true;
    case 'reset':
      request.socket.destroy();
      return true;
    case 'hang':
      return true;
    case 'slow':
      await new Promise((resolve) => setTimeout(resolve, action.ms));
      return false;
    case 'notice':
      await action.call();
      return false;
    case 'cut':
      cutAfter(response, action.bytes);
      return false;
    case 'cut-request':
      cutRequestAfter(request, action.bytes);
      return false;
    case 'lost-answer':
      swallow(response);
      return false;
  }
}

/** A page without GitLab's name is that of something in front of it, and has no header of GitLab's (GL-27). */
function isStrangers(body: string): boolean {
  return body.startsWith('<') && !body.includes('GitLab');
}

function cutAfter(response: ServerResponse, limit: number): void {
  const write = response.write.bind(response);
  let sent = 0;
  const limited = (chunk: unknown): boolean => {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    const rest = bytes.subarray(0, limit - sent);
    sent += rest.length;
    if (sent < limit) return write(rest);
    write(rest, () => response.socket?.destroy());
    return true;
  };
  response.write = limited as ServerResponse['write'];
  const end = response.end.bind(response);
  response.end = ((chunk?: unknown) => {
    if (chunk !== undefined && typeof chunk !== 'function') limited(chunk);
    return sent < limit ? end() : response;
  }) as ServerResponse['end'];
}

/** Where the parser hands over what has come: a reader of its own would take it from the server. */
function cutRequestAfter(request: IncomingMessage, limit: number): void {
  const push = request.push.bind(request);
  let come = 0;
  request.push = (chunk: Buffer | null) => {
    come += chunk?.length ?? 0;
    if (chunk === null || come < limit) return push(chunk);
    request.socket.destroy();
    return false;
  };
}

function swallow(response: ServerResponse): void {
  response.write = ((_chunk: unknown, ...rest: unknown[]) => {
    const done = rest.find((value) => typeof value === 'function') as (() => void) | undefined;
    done?.();
    return true;
  }) as ServerResponse['write'];
  response.flushHeaders = () => {};
  response.end = (() => {
    response.socket?.destroy();
    return response;
  }) as ServerResponse['end'];
}
