import { request as httpRequest } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startSandboxServer, type SandboxServer } from '../../sandbox/server.ts';

let server: SandboxServer;
let served: string[];

beforeEach(async () => {
  served = [];
  server = await startSandboxServer(async (request, response) => {
    served.push(`${request.method} ${request.url}`);
    if (request.url === '/broken') throw new Error('out of order');
    if (request.url !== '/unread') await buffer(request);
    response.writeHead(200, { 'content-type': 'text/plain' });
    response.write('0123456789');
    response.end('abcdefghij');
  });
});
afterEach(() => server.close());

/** Sends a body only after "continue"; tells whether that came. */
function askFirst(path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const headers = { expect: '100-continue', 'content-length': 4 };
    const request = httpRequest(server.url + path, { method: 'POST', headers });
    let continued = false;
    request.on('error', reject);
    request.on('continue', () => {
      continued = true;
      request.end('body');
    });
    request.on('response', (response) => {
      response.resume().on('end', () => {
        resolve(continued);
        request.destroy();
      });
    });
    request.flushHeaders();
  });
}

describe('the loopback server', () => {
  it('records every request with its status and size', async () => {
    const body = 'x'.repeat(5000);
    await (
      await fetch(`${server.url}/one?a=b`, { method: 'POST', body, headers: { 'user-agent': 'probe' } })
    ).text();
    const [entry] = server.requests;
    expect(entry).toMatchObject({ method: 'POST', url: '/one?a=b', userAgent: 'probe', status: 200 });
    expect(entry!.bytesIn).toBeGreaterThan(5000);
    expect(entry!.bytesOut).toBeGreaterThan(20);
  });

  it('counts each request of a kept connection for itself', async () => {
    for (let index = 0; index < 3; index += 1) await (await fetch(`${server.url}/${index}`)).text();
    const sizes = server.requests.map(({ bytesIn }) => bytesIn);
    expect(new Set(sizes).size).toBe(1);
    expect(sizes[0]).toBeGreaterThan(50);
  });

  it('answers 500 with the reason when its handler fails', async () => {
    const answer = await fetch(`${server.url}/broken`);
    expect(answer.status).toBe(500);
    expect(await answer.text()).toContain('out of order');
  });

  it('says "continue" only to a client whose body it reads', async () => {
    expect(await askFirst('/read')).toBe(true);
    expect(await askFirst('/unread')).toBe(false);
  });

  it('drops open connections when it is closed', async () => {
    server.faults.add({ url: /./, action: { kind: 'hang' } });
    const hanging = fetch(server.url).catch(() => 'dropped');
    await expect.poll(() => server.requests.length).toBeGreaterThan(0);
    await server.close();
    expect(await hanging).toBe('dropped');
  });
});

describe('faults', () => {
  it('status: the server never sees the request', async () => {
    server.faults.add({
      method: 'GET',
      url: /^\/x/,
      action: { kind: 'status', status: 503, body: 'later', headers: { 'retry-after': '3' } },
    });
    const answer = await fetch(`${server.url}/x`);
    expect([answer.status, answer.headers.get('retry-after'), await answer.text()]).toEqual([
      503,
      '3',
      'later',
    ]);
    expect(served).toEqual([]);
    expect((await fetch(`${server.url}/x`)).status).toBe(200);
  });

  it('reset: neither served nor answered', async () => {
    server.faults.add({ url: /./, action: { kind: 'reset' } });
    await expect(fetch(server.url)).rejects.toThrow('fetch failed');
    expect(served).toEqual([]);
    expect(server.requests[0]!.status).toBe(0);
  });

  it('hang: no answer ever', async () => {
    server.faults.add({ url: /./, action: { kind: 'hang' } });
    const signal = AbortSignal.timeout(100);
    await expect(fetch(server.url, { signal })).rejects.toThrow(/timeout|aborted/);
  });

  it('slow: served after the pause', async () => {
    server.faults.add({ url: /./, action: { kind: 'slow', ms: 80 } });
    const started = performance.now();
    expect((await fetch(server.url)).status).toBe(200);
    expect(performance.now() - started).toBeGreaterThanOrEqual(75);
  });

  it.each([0, 4, 10, 15])('cut: the connection breaks after %i bytes of the body', async (bytes) => {
    server.faults.add({ url: /./, action: { kind: 'cut', bytes } });
    const got = await new Promise<string>((resolve) => {
      let text = '';
      const request = httpRequest(server.url, (response) => {
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => resolve(`${text} whole`));
        response.on('error', () => resolve(text));
      });
      request.on('error', () => resolve(text));
      request.end();
    });
    expect(got).toBe('0123456789abcdefghij'.slice(0, bytes));
    expect(served).toHaveLength(1);
  });

  it('cut: an answer that is shorter arrives whole', async () => {
    server.faults.add({ url: /./, action: { kind: 'cut', bytes: 1000 } });
    expect(await (await fetch(server.url)).text()).toBe('0123456789abcdefghij');
  });

  it('cut request: the connection breaks after so many bytes of the request, and the server sees no more', async () => {
    server.faults.add({ url: /./, action: { kind: 'cut-request', bytes: 100_000 } });
    const body = 'x'.repeat(1_000_000);
    await expect(fetch(server.url, { method: 'POST', body })).rejects.toThrow('fetch failed');
    expect(served).toEqual(['POST /']);
    expect(server.requests[0]!.status).toBe(0);
    expect((await fetch(server.url, { method: 'POST', body })).status).toBe(200);
  });

  it('lost answer: the work is done, the client sees a reset', async () => {
    server.faults.add({ method: 'POST', url: /./, action: { kind: 'lost-answer' } });
    await expect(fetch(server.url, { method: 'POST', body: 'x' })).rejects.toThrow('fetch failed');
    expect(served).toEqual(['POST /']);
  });

  it('notice: calls back, then serves', async () => {
    const seen: number[] = [];
    server.faults.add({ url: /./, action: { kind: 'notice', call: () => void seen.push(served.length) } });
    expect((await fetch(server.url)).status).toBe(200);
    expect(seen).toEqual([0]);
  });

  it('hit only their method and URL, after the skipped ones, as often as they say', async () => {
    server.faults.add({
      method: 'GET',
      url: /a=1$/,
      skip: 1,
      times: 2,
      action: { kind: 'status', status: 502 },
    });
    const statuses: number[] = [];
    for (const [method, path] of [
      ['POST', '/?a=1'],
      ['GET', '/?a=2'],
      ['GET', '/?a=1'],
      ['GET', '/?a=1'],
      ['GET', '/?a=1'],
      ['GET', '/?a=1'],
    ] as const) {
      statuses.push((await fetch(server.url + path, { method })).status);
    }
    expect(statuses).toEqual([200, 200, 200, 502, 502, 200]);
    expect(server.faults.unused()).toEqual([]);
  });

  it('that never came into play are told', async () => {
    const twice = { url: /x/, times: 2, action: { kind: 'status', status: 502 } } as const;
    const always = { url: /x/, times: Infinity, action: { kind: 'status', status: 502 } } as const;
    server.faults.add(twice);
    server.faults.add(always);
    expect(server.faults.unused()).toEqual([twice, always]);
    for (let index = 0; index < 3; index += 1) await fetch(`${server.url}/x`);
    expect(server.faults.unused()).toEqual([]);
    server.faults.clear();
    expect((await fetch(`${server.url}/x`)).status).toBe(200);
  });
});
