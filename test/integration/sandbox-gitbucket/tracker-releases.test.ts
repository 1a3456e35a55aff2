import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { addAttachment, addRelease } from '../../../sandbox/gitbucket.ts';
import { commit, git, startTrackerServer, TRACKER, userJson, type TrackerServer } from './tracker-setup.ts';

type ReleaseRow = { tag_name: string; assets: { file_id: string; size: number }[] };

let server: TrackerServer;
beforeEach(async () => {
  server = await startTrackerServer();
  const dir = server.gitbucket.gitDir('team-a', 'tracker');
  commit(dir, 'main', 'base\n');
  for (const tag of ['v1.0', 'rel/2.0']) git(dir, ['tag', tag, 'main']);
});
afterEach(() => server.close());

async function fileId(tag: string): Promise<string> {
  const list = (await server.api(`${TRACKER}/releases`)).json() as ReleaseRow[];
  return list.find((row) => row.tag_name === tag)?.assets[0]?.file_id ?? 'none';
}

const BYTES = Buffer.from('twelve bytes');

describe('releases', () => {
  test('are listed by update, with nothing but name, tag, text, author and assets', async () => {
    const { context, url } = server.gitbucket;
    await addRelease(context, 'team-a/tracker', {
      tag: 'rel/2.0',
      name: 'Slash tag',
      author: 'root',
      createdAt: 2000,
    });
    await addRelease(context, 'team-a/tracker', {
      tag: 'v1.0',
      name: 'Version 1.0',
      body: 'Notes\nwith ünïcode and #1',
      author: 'alice',
      assets: [{ name: 'b i n ü.dat', bytes: BYTES }],
      createdAt: 1000,
    });
    const answer = await server.api(`${TRACKER}/releases`);
    const id = await fileId('v1.0');
    expect(answer.type).toBe('application/json');
    expect(answer.json()).toEqual([
      {
        name: 'Version 1.0',
        tag_name: 'v1.0',
        body: 'Notes\nwith ünïcode and #1',
        author: userJson(url, 'alice'),
        assets: [
          {
            name: 'b i n ü.dat',
            size: 12,
            label: 'b i n ü.dat',
            file_id: id,
            browser_download_url: `${url}/team-a/tracker/releases/v1.0/assets/${id}`,
          },
        ],
      },
      { name: 'Slash tag', tag_name: 'rel/2.0', author: userJson(url, 'root'), assets: [] },
    ]);
    expect((await server.api(`${TRACKER}/releases/latest`)).json()).toMatchObject({ tag_name: 'rel/2.0' });
    expect((await server.api(`${TRACKER}/releases/tags/v1.0`)).json()).toMatchObject({ tag_name: 'v1.0' });
    expect((await server.api(`${TRACKER}/releases/tags/rel%2F2.0`)).status).toBe(404);
  });

  test('fail as a whole when one author is disabled', async () => {
    const { context } = server.gitbucket;
    await addRelease(context, 'team-a/tracker', { tag: 'v1.0', author: 'alice' });
    await addRelease(context, 'team-a/tracker', { tag: 'v1.1', author: 'carol' });
    server.gitbucket.disable('carol');
    for (const route of ['releases', 'releases/latest', 'releases/tags/v1.1']) {
      const answer = await server.api(`${TRACKER}/${route}`);
      expect([route, answer.status, answer.text]).toEqual([
        route,
        500,
        '{"message":"Internal Server Error"}',
      ]);
    }
    expect((await server.api(`${TRACKER}/releases/tags/v1.0`)).status).toBe(200);
    server.gitbucket.enable('carol');
    expect((await server.api(`${TRACKER}/releases`)).json()).toHaveLength(2);
  });

  test('of an empty repository are an empty list and no latest one', async () => {
    expect((await server.api(`${TRACKER}/releases`)).text).toBe('[]');
    expect((await server.api(`${TRACKER}/releases/latest`)).status).toBe(404);
  });

  test('can be made over HTTP by writers, once per tag, with or without the tag in git', async () => {
    const body = { tag_name: 'not-a-tag', name: 'No such git tag', body: 'x' };
    const made = await server.api(`${TRACKER}/releases`, { as: 'bob', body });
    expect([made.status, made.json()]).toMatchObject([200, { tag_name: 'not-a-tag', assets: [] }]);
    expect((await server.api(`${TRACKER}/releases`, { as: 'bob', body })).status).toBe(500);
    expect((await server.api(`${TRACKER}/releases`, { as: 'dave', body })).status).toBe(401);
  });
});

/** Uploads a file to a new release of v1.0 by API. */
async function upload(bytes: Uint8Array): Promise<{ file_id: string; size: number }> {
  await server.api(`${TRACKER}/releases`, { as: 'alice', body: { tag_name: 'v1.0' } });
  const answer = await server.api(`${TRACKER}/releases/v1.0/assets?name=small.txt`, {
    as: 'alice',
    body: bytes,
    headers: { 'content-type': 'application/octet-stream' },
  });
  expect(answer.status).toBe(200);
  return answer.json() as { file_id: string; size: number };
}

