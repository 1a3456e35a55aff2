import { createServer, request as httpRequest } from 'node:http';
import { expect, test } from 'vitest';
import type { GitLabTarget } from '../../src/gitlab/target.ts';
import type { LfsObject } from '../../src/model/source.ts';
import { listening } from '../helpers/hosts.ts';
import { lfsPair, type LfsPair } from '../helpers/lfs.ts';

const never = new AbortController().signal;
/** More than is held in memory, so that it goes from one server straight to the other. */
const size = 5_000_000;
const most = Math.round(size * 0.9);

function urlsOf(requests: readonly { url: string }[], oid: string): number {
  return requests.filter(({ url }) => url.includes(oid)).length;
}

test.each(['gitbucket', 'gitlab'] as const)(
  'a connection that %s cuts at nine tenths costs that object a second try, and the others nothing',
  async (side) => {
    const pair = await lfsPair();
    const objects = await pair.store(...Array.from({ length: 5 }, () => size));
    const hit = objects[2]!;
    pair[side].server.faults.add({
      method: side === 'gitbucket' ? 'GET' : 'PUT',
      url: new RegExp(hit.oid),
      action: side === 'gitbucket' ? { kind: 'cut', bytes: most } : { kind: 'cut-request', bytes: most },
    });

    const { copied, lost, bytes, told } = await pair.copy(objects);

    expect([copied.length, lost, bytes]).toEqual([5, [], 5 * size]);
    expect(told.at(-1)).toEqual([5, 5, 5 * size]);
    expect(Math.max(...told.map(([, , seen = 0]) => seen))).toBe(5 * size);
    for (const { oid } of objects) expect(urlsOf(pair.gets(), oid)).toBe(oid === hit.oid ? 2 : 1);
    for (const { oid } of objects) expect(urlsOf(pair.puts(), oid)).toBe(oid === hit.oid ? 2 : 1);
    expect(pair.kept(objects)).toEqual(objects);
  },
);

