import { spawn } from 'node:child_process';
import dns from 'node:dns';
import { once } from 'node:events';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { expect, test, vi } from 'vitest';
import { createLimiter } from '../../src/net/connections.ts';
import { createHttp, type Http, type HttpOptions } from '../../src/net/http.ts';
import type { StreamRequest } from '../../src/net/stream.ts';
import { proxyTo } from '../../src/net/way.ts';
import { balancer, testProxy } from '../helpers/between.ts';
import { atEnd } from '../helpers/cleanup.ts';
import { otherHost } from '../helpers/hosts.ts';
import { forwardProxy } from '../helpers/strangers.ts';
import { tempDir } from '../helpers/temp-dir.ts';
import { selfSigned, tlsFront } from '../helpers/tls-front.ts';

function httpTo(url: string, more: Partial<HttpOptions> = {}): Http {
  return createHttp({
    server: { side: 'target', name: 'GitLab', url },
    headers: {},
    ca: null,
    limiter: createLimiter(16, { now: Date.now, sleep: async () => {} }),
    timeoutMs: 240_000,
    streamTimeoutMs: 240_000,
    backoffMs: 1,
    now: Date.now,
    signal: new AbortController().signal,
    emit: () => {},
    ...more,
  });
}

async function httpsServer(): Promise<{ url: string; ca: string; requests: { url: string }[] }> {
  const certificate = selfSigned(await tempDir(), 'server');
  const server = await otherHost();
  return { url: await tlsFront(server.url, certificate), ca: certificate.cert, requests: server.requests };
}

const stream = (): StreamRequest => ({
  path: '/stream',
  headers: {},
  body: Readable.from([Buffer.from('pack')]),
  expects: 'text/plain',
});

test('a tunnel that the proxy closes without a word is asked for again, for what cannot be sent twice too', async () => {
  const { url, ca, requests } = await httpsServer();
  const proxy = await testProxy();
  const http = httpTo(url, { ca, proxy: proxyTo(url, { all_proxy: `http://127.0.0.1:${proxy.port}/` }) });
  proxy.spoil(0, 'close');
  for (const path of ['/a', '/b', '/c']) await http.send({ method: 'GET', path });
  expect(proxy.asked.map(({ method }) => method)).toEqual(['CONNECT', 'CONNECT']);

  const other = httpTo(url, { ca, proxy: proxyTo(url, { HTTPS_PROXY: `127.0.0.1:${proxy.port}` }) });
  proxy.spoil(0, 'close');
  proxy.spoil(1, 'close');
  const answer = await other.stream(stream());
  answer.body.resume();
  expect(answer.status).toBe(200);
  expect(requests.map((request) => request.url)).toEqual(['/a', '/b', '/c', '/stream']);
});

test('a proxy that closes every tunnel without a word is told as what kept a request from being sent', async () => {
  const { url, ca, requests } = await httpsServer();
  const proxy = await testProxy();
  const http = httpTo(url, { ca, proxy: proxyTo(url, { HTTPS_PROXY: `127.0.0.1:${proxy.port}` }) });
  for (const number of [0, 1, 2]) proxy.spoil(number, 'close');
  await expect(http.stream(stream())).rejects.toMatchObject({
    code: 'unreachable',
    message: expect.stringContaining(`the proxy 127.0.0.1:${proxy.port} (HTTPS_PROXY): `) as string,
  });
  expect(proxy.asked).toHaveLength(3);
  expect(requests).toEqual([]);
});

test('a proxy that refuses the login, or says nothing at all, is told as what it is', async () => {
  const { url, ca } = await httpsServer();
  const strict = await testProxy({ login: 'me:secret' });
  const refused = httpTo(url, {
    ca,
    proxy: proxyTo(url, { https_proxy: `http://127.0.0.1:${strict.port}` }),
  });
  const once = { method: 'GET', path: '/x', tries: 1 } as const;
  await expect(refused.send(once)).rejects.toMatchObject({
    code: 'proxy-refused',
    message: expect.stringContaining('answers 407 instead of letting us through') as string,
    notice: expect.objectContaining({ fix: expect.stringContaining('into https_proxy') as string }) as object,
  });

  const mute = await testProxy();
  mute.spoil(0, 'silence');
  const env = { https_proxy: `http://127.0.0.1:${mute.port}` };
  const silent = httpTo(url, { ca, timeoutMs: 300, proxy: proxyTo(url, env) });
  await expect(silent.send(once)).rejects.toMatchObject({
    code: 'unreachable',
    detail: expect.stringMatching(/^the proxy .* no connection within 0\.\d s \(ETIMEDOUT\)$/) as string,
  });
});

test.each([403, 502, 503])('a proxy that opens no tunnel (%i) is told with its words', async (status) => {
  const { url, ca } = await httpsServer();
  let asked = 0;
  const named = await forwardProxy(() => {
    asked += 1;
    return { status, headers: { 'content-type': 'text/plain' }, body: 'the gate is shut' };
  });
  const http = httpTo(url, { ca, proxy: proxyTo(url, { https_proxy: named }) });
  const refusal = {
    code: 'proxy-refused',
    message: `the proxy ${new URL(named).host} (https_proxy) answers ${status} instead of letting us through to GitLab at ${url}: the gate is shut`,
  };
  await expect(http.send({ method: 'GET', path: '/x' })).rejects.toMatchObject(refusal);
  // What may pass is asked a few times, for streams too: nothing was sent yet.
  expect(asked).toBe(status === 403 ? 1 : 3);
  await expect(http.stream(stream())).rejects.toMatchObject(refusal);
  expect(asked).toBe(status === 403 ? 2 : 6);
});

