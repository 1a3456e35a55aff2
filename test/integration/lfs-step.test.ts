import { expect, test } from 'vitest';
import {
  commitFiles,
  itemIn,
  lfsRequests,
  oidsOf,
  onGitLab,
  plannedIn,
  pointersTo,
  runOnce,
  stepIn,
  store,
  tracked,
  verified,
} from '../helpers/lfs-world.ts';
import { refsIn, writesOf } from '../helpers/servers.ts';
import { team } from '../helpers/team.ts';

test('objects move before the refs that need them, and the plan tells how many and how large they are', async () => {
  const servers = await team();
  const dir = servers.add('one');
  commitFiles(dir, 'main', { '.gitattributes': tracked, ...pointersTo({ 'a.bin': 'aaaa', 'b.bin': 'bb' }) });
  commitFiles(dir, 'topic', { '.gitattributes': tracked, ...pointersTo({ 'c.bin': 'only on topic' }) });
  await store(servers, 'one', 'aaaa', 'bb', 'only on topic');

  const run = await runOnce(servers);

  expect(plannedIn(run, 'one')).toMatchObject({
    changes: true,
    state: 'proven',
    counts: { create: 3 },
    part: { objects: 3, bytes: 19 },
  });
  expect(itemIn(run, 'one').state).toBe('proven');
  expect(stepIn(run, 'one')).toMatchObject({ changed: true, bytes: 19, counts: { create: 3 } });
  expect(stepIn(run, 'one').check).toMatchObject({ state: 'proven', compared: 3, differences: [] });
  expect(onGitLab(servers, 'one')).toEqual(oidsOf('aaaa', 'bb', 'only on topic'));
  expect(refsIn(servers.gitlab.gitDir('team/one'))).toEqual(refsIn(dir));
});

test('a second run writes nothing, fetches nothing, and asks one question', async () => {
  const servers = await team();
  const dir = servers.add('one');
  commitFiles(dir, 'main', { '.gitattributes': tracked, ...pointersTo({ 'a.bin': 'aaaa' }) });
  await store(servers, 'one', 'aaaa');
  await runOnce(servers);
  servers.gitbucket.server.requests.length = 0;
  servers.gitlab.server.requests.length = 0;

  const again = await runOnce(servers);

  expect(itemIn(again, 'one')).toMatchObject({ state: 'proven', changed: false });
  expect(stepIn(again, 'one').check).toMatchObject({ state: 'proven', compared: 1 });
  const { requests } = servers.gitlab.server;
  expect(writesOf(requests).filter(({ url }) => !url.endsWith('/objects/batch'))).toEqual([]);
  expect(lfsRequests(servers)).toEqual(['POST /team/one.git/info/lfs/objects/batch']);
  expect(servers.gitbucket.server.requests.filter(({ url }) => url.includes('/one.git'))).toMatchObject([
    { url: '/git/team/one.git/info/refs?service=git-upload-pack' },
  ]);
});

test('a later run moves only the objects that are new', async () => {
  const servers = await team();
  const dir = servers.add('one');
  const files = { '.gitattributes': tracked, ...pointersTo({ 'a.bin': 'aaaa' }) };
  const first = commitFiles(dir, 'main', files);
  await store(servers, 'one', 'aaaa');
  await runOnce(servers);
  commitFiles(dir, 'main', { ...files, ...pointersTo({ 'b.bin': 'new' }) }, [first]);
  await store(servers, 'one', 'new');
  servers.gitlab.server.requests.length = 0;

  const run = await runOnce(servers);

  expect(plannedIn(run, 'one')?.counts).toEqual({ create: 1, unchanged: 1 });
  expect(stepIn(run, 'one')).toMatchObject({ counts: { create: 1, unchanged: 1 }, bytes: 3 });
  expect(servers.gitlab.server.requests.filter(({ method }) => method === 'PUT')).toHaveLength(1);
  expect(itemIn(run, 'one').state).toBe('proven');
});

