import type { ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import type { RunEvent } from '../../src/model/events.ts';
import { createHttp, type Http, type HttpRequest } from '../../src/net/http.ts';
import { createLimiter } from '../../src/net/connections.ts';
import { deadPort, otherHost, type OtherHost, type SeenRequest } from '../helpers/hosts.ts';
import { tempDir } from '../helpers/temp-dir.ts';
import { selfSigned, tlsFront } from '../helpers/tls-front.ts';

type Answer = (response: ServerResponse, request: SeenRequest) => void;
type Policy = {
  http: Http;
  events: RunEvent[];
  slept: number[];
  places: () => number;
  abort: AbortController;
};

function policy(url: string, options: { ca?: string; timeoutMs?: number } = {}): Policy {
  const events: RunEvent[] = [];
  const slept: number[] = [];
  const abort = new AbortController();
  let time = Date.UTC(2026, 0, 1);
  const now = (): number => time;
  const limiter = createLimiter(8, {
    now,
    async sleep(ms) {
      slept.push(ms);
      time += ms;
    },
  });
  const http = createHttp({
    server: { side: 'target', name: 'GitLab', url },
    headers: { 'private-token': 'the-token' },
    ca: options.ca ?? null,
    limiter,
    timeoutMs: options.timeoutMs ?? 240_000,
    streamTimeoutMs: options.timeoutMs ?? 240_000,
    backoffMs: 1,
    now,
    signal: abort.signal,
    emit: (event) => events.push(event),
  });
  return { http, events, slept, places: () => limiter.places(), abort };
}

/** A server that gives these answers one after the other, the last one for ever. */
function inTurn(...answers: Answer[]): Promise<OtherHost> {
  let at = 0;
  return otherHost((response, request) => {
    const answer = answers[Math.min(at, answers.length - 1)];
    at += 1;
    answer?.(response, request);
  });
}

/** GitLab's own answers are numbered (GL-27). */
const own = { 'x-request-id': '01J' };

const json =
  (body: unknown, status = 200): Answer =>
  (response) =>
    response.writeHead(status, { ...own, 'content-type': 'application/json' }).end(JSON.stringify(body));
const status =
  (code: number, headers: Record<string, string> = {}, body = ''): Answer =>
  (response) =>
    response.writeHead(code, { ...own, 'content-type': 'text/plain', ...headers }).end(body);
const reset: Answer = (response) => response.socket?.destroy();
const silence: Answer = () => {};
const writes = ['POST', 'PUT', 'PATCH', 'DELETE'] as const;

function get(path = '/x', more: Partial<HttpRequest> = {}): HttpRequest {
  return { method: 'GET', path, ...more };
}

describe('reading', () => {
  test('goes on after 502, 503, 504 and a cut connection, and slows down each time', async () => {
    const server = await inTurn(status(502), status(503), status(504), reset, json({ fine: true }));
    const { http, places } = policy(server.url);

    expect(await http.send(get())).toMatchObject({ status: 200, body: { fine: true } });
    expect(server.requests).toHaveLength(5);
    expect(places()).toBe(1);
  });

  test('is given up after five tries, or after as many as are asked for', async () => {
    const server = await inTurn(status(502, {}, 'the gate is shut'));
    const { http } = policy(server.url);

    await expect(http.send(get())).rejects.toMatchObject({
      code: 'server-error',
      message: 'GitLab responds with 502 to GET /x: the gate is shut',
    });
    expect(server.requests).toHaveLength(5);
    await expect(http.send(get('/y', { tries: 2 }))).rejects.toMatchObject({ code: 'server-error' });
    expect(server.requests).toHaveLength(7);
  });

  test.each([408, 425, 500, 502, 503, 504, 520, 521, 522, 523, 524, 530])(
    'goes on after %i, which passes',
    async (code) => {
      const server = await inTurn(status(code), status(code), json({ fine: true }));
      expect(await policy(server.url).http.send(get())).toMatchObject({ status: 200 });
      expect(server.requests).toHaveLength(3);
    },
  );

  test('hands a 500 that stays to the caller after three tries', async () => {
    const server = await inTurn(json({ message: 'no' }, 500));
    const { http, places } = policy(server.url);
    expect(await http.send(get())).toMatchObject({ status: 500, body: { message: 'no' } });
    expect(server.requests).toHaveLength(3);
    expect(places()).toBe(8);
    await http.send(get('/y', { tries: 1 }));
    expect(server.requests).toHaveLength(4);
  });

  test('asks once only where a 500 has stayed before', async () => {
    const server = await inTurn(json({ message: 'no' }, 500));
    const { http } = policy(server.url);
    await http.send(get('/damaged'));
    const before = server.requests.length;
    expect(await http.send(get('/damaged'))).toMatchObject({ status: 500 });
    expect(server.requests.length - before).toBe(1);
    await http.send(get('/other'));
    expect(server.requests.length - before).toBe(4);
  });

  test('at the first contact waits for a server that answers, not long for one that does not', async () => {
    const busy = await inTurn(status(429, { 'retry-after': '2' }), status(503), status(500), json(1));
    const { http, slept } = policy(busy.url);
    expect(await http.send(get('/x', { firstContact: true }))).toMatchObject({ status: 200 });
    expect(slept).toEqual([2000]);

    const dead = await inTurn(reset);
    await expect(policy(dead.url).http.send(get('/x', { firstContact: true }))).rejects.toMatchObject({
      code: 'unreachable',
    });
    expect(dead.requests).toHaveLength(2);
  });

  test('hands every 4xx that does not pass to the caller at once', async () => {
    for (const code of [400, 401, 403, 404, 409, 422, 501]) {
      const server = await inTurn(json({ message: 'no' }, code));
      expect(await policy(server.url).http.send(get())).toMatchObject({
        status: code,
        body: { message: 'no' },
      });
      expect(server.requests).toHaveLength(1);
    }
  });

  test('gives JSON only where the server says JSON, bytes on demand, and the text of anything else', async () => {
    const server = await inTurn(
      status(200, { 'content-type': 'text/html' }, '{"a":1}'),
      status(200, { 'content-type': 'application/json' }, 'no JSON'),
      status(200, { 'content-type': 'application/json' }),
      status(200, { 'content-type': 'application/octet-stream' }, 'pack'),
    );
    const { http } = policy(server.url);

    expect((await http.send(get())).body).toBe('{"a":1}');
    expect((await http.send(get())).body).toBe('no JSON');
    expect((await http.send(get())).body).toBe('');
    const expects = { type: 'application/octet-stream', isWhole: () => true };
    expect((await http.send(get('/x', { expects }))).body).toEqual(Buffer.from('pack'));
  });

  test('leaves out a header that is set to null', async () => {
    const server = await inTurn(json(1));
    await policy(server.url).http.send(get('/x', { headers: { 'private-token': null, 'x-more': 'y' } }));

    expect(server.requests[0]?.headers).not.toHaveProperty('private-token');
    expect(server.requests[0]?.headers).toMatchObject({ 'x-more': 'y' });
  });
});

describe('writing', () => {
  for (const method of writes) {
    test(`hands the 500 of a ${method} to the caller at once`, async () => {
      const server = await inTurn(json({ message: 'no' }, 500), json({}));
      expect(await policy(server.url).http.send({ method, path: '/x', body: {} })).toMatchObject({
        status: 500,
      });
      expect(server.requests).toHaveLength(1);
    });

    test(`never sends a ${method} twice when its fate is open`, async () => {
      for (const [answer, code] of [
        [status(408), 'server-error'],
        [status(524), 'server-error'],
        [status(502), 'server-error'],
        [status(503), 'server-error'],
        [status(504), 'server-error'],
        [reset, 'unreachable'],
        [silence, 'timeout'],
      ] as const) {
        const server = await inTurn(answer, json({}));
        const { http } = policy(server.url, code === 'timeout' ? { timeoutMs: 500 } : {});
        await expect(http.send({ method, path: '/x', body: { a: 1 } })).rejects.toMatchObject({ code });
        expect(server.requests).toHaveLength(1);
      }
    });
  }

  test('is repeated after 429, which says that nothing was done', async () => {
    for (const method of writes) {
      const server = await inTurn(status(429, { 'retry-after': '3' }), json({ id: 1 }, 201));
      const { http, slept } = policy(server.url);
      expect(await http.send({ method, path: '/x', body: {} })).toMatchObject({ status: 201 });
      expect(server.requests).toHaveLength(2);
      expect(slept).toEqual([3000]);
    }
  });
});

describe('a server that asks for a pause', () => {
  test('is obeyed with seconds and with a date, for everything that goes there, and people are told', async () => {
    const date = new Date(Date.UTC(2026, 0, 1, 0, 0, 9)).toUTCString();
    for (const [header, waitMs] of [
      ['5', 5000],
      [date, 9000],
    ] as const) {
      const server = await inTurn(status(429, { 'retry-after': header }), json(1));
      const { http, slept, events } = policy(server.url);
      await http.send(get());
      await http.send(get('/other'));
      expect(slept).toEqual([waitMs]);
      expect(events).toEqual([{ type: 'pause', server: 'target', reason: '429', waitMs }]);
    }
  });

  test('and goes on asking is reported after five tries', async () => {
    const server = await inTurn(status(429, { 'retry-after': '1' }));
    const { http } = policy(server.url);
    await expect(http.send(get())).rejects.toMatchObject({ code: 'rate-limited' });
    expect(server.requests).toHaveLength(5);
  });

  test('because of maintenance is told at once instead of waited for', async () => {
    const body = JSON.stringify({ message: 'GitLab Maintenance: system is in maintenance mode' });
    const headers = { 'content-type': 'application/json', 'retry-after': '900' };
    const server = await inTurn(status(503, headers, body));
    const { http, events } = policy(server.url);
    await expect(http.send({ method: 'POST', path: '/x', body: {} })).rejects.toMatchObject({
      code: 'maintenance',
    });
    expect(server.requests).toHaveLength(1);
    expect(events).toEqual([]);
  });
});

describe('a redirect', () => {
  test('to another host, scheme or port is refused for every method, and nothing is sent there', async () => {
    const other = await otherHost();
    for (const code of [301, 302, 303, 307, 308]) {
      const server = await inTurn(status(code, { location: `${other.url}/y?private_token=z` }));
      for (const method of ['GET', 'POST'] as const) {
        await expect(policy(server.url).http.send({ method, path: '/x' })).rejects.toMatchObject({
          code: 'redirected',
          message: `requests to GitLab at ${server.url} are redirected to ${other.url}/y; tokens are not sent there`,
        });
      }
      expect(server.requests).toHaveLength(2);
    }
    const upgrade = await inTurn(status(301, { location: '//gitlab.example.com/x' }));
    await expect(policy(upgrade.url).http.send(get())).rejects.toMatchObject({ code: 'redirected' });
    expect(other.requests).toEqual([]);
  });

  test('within the same host is not followed but handed to the caller', async () => {
    const server = await inTurn(status(302, { location: '/users/sign_in' }));
    expect(await policy(server.url).http.send(get())).toMatchObject({ status: 302 });
    expect(server.requests).toHaveLength(1);
  });

  test('whose target is no address at all is handed to the caller', async () => {
    const server = await inTurn(status(302, { location: 'http://[' }));
    expect(await policy(server.url).http.send(get())).toMatchObject({ status: 302 });
  });
});

describe('a connection', () => {
  test('that cannot be made is told with the reason, as often as it was tried', async () => {
    const url = `http://127.0.0.1:${await deadPort()}`;
    await expect(policy(url).http.send(get('/x', { tries: 2 }))).rejects.toMatchObject({
      code: 'unreachable',
      message: `GitLab at ${url} cannot be reached: nothing listens there (ECONNREFUSED)`,
    });
  });

  test('on which nothing comes is given up in time', async () => {
    const server = await inTurn(silence);
    await expect(
      policy(server.url, { timeoutMs: 150 }).http.send(get('/x', { tries: 1 })),
    ).rejects.toMatchObject({
      code: 'timeout',
      object: '/x',
    });
  });

  test('is dropped at once when the run is aborted, whatever it was waiting for', async () => {
    const server = await inTurn(silence);
    const { http, abort } = policy(server.url);
    const sending = http.send(get());
    setTimeout(() => abort.abort(), 50);
    await expect(sending).rejects.toMatchObject({ code: 'interrupted' });
  });

  test('to a server with an unknown certificate is refused until the certificate is given', async () => {
    const folder = await tempDir();
    const [mine, foreign] = [selfSigned(folder, 'mine'), selfSigned(folder, 'foreign')];
    const server = await inTurn(json({ fine: true }));
    const url = await tlsFront(server.url, mine);

    for (const ca of [undefined, foreign.cert]) {
      const { http } = policy(url, ca === undefined ? {} : { ca });
      await expect(http.send(get())).rejects.toMatchObject({ code: 'tls-untrusted' });
    }
    expect(server.requests).toEqual([]);
    expect(await policy(url, { ca: mine.cert }).http.send(get())).toMatchObject({ body: { fine: true } });
  });

  test('never shows the token in what is thrown', async () => {
    for (const answer of [reset, silence, status(502)]) {
      const server = await inTurn(answer);
      const { http } = policy(server.url, answer === silence ? { timeoutMs: 100 } : {});
      const error = await http
        .send({ method: 'POST', path: '/x' })
        .catch((thrown: unknown) => thrown as Error);
      const { inspect } = await import('node:util');
      expect(inspect(error, { depth: 20, showHidden: true })).not.toContain('the-token');
    }
  });
});

describe('a stream', () => {
  test('that is told to come back later is not sent again, but holds back all that follows', async () => {
    const server = await inTurn(status(429, { 'retry-after': '3' }), json(1));
    const { http, slept, events } = policy(server.url);

    const answer = await http.stream({
      path: '/x',
      headers: {},
      body: Buffer.from('0000'),
      expects: 'text/plain',
    });
    answer.body.resume();
    expect(answer.status).toBe(429);
    expect(server.requests).toHaveLength(1);
    await http.send(get());

    expect(slept).toEqual([3000]);
    expect(events).toEqual([{ type: 'pause', server: 'target', reason: '429', waitMs: 3000 }]);
  });
});
