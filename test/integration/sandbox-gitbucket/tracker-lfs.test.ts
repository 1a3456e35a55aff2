import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { addLfsObject } from '../../../sandbox/gitbucket.ts';
import { startTrackerServer, type Answer, type Call, type TrackerServer } from './tracker-setup.ts';

type Batch = {
  objects: {
    actions: { download: { href: string; header: { Authorization: string }; expires_at: string } };
  }[];
};

const OBJECT = Buffer.from('large file');
const ABSENT = 'e55ee9401d0d2cafa18697782a6df91ca5a670dc769efc384884e9e7891fc259';

let now = Date.UTC(2026, 10, 23, 20, 2, 23);
let server: TrackerServer;
let oid: string;
beforeEach(async () => {
  server = await startTrackerServer({ now: () => now });
  oid = await addLfsObject(server.gitbucket.context, 'team-a/tracker', OBJECT);
});
afterEach(() => server.close());

function batch(oids: string[], call: Call = {}, repository = 'team-a/tracker'): Promise<Answer> {
  return server.page(`/git/${repository}.git/info/lfs/objects/batch`, {
    body: {
      operation: 'download',
      transfers: ['basic'],
      objects: oids.map((id) => ({ oid: id, size: OBJECT.length })),
    },
    ...call,
    headers: {
      'user-agent': 'git-lfs/3.0',
      'content-type': 'application/vnd.git-lfs+json',
      ...call.headers,
    },
  });
}

async function link(id: string): Promise<{ href: string; authorization: string }> {
  const [object] = ((await batch([id])).json() as Batch).objects;
  const { href, header } = object?.actions.download ?? { href: '', header: { Authorization: '' } };
  return { href, authorization: header.Authorization };
}

function download(href: string, authorization?: string): Promise<Answer> {
  const path = href.slice(server.gitbucket.url.length);
  return server.page(path, { ...(authorization !== undefined && { headers: { authorization } }) });
}

function basic(user: string, secret: string): Call {
  const pair = Buffer.from(`${user}:${secret}`).toString('base64');
  return { headers: { authorization: `Basic ${pair}` } };
}

async function secretStatus(call: Call): Promise<number> {
  return (await batch([oid], call, 'alice/secret')).status;
}

describe('the batch call', () => {
  test('gives a download for every object, existing or not', async () => {
    const { url } = server.gitbucket;
    const answer = await batch([oid, ABSENT]);
    expect([answer.status, answer.type]).toEqual([200, 'application/vnd.git-lfs+json;charset=iso-8859-1']);
    expect(answer.headers.get('set-cookie')).toBeNull();
    const expected = (id: string) => ({
      oid: id,
      size: OBJECT.length,
      authenticated: true,
      actions: {
        download: {
          href: `${url}/git-lfs/team-a/tracker/${id}`,
          header: { Authorization: expect.stringMatching(/^[A-Za-z0-9+/]+=*$/) as unknown },
          expires_at: '2026-11-23T20:12:23Z',
        },
      },
    });
    expect(answer.json()).toEqual({ transfer: 'basic', objects: [expected(oid), expected(ABSENT)] });
  });

  test('without a configured base URL is refused like a bad password', async () => {
    await server.close();
    server = await startTrackerServer({ baseUrl: null });
    const answer = await batch([oid], basic('root', 'root'));
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'BASIC realm="GitBucket"']);
    expect(answer.text).toContain('HTTP ERROR 401 Unauthorized');
  });

  test('points to the configured base URL, not to where it was asked', async () => {
    await server.close();
    server = await startTrackerServer({ baseUrl: 'https://gitbucket.example.com' });
    expect((await link(oid)).href).toBe(`https://gitbucket.example.com/git-lfs/team-a/tracker/${oid}`);
  });

  test('from a client that does not call itself git is sent to the page', async () => {
    const answer = await batch([oid], { headers: { 'user-agent': 'curl/8.0' } });
    expect([answer.status, answer.headers.get('location')]).toEqual([
      302,
      `${server.gitbucket.url}/team-a/tracker`,
    ]);
  });

  test('for a private repository wants a password or the token of exactly that user', async () => {
    const { gitbucket } = server;
    gitbucket.addRepository({ owner: 'alice', name: 'secret', private: true });
    const token = gitbucket.token('alice');
    expect(await secretStatus({})).toBe(401);
    expect(await secretStatus(basic('alice', token))).toBe(200);
    expect(await secretStatus(basic('root', token))).toBe(401);
    expect(await secretStatus(basic('root', 'root'))).toBe(200);
    expect(await secretStatus(basic('dave', 'dave'))).toBe(401);
  });

  test('for an unknown repository is not found', async () => {
    const answer = await batch([oid], {}, 'team-a/nope');
    expect(answer.status).toBe(404);
    expect(answer.text).toContain('<td>/git/team-a/nope.git/info/lfs/objects/batch</td>');
  });

  test('cuts a name at its first .git', async () => {
    server.gitbucket.addRepository({ owner: 'alice', name: 'site.github.io' });
    const answer = await batch([oid], {}, 'alice/site.github.io');
    expect(answer.text).toContain(`/git-lfs/alice/site/${oid}"`);
  });

  test('of an upload is answered to anybody on a public repository', async () => {
    const answer = await server.page('/git/team-a/tracker.git/info/lfs/objects/batch', {
      headers: { 'user-agent': 'git-lfs/3.0' },
      body: { operation: 'upload', objects: [{ oid: ABSENT, size: 3 }] },
    });
    expect(answer.json()).toMatchObject({
      objects: [{ actions: { upload: { expires_at: expect.any(String) } } }],
    });
  });
});