test('a repository of which nothing speaks for LFS costs one look at its attributes, and none once it is moved', async () => {
  const servers = await team();
  commitFiles(servers.add('plain'), 'main', { 'a.txt': 'a' });

  const run = await runOnce(servers);
  const looks = servers.gitbucket.server.requests.filter(({ url }) => url.includes('.gitattributes'));
  await runOnce(servers);

  expect(itemIn(run, 'plain').state).toBe('proven');
  expect(itemIn(run, 'plain').steps.map(({ step }) => step)).not.toContain('lfs');
  expect(looks).toHaveLength(1);
  expect(servers.gitbucket.server.requests.filter(({ url }) => url.includes('.gitattributes'))).toHaveLength(
    1,
  );
  expect(lfsRequests(servers)).toEqual([]);
});

test('pointers of which nothing told before are found when GitLab refuses the push', async () => {
  const servers = await team();
  const dir = servers.add('hidden');
  commitFiles(dir, 'main', { 'a.txt': 'a' });
  commitFiles(dir, 'topic', { '.gitattributes': tracked, ...pointersTo({ 'a.bin': 'hidden' }) });
  await store(servers, 'hidden', 'hidden');

  const run = await runOnce(servers);

  expect(itemIn(run, 'hidden').state, JSON.stringify(itemIn(run, 'hidden').problem)).toBe('proven');
  expect(stepIn(run, 'hidden').check).toMatchObject({ state: 'proven', compared: 1 });
  expect(onGitLab(servers, 'hidden')).toEqual(oidsOf('hidden'));
  // From now on the journal knows.
  const again = await runOnce(servers);
  expect(stepIn(again, 'hidden')).toMatchObject({ changed: false, counts: { unchanged: 1 } });
});

test('pointers that GitLab overlooks are proven all the same', async () => {
  const servers = await team();
  const dir = servers.add('odd');
  const [pointer = ''] = Object.values(pointersTo({ a: 'odd one' }));
  const files = { '.gitattributes': tracked, 'a.bin': pointer.replaceAll('\n', '\r\n') };
  commitFiles(dir, 'main', { ...files, 'b.bin': pointer.replace('git-lfs', 'hawser') });
  await store(servers, 'odd', 'odd one');

  const run = await runOnce(servers);

  expect(stepIn(run, 'odd').check).toMatchObject({ state: 'proven', compared: 1 });
  expect(onGitLab(servers, 'odd')).toEqual(oidsOf('odd one'));
});

test('an object that GitLab lacks although it took the push is named by verify, with a journal and without', async () => {
  const servers = await team();
  const dir = servers.add('one');
  commitFiles(dir, 'main', { '.gitattributes': tracked, ...pointersTo({ 'a.bin': 'aaaa', 'b.bin': 'bb' }) });
  await store(servers, 'one', 'aaaa', 'bb');
  await runOnce(servers);
  const [oid = ''] = oidsOf('bb');
  delete servers.gitlab.project('team/one').lfsObjects[oid];

  for (const journal of [true, false]) {
    const run = await verified(servers, { journal });
    expect(itemIn(run, 'one').state).toBe('failed');
    expect(stepIn(run, 'one').check).toMatchObject({
      state: 'failed',
      compared: 2,
      differences: [{ code: 'lfs-differs', object: 'b.bin' }],
    });
  }
  // The next run brings it back.
  expect(stepIn(await runOnce(servers), 'one')).toMatchObject({ state: 'proven', counts: { create: 1 } });
  expect(itemIn(await verified(servers), 'one').state).toBe('proven');
});

test('with "lfs": false nothing of it is looked at', async () => {
  const servers = await team();
  commitFiles(servers.add('one'), 'main', { '.gitattributes': tracked, 'a.txt': 'a' });
  const run = await runOnce(servers, { migrate: { lfs: false } });
  expect(plannedIn(run, 'one')).toBeNull();
  expect(itemIn(run, 'one').state).toBe('proven');
});