test('the login of a proxy is sent as it was meant, for http and https, requests and streams', async () => {
  const secure = await httpsServer();
  const plain = await otherHost();
  const proxy = await testProxy({ login: 'me@corp:p@ss:w%rd' });
  const address = `me%40corp:p%40ss%3Aw%25rd@127.0.0.1:${proxy.port}`;
  for (const [url, env] of [
    [secure.url, { HTTPS_PROXY: address }],
    [plain.url, { HTTP_PROXY: address }],
  ] as const) {
    const http = httpTo(url, { ca: secure.ca, proxy: proxyTo(url, env) });
    expect(await http.send({ method: 'GET', path: '/x' })).toMatchObject({ status: 200 });
    const answer = await http.stream(stream());
    answer.body.resume();
    expect(answer.status).toBe(200);
  }
  expect(proxy.asked.map(({ method }) => method)).toEqual(['CONNECT', 'GET', 'POST']);
});

test('after one forgotten connection new ones are made, and reads go on at once', async () => {
  const server = await otherHost((response) => setImmediate(() => response.end('fine')));
  const between = await balancer(server.url);
  const http = httpTo(between.url, { backoffMs: 60_000, now: () => 0 });
  const read = (index: number): Promise<unknown> => http.send({ method: 'GET', path: `/${index}` });
  await Promise.all(Array.from({ length: 12 }, (_, index) => read(index)));
  expect(between.connections()).toBe(12);

  // A pause would be a minute: one read after the other, none of them may meet an old connection twice.
  between.forget();
  for (let index = 0; index < 12; index += 1) await read(index);
  expect(between.connections()).toBe(13);
});

test('a write meets a forgotten connection at most once, and none that was idle for a second', async () => {
  const server = await otherHost();
  const between = await balancer(server.url);
  let time = 0;
  const http = httpTo(between.url, { now: () => time });
  const write = { method: 'POST', path: '/x', body: {} } as const;
  await Promise.all(Array.from({ length: 8 }, () => http.send({ method: 'GET', path: '/x' })));
  between.forget();
  await expect(http.send(write)).rejects.toMatchObject({ code: 'connection-cut' });
  expect(await http.send(write)).toMatchObject({ status: 200 });

  between.forget();
  time += 1000;
  expect(await http.send(write)).toMatchObject({ status: 200 });
  between.forget();
  time += 1000;
  const pushed = await http.stream(stream());
  pushed.body.resume();
  expect(pushed.status).toBe(200);
});

/** A server that accepts nobody until it is awake: the system answers only so many before it. */
const sleepy = `
const server = require('node:http').createServer((request, response) => response.end('awake'));
server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
  process.stdout.write(String(server.address().port) + '\\n');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(process.argv[1]));
});`;

/** The port of one whose queue is full: whoever comes now is not even refused. */
async function sleepyServer(ms: number): Promise<number> {
  const child = spawn(process.execPath, ['-e', sleepy, String(ms)], { stdio: ['ignore', 'pipe', 'inherit'] });
  atEnd(() => child.kill('SIGKILL'));
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const port = Number(line.toString());
  for (let place = 0; place < 2; place += 1) {
    const waiting = connect(port, '127.0.0.1').on('error', () => {});
    atEnd(() => waiting.destroy());
    await once(waiting, 'connect');
  }
  return port;
}

/** The name has two addresses; nobody listens at the second one. */
function nameWithTwoAddresses(): void {
  const addresses = [
    { address: '127.0.0.1', family: 4 },
    { address: '127.0.0.2', family: 4 },
  ];
  const spy = vi.spyOn(dns, 'lookup').mockImplementation(((
    _name: string,
    _options: object,
    done: Function,
  ) => {
    setImmediate(() => void done(null, addresses));
  }) as unknown as typeof dns.lookup);
  atEnd(() => spy.mockRestore());
}

test('a slow line is given its time, also when another address of the name leads nowhere', async () => {
  const port = await sleepyServer(800);
  nameWithTwoAddresses();
  const http = httpTo(`http://slow.example:${port}`, { proxy: null });
  expect(await http.send({ method: 'GET', path: '/x', tries: 1 })).toMatchObject({ body: 'awake' });
});

test('a connection that does not come about is told with the time that was waited', async () => {
  const port = await sleepyServer(30_000);
  const url = `http://127.0.0.1:${port}`;
  const request = { method: 'GET', path: '/x', tries: 1 } as const;
  const refusal = {
    code: 'unreachable',
    detail: expect.stringMatching(/^no connection within 0\.\d s \(ETIMEDOUT\)$/) as string,
  };
  await expect(httpTo(url, { timeoutMs: 300 }).send(request)).rejects.toMatchObject(refusal);
  await expect(httpTo(url, { streamTimeoutMs: 300, timeoutMs: 300 }).stream(stream())).rejects.toMatchObject(
    refusal,
  );
});