test('GitHub-style addresses work for the batch call, but not below a context path', async () => {
  const ask = (path: string) =>
    server.page(`${path}/info/lfs/objects/batch`, {
      headers: { 'user-agent': 'git-lfs/3.0' },
      body: { operation: 'download', objects: [{ oid, size: 1 }] },
    });
  expect((await ask('/team-a/tracker.git')).text).toContain(`/git-lfs/team-a/tracker/${oid}"`);
  await server.close();
  server = await startTrackerServer({ contextPath: '/gitbucket' });
  expect((await ask('/git/team-a/tracker.git')).text).toContain(
    `"${server.gitbucket.url}/git-lfs/team-a/tracker/${oid}"`,
  );
  expect((await ask('/team-a/tracker.git')).status).toBe(404);
});

describe('a download', () => {
  test('with the link gives the bytes', async () => {
    const { href, authorization } = await link(oid);
    const answer = await download(href, authorization);
    expect([answer.status, answer.type, answer.text]).toEqual([
      200,
      'application/octet-stream',
      'large file',
    ]);
    expect(answer.headers.get('content-length')).toBe(String(OBJECT.length));
  });

  test('of a missing object is 404 with JSON of no type', async () => {
    const { href, authorization } = await link(ABSENT);
    const answer = await download(href, authorization);
    expect([answer.status, answer.type, answer.text]).toEqual([
      404,
      null,
      `{"message":"Object '${ABSENT}' not found"}`,
    ]);
  });

  test('is 200 and empty after ten minutes, without the link, or with that of another object', async () => {
    const { href, authorization } = await link(oid);
    const other = await link(ABSENT);
    expect((await download(href)).text).toBe('');
    expect((await download(href, other.authorization)).text).toBe('');
    now += 10 * 60 * 1000;
    const late = await download(href, authorization);
    expect([late.status, late.text]).toEqual([200, '']);
  });

  test('with a made-up link, or one from before a restart, is a server error', async () => {
    const { href, authorization } = await link(oid);
    expect((await download(href, 'Z2FyYmFnZQ==')).status).toBe(500);
    const path = href.slice(server.gitbucket.url.length);
    await server.restart();
    expect((await server.page(path, { headers: { authorization } })).status).toBe(500);
  });
});
