import { rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { lfsPair, type LfsPair } from '../helpers/lfs.ts';

const never = new AbortController().signal;

function fileOf({ gitbucket, name }: LfsPair, oid: string): string {
  return join(gitbucket.context.lfsDir('team', name), oid);
}

/** Sizes of so many objects, from 1,000 bytes up. */
function sizes(count: number): number[] {
  return Array.from({ length: count }, (_, index) => 1000 + index);
}

test('hundreds of objects take one question to each side for a hundred, and a second run sends nothing', async () => {
  const pair = await lfsPair();
  const objects = await pair.store(...sizes(230), 0);

  const { copied, present, lost, bytes, told } = await pair.copy(objects);

  const total = objects.reduce((sum, { size }) => sum + size, 0);
  expect([copied.length, present, lost, bytes]).toEqual([231, [], [], total]);
  expect(told.at(-1)).toEqual([231, 231, total]);
  expect(pair.kept(objects)).toEqual(objects);
  expect(await pair.target.lfs('root/one').unprovable(objects, never)).toEqual([]);
  expect([pair.batches('gitbucket').length, pair.batches('gitlab').length]).toEqual([3, 4]);
  expect([pair.gets().length, pair.puts().length]).toEqual([231, 231]);

  const again = await pair.copy(objects);

  expect([again.copied, again.present.length, again.bytes]).toEqual([[], 231, 0]);
  expect([pair.batches('gitbucket').length, pair.batches('gitlab').length]).toEqual([3, 7]);
  expect([pair.gets().length, pair.puts().length]).toEqual([231, 231]);
});

test('one lost in the middle of a hundred is named, and the 99 others arrive', async () => {
  const pair = await lfsPair();
  const objects = await pair.store(...sizes(100));
  const gone = objects[50]!;
  await rm(fileOf(pair, gone.oid));

  const { copied, lost } = await pair.copy(objects);

  expect(copied).toHaveLength(99);
  expect(lost).toMatchObject([
    { object: gone, reason: `GitBucket does not have the LFS object ${gone.oid} of team/one (1.1 kB)` },
  ]);
  expect(await pair.target.lfs('root/one').unprovable(objects, never)).toEqual([gone]);
});

test('what is not what its id says is named, never arrives, and the others do', async () => {
  const pair = await lfsPair();
  const objects = await pair.store(300_000, 300_000, 300_000, 300_000);
  const [changed, short, long, whole] = objects as [(typeof objects)[0], ...typeof objects];
  await writeFile(fileOf(pair, changed.oid), Buffer.alloc(300_000));
  await truncate(fileOf(pair, short!.oid), 299_999);
  await writeFile(fileOf(pair, long!.oid), Buffer.alloc(300_001));

  const { copied, lost, bytes, told } = await pair.copy(objects);

  expect(copied).toEqual([whole]);
  expect(bytes).toBe(300_000);
  expect(told.at(-1)).toEqual([4, 4, 300_000]);
  const reasons = new Map(lost.map(({ object, reason }) => [object.oid, reason]));
  expect(reasons.get(changed.oid)).toMatch(/is not that object: its 300 kB have the SHA-256 [0-9a-f]{64}$/);
  expect(reasons.get(short!.oid)).toMatch(/is not that object: 299999 of 300000 bytes$/);
  expect(reasons.get(long!.oid)).toMatch(/is not that object: more than 300000 bytes$/);
  expect(pair.kept(objects)).toEqual([whole]);
  // GitLab was never given a whole body that it would have had to refuse.
  expect(pair.puts().filter(({ status }) => status !== 0 && status !== 200)).toEqual([]);
});

test('a link that ended between question and download is followed by a fresh one, and one copy arrives', async () => {
  let ahead = 0;
  const pair = await lfsPair({ gitbucket: { now: () => Date.now() + ahead } });
  const objects = await pair.store(...sizes(20));
  pair.gitbucket.server.faults.add({
    url: /^\/git-lfs\//,
    action: { kind: 'notice', call: () => void (ahead += 11 * 60_000) },
  });

  const { copied, lost } = await pair.copy(objects);

  expect([copied.length, lost]).toEqual([20, []]);
  expect(pair.puts()).toHaveLength(20);
  // The empty answers of links that had ended, and nothing twice.
  expect(pair.gets().filter(({ bytesOut }) => bytesOut > 1000)).toHaveLength(20);
});

test.each([
  ['a restart of GitBucket', { status: 500, body: '<h1>HTTP ERROR 500</h1><p>Powered by Jetty</p>' }],
  ['a link that is refused', { status: 401, headers: { 'www-authenticate': 'BASIC realm="GitBucket"' } }],
  [
    'an empty answer without its length',
    { status: 200, headers: { 'transfer-encoding': 'chunked', 'content-type': 'application/octet-stream' } },
  ],
])('%s costs a fresh link', async (_what, answer) => {
  const pair = await lfsPair();
  const objects = await pair.store(5000);
  pair.gitbucket.server.faults.add({ url: /^\/git-lfs\//, action: { kind: 'status', ...answer } });

  const { copied } = await pair.copy(objects);

  expect(copied).toEqual(objects);
  expect([pair.batches('gitbucket').length, pair.gets().length, pair.puts().length]).toEqual([2, 2, 1]);
});

test('links and leaves that are some minutes old are not tried any more', async () => {
  let ahead = 0;
  const pair = await lfsPair({ now: () => Date.now() + ahead });
  const objects = await pair.store(1000, 2000, 3000);
  const [first, second, third] = objects as [(typeof objects)[0], ...typeof objects];
  const reader = pair.source.lfs({ owner: 'team', name: 'one' });
  const writer = pair.target.lfs('root/one');
  expect(await writer.missing(objects, never)).toEqual(objects);
  const send = async (object: typeof first): Promise<void> =>
    writer.upload(object, await reader.open(object, never, objects), never);

  await send(first);
  ahead += 3 * 60_000;
  await send(second!);
  expect([pair.batches('gitbucket').length, pair.batches('gitlab').length]).toEqual([1, 1]);
  ahead += 8 * 60_000;
  await send(third!);

  expect([pair.batches('gitbucket').length, pair.batches('gitlab').length]).toEqual([2, 2]);
  expect(pair.puts().map(({ status }) => status)).toEqual([200, 200, 200]);
});

test('a base URL with a foreign host, a context path and a name with .git: all goes through the known address', async () => {
  const pair = await lfsPair({
    name: 'x.github.io',
    storedAs: 'x',
    gitbucket: { contextPath: '/gitbucket', baseUrl: 'https://old.example.com/gitbucket' },
    gitlab: { externalUrl: 'https://gitlab.example.com' },
  });
  const objects = await pair.store(4000, 5000);

  const { copied, lost } = await pair.copy(objects);

  expect([copied.length, lost]).toEqual([2, []]);
  expect(pair.gets().map(({ url }) => url.slice(0, url.lastIndexOf('/')))).toEqual([
    '/gitbucket/git-lfs/team/x',
    '/gitbucket/git-lfs/team/x',
  ]);
  expect(pair.puts().map(({ status }) => status)).toEqual([200, 200]);
});

test('GitLab below a path of its own is asked there', async () => {
  const pair = await lfsPair({ gitlab: { relativeUrl: '/gitlab' } });
  const objects = await pair.store(4000);
  expect((await pair.copy(objects)).copied).toEqual(objects);
  expect(pair.puts()[0]?.url).toMatch(/^\/gitlab\/root\/one\.git\/gitlab-lfs\/objects\//);
});

test('a fork gets the objects of its parent from GitLab itself, and nothing is sent', async () => {
  const pair = await lfsPair();
  const objects = await pair.store(...sizes(3));
  await pair.copy(objects);
  const fork = pair.gitlab.addProject({ namespace: 'root', path: 'fork' });
  fork.forkedFromId = pair.project.id;

  const { copied, present, bytes } = await pair.copy(objects, { writer: pair.target.lfs(fork.fullPath) });

  expect([copied, present, bytes]).toEqual([[], objects, 0]);
  expect(pair.puts()).toHaveLength(3);
  expect(await pair.target.lfs(fork.fullPath).unprovable(objects, never)).toEqual([]);
});