test('a small object reaches GitLab only when it is whole', async () => {
  const pair = await lfsPair();
  const objects = await pair.store(100_000);
  const action = { kind: 'cut', bytes: 90_000 } as const;
  pair.gitbucket.server.faults.add({ method: 'GET', url: /^\/git-lfs\//, action });
  const { copied, told } = await pair.copy(objects);
  expect(copied).toEqual(objects);
  expect(told.at(-1)).toEqual([1, 1, 100_000]);
  expect([pair.gets().length, pair.puts().length]).toEqual([2, 1]);
});

test('an object that is cut each time is given up after some tries, and the others arrive', async () => {
  const pair = await lfsPair();
  const objects = await pair.store(size, size, size);
  const [hit] = objects as [(typeof objects)[0]];
  pair.gitbucket.server.faults.add({
    method: 'GET',
    url: new RegExp(hit.oid),
    times: 4,
    action: { kind: 'cut', bytes: most },
  });

  const { copied, lost } = await pair.copy(objects);

  expect(copied).toHaveLength(2);
  expect(lost.map(({ object }) => object)).toEqual([hit]);
  expect(lost[0]?.reason).toMatch(/^the answer of GitBucket to [0-9a-f]{64} broke off before its end/);
});

test('an upload whose answer was lost is looked up and not sent again', async () => {
  const pair = await lfsPair();
  const objects = await pair.store(1000, 2000, 3000);
  pair.gitlab.server.faults.add({
    method: 'PUT',
    url: new RegExp(objects[1]!.oid),
    action: { kind: 'lost-answer' },
  });

  const { copied, bytes } = await pair.copy(objects);

  expect([copied.length, bytes]).toEqual([3, 6000]);
  expect(pair.puts()).toHaveLength(3);
});

type Refused = { status: number; body: string; headers?: Record<string, string> };

test.each<[string, Refused]>([
  ['a leave that GitLab does not take any more', { status: 401, body: 'HTTP Basic: Access denied' }],
  ['a throttle', { status: 429, body: 'Retry later', headers: { 'retry-after': '0' } }],
  ['a short outage', { status: 503, body: 'GitLab is not responding', headers: { 'retry-after': '0' } }],
  ['what arrived in another form', { status: 400, body: 'SHA256 or size mismatch' }],
])('%s costs the object a question and a second try', async (_what, answer) => {
  const pair = await lfsPair();
  const objects = await pair.store(1000, 2000);
  const headers: Record<string, string> = { 'content-type': 'text/plain', ...answer.headers };
  pair.gitlab.server.faults.add({
    method: 'PUT',
    url: new RegExp(objects[0]!.oid),
    action: { kind: 'status', ...answer, headers },
  });

  const { copied, lost } = await pair.copy(objects);

  expect([copied.length, lost]).toEqual([2, []]);
  expect([pair.puts().length, pair.batches('gitlab').length]).toEqual([3, 2]);
});

test('throttled questions wait as long as each server asks', async () => {
  const pair = await lfsPair();
  const objects = await pair.store(1000);
  for (const side of ['gitbucket', 'gitlab'] as const) {
    pair[side].server.faults.add({
      method: 'POST',
      url: /objects\/batch$/,
      action: { kind: 'status', status: 503, headers: { 'retry-after': '0' } },
    });
  }
  expect((await pair.copy(objects)).copied).toEqual(objects);
});

test('an object larger than a proxy lets through is named with the limit to raise, and the others arrive', async () => {
  const pair = await lfsPair({ targetUrl: (url) => limitedFront(url, 1_000_000) });
  const objects = await pair.store(1000, size, 2000);

  const { copied, lost } = await pair.copy(objects);

  expect(copied).toHaveLength(2);
  expect(lost.map(({ object }) => object)).toEqual([objects[1]]);
  expect(lost[0]?.reason).toMatch(
    /^GitLab, or a proxy in front of it, rejects the LFS object [0-9a-f]{64} as too large \(5\.0 MB\): 413, /,
  );
});

/** A proxy as nginx is: what says that it is longer than the limit is refused before it has come, and read on (lingering_close). */
async function limitedFront(upstream: string, limit: number): Promise<string> {
  const { hostname, port } = new URL(upstream);
  const server = createServer((request, response) => {
    const { method, url: path, headers } = request;
    if (Number(headers['content-length'] ?? 0) > limit) {
      request.resume();
      response.writeHead(413, { 'content-type': 'text/html' });
      response.end(
        '<html><head><title>413 Request Entity Too Large</title></head><center>nginx</center></html>',
      );
      return;
    }
    const inner = httpRequest({ hostname, port, path, method, headers, agent: false }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    request.pipe(inner);
  });
  return `http://127.0.0.1:${await listening(server)}`;
}

const refusals: readonly [string, (pair: LfsPair) => unknown, { code: string; fix?: RegExp }][] = [
  [
    'LFS is off in the project',
    ({ project }) => (project.lfsEnabled = false),
    { code: 'lfs-off', fix: /in the project/ },
  ],
  [
    'LFS is off on the server',
    ({ gitlab }) => (gitlab.settings.lfsEnabled = false),
    { code: 'lfs-off', fix: /lfs_enabled/ },
  ],
  ['the project is archived', ({ project }) => (project.archived = true), { code: 'target-forbidden' }],
  [
    'there is no storage left',
    ({ gitlab }) => (gitlab.settings.git.repositorySizeLimit = -1),
    { code: 'storage-limit', fix: /repository size limit/ },
  ],
  [
    'the server is read-only',
    ({ gitlab }) => (gitlab.settings.readOnlyDatabase = true),
    { code: 'read-only' },
  ],
];

test.each(refusals)('that %s ends it at the first question', async (_what, arrange, expected) => {
  const pair = await lfsPair();
  const objects = await pair.store(1000, 2000);
  arrange(pair);
  const error: unknown = await pair.copy(objects).catch((failure: unknown) => failure);
  expect(error).toMatchObject({
    code: expected.code,
    notice: { fix: expect.stringMatching(expected.fix ?? /./) as string },
  });
  expect([pair.gets(), pair.puts(), pair.batches('gitlab').length]).toEqual([[], [], 1]);
});

test('a right that ends on the way ends all of it', async () => {
  const pair = await lfsPair();
  const objects = await pair.store(...Array.from({ length: 30 }, (_, index) => 1000 + index));
  pair.gitlab.server.faults.add({
    method: 'PUT',
    url: /gitlab-lfs/,
    skip: 3,
    action: { kind: 'notice', call: () => void (pair.project.archived = true) },
  });
  await expect(pair.copy(objects)).rejects.toMatchObject({ code: 'target-forbidden' });
  expect(pair.kept(objects).length).toBeLessThan(30);
});

test('a reader and a token that is gone are told as such', async () => {
  const pair = await lfsPair({
    token({ gitlab }) {
      gitlab.addUser({ username: 'reader', name: 'Reader', email: 'reader@example.com' });
      return gitlab.token('reader');
    },
  });
  const objects = await pair.store(1000);
  // To whom cannot see the project it is not there.
  await expect(pair.copy(objects)).rejects.toMatchObject({ code: 'lfs-off' });
  for (const token of pair.gitlab.context.state.tokens) token.revoked = true;
  await expect(pair.copy(objects)).rejects.toMatchObject({ code: 'token-refused' });
});

test('GitBucket without a base URL is told once, by its address', async () => {
  const pair = await lfsPair({ gitbucket: { baseUrl: null } });
  const objects = await pair.store(...Array.from({ length: 30 }, (_, index) => 1000 + index));
  await expect(pair.copy(objects)).rejects.toMatchObject({
    code: 'lfs-without-base-url',
    object: pair.gitbucket.url,
  });
  expect([pair.batches('gitbucket').length, pair.puts().length]).toEqual([1, 0]);
});

test('a token of GitBucket that has ended is no missing base URL', async () => {
  const pair = await lfsPair();
  const objects = await pair.store(1000);
  pair.gitbucket.context.repository('team', 'one')!.private = true;
  pair.gitbucket.context.state.tokens.length = 0;
  await expect(pair.copy(objects)).rejects.toMatchObject({ code: 'token-refused' });
});

test('a page in the place of an object is told as whose it is', async () => {
  const pair = await lfsPair();
  const objects = await pair.store(1000);
  pair.gitbucket.server.faults.add({
    url: /^\/git-lfs\//,
    action: { kind: 'status', status: 200, body: '<html><title>Sign in to the network</title></html>' },
  });
  await expect(pair.copy(objects)).rejects.toMatchObject({ code: 'answered-in-between' });
});

test('when nothing gets through any more it is given up instead of trying all', async () => {
  const pair = await lfsPair();
  const objects = await pair.store(...Array.from({ length: 60 }, (_, index) => 1000 + index));
  pair.gitbucket.server.faults.add({
    url: /^\/git-lfs\//,
    times: Infinity,
    action: { kind: 'cut', bytes: 500 },
  });
  await expect(pair.copy(objects)).rejects.toMatchObject({ code: 'answer-cut' });
  expect(pair.gets().length).toBeLessThan(100);
});

test('an interruption ends at once, and the next run sends what is missing', async () => {
  const pair = await lfsPair();
  const objects = await pair.store(...Array.from({ length: 40 }, (_, index) => 100_000 + index));
  const stop = new AbortController();
  pair.gitlab.server.faults.add({
    method: 'PUT',
    url: /gitlab-lfs/,
    skip: 15,
    action: { kind: 'notice', call: () => stop.abort() },
  });
  await expect(pair.copy(objects, { signal: stop.signal })).rejects.toMatchObject({ code: 'interrupted' });
  const arrived = await present(pair.target, objects);
  expect(arrived).toBeGreaterThan(0);
  expect(arrived).toBeLessThan(40);

  const again = await pair.copy(objects);

  expect([again.present.length, again.copied.length]).toEqual([arrived, 40 - arrived]);
  expect(pair.kept(objects)).toEqual(objects);
});

async function present(target: GitLabTarget, objects: readonly LfsObject[]): Promise<number> {
  return objects.length - (await target.lfs('root/one').unprovable(objects, never)).length;
}