describe('an upload by API', () => {
  test('of a big file is cut, while the announced size is told', async () => {
    const asset = await upload(new Uint8Array(2_000_000).fill(7));
    expect(asset.size).toBe(2_000_000);
    const bytes = await server.page(`/team-a/tracker/releases/v1.0/assets/${asset.file_id}`);
    expect([bytes.status, bytes.text.length]).toEqual([200, 7809]);
  });

  test('of a small file is complete, and its metadata can be read', async () => {
    const asset = await upload(BYTES);
    const bytes = await server.page(`/team-a/tracker/releases/v1.0/assets/${asset.file_id}`);
    expect([bytes.text, bytes.type]).toEqual(['twelve bytes', 'text/plain']);
    const metadata = await server.api(`${TRACKER}/releases/v1.0/assets/${asset.file_id}`);
    expect(metadata.json()).toEqual(asset);
  });
});

describe('the bytes of an asset', () => {
  test('come with a raw slash in the tag and the bare name in the header', async () => {
    await addRelease(server.gitbucket.context, 'team-a/tracker', {
      tag: 'rel/2.0',
      author: 'root',
      assets: [{ name: 'b i n ü.dat', bytes: BYTES }],
    });
    const answer = await server.page(`/team-a/tracker/releases/rel/2.0/assets/${await fileId('rel/2.0')}`);
    expect([answer.status, answer.text]).toEqual([200, 'twelve bytes']);
    expect(Buffer.from(answer.headers.get('content-disposition') ?? '', 'latin1').toString('utf8')).toBe(
      'attachment; filename=b i n ü.dat',
    );
  });

  test('are gone with the tag, though the release is still listed', async () => {
    await addRelease(server.gitbucket.context, 'team-a/tracker', {
      tag: 'v1.0',
      author: 'root',
      assets: [{ name: 'a.txt', bytes: BYTES }],
    });
    const id = await fileId('v1.0');
    git(server.gitbucket.gitDir('team-a', 'tracker'), ['tag', '-d', 'v1.0']);
    const answer = await server.page(`/team-a/tracker/releases/v1.0/assets/${id}`);
    expect([answer.status, answer.type]).toEqual([404, 'text/html;charset=utf-8']);
    expect((await server.api(`${TRACKER}/releases`)).json()).toHaveLength(1);
  });

  test('of a private repository need a session; a token does not open them', async () => {
    const { gitbucket } = server;
    gitbucket.addRepository({ owner: 'alice', name: 'secret', private: true });
    const dir = gitbucket.gitDir('alice', 'secret');
    commit(dir, 'main', 'x\n');
    git(dir, ['tag', 'v1', 'main']);
    const release = await addRelease(gitbucket.context, 'alice/secret', {
      tag: 'v1',
      author: 'alice',
      assets: [{ name: 'a.txt', bytes: BYTES }],
    });
    const path = `/alice/secret/releases/v1/assets/${release.assets[0]?.fileId}`;
    for (const call of [{}, { as: 'alice' }]) {
      const answer = await server.page(path, call);
      expect([answer.status, answer.text]).toEqual([401, '']);
    }
    expect((await server.page(path, { cookie: await server.signIn('alice') })).text).toBe('twelve bytes');
  });
});

describe('attachments', () => {
  test('are served under the address that stands in the text', async () => {
    const { context, url } = server.gitbucket;
    const link = await addAttachment(context, 'team-a/tracker', 'nötes.txt', BYTES);
    const id = link.split('/').at(-1);
    expect(link).toBe(`${url}/team-a/tracker/_attached/${id}`);
    const answer = await server.page(link.slice(url.length));
    expect([answer.text, answer.headers.get('content-disposition')]).toEqual([
      'twelve bytes',
      `inline; filename=${id}.txt`,
    ]);
  });

  test('can be uploaded without any login', async () => {
    const form = new FormData();
    form.append('file', new Blob(['picture']), 'pic.png');
    const { url } = server.gitbucket;
    const response = await fetch(`${url}/upload/file/team-a/tracker`, { method: 'POST', body: form });
    const id = await response.text();
    const answer = await server.page(`/team-a/tracker/_attached/${id}`);
    expect([answer.text, answer.type]).toEqual(['picture', 'image/png']);
  });

  test('of a private repository are refused to tokens', async () => {
    const { context } = server.gitbucket;
    server.gitbucket.addRepository({ owner: 'alice', name: 'secret', private: true });
    const link = await addAttachment(context, 'alice/secret', 'a.txt', BYTES);
    const path = link.slice(server.gitbucket.url.length);
    expect((await server.page(path, { as: 'alice' })).status).toBe(401);
    expect((await server.page(path, { cookie: await server.signIn('root') })).text).toBe('twelve bytes');
  });
});
