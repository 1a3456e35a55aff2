import { expect, test } from 'vitest';
import { addLfsObject } from '../../sandbox/gitbucket.ts';
import { commitFiles, oidsOf, pointersTo, tracked } from '../helpers/lfs-world.ts';
import { migrated } from '../helpers/migrated.ts';
import { testServers } from '../helpers/servers.ts';

test('objects that a fork shares with its parent are sent once, and proven in both (GL-258)', async () => {
  const where = await testServers();
  const { gitbucket, gitlab } = where;
  for (const login of ['team', 'other'])
    gitbucket.addGroup({ login, members: [{ login: 'root', manager: true }] });
  gitbucket.addRepository({ owner: 'team', name: 'app', defaultBranch: 'main' });
  const dir = gitbucket.gitDir('team', 'app');
  const files = { '.gitattributes': tracked, ...pointersTo({ 'a.bin': 'shared', 'b.bin': 'shared too' }) };
  const first = commitFiles(dir, 'main', files);
  gitbucket.fork('team', 'app', 'other');
  const own = { ...files, ...pointersTo({ 'c.bin': 'of the fork' }) };
  commitFiles(gitbucket.gitDir('other', 'app'), 'main', own, [first]);
  for (const name of ['team/app', 'other/app'] as const)
    for (const content of ['shared', 'shared too', 'of the fork'])
      await addLfsObject(gitbucket.context, name, Buffer.from(content));

  const run = await migrated(where);

  expect(['team/app', 'other/app'].map((id) => run.item(id).state)).toEqual(['proven', 'proven']);
  const sent = gitlab.server.requests.filter(
    ({ method, url }) => method === 'PUT' && url.includes('/gitlab-lfs/'),
  );
  expect(sent.map(({ url }) => url.split('/').at(-2) ?? '').toSorted()).toEqual(
    oidsOf('shared', 'shared too', 'of the fork'),
  );
  expect(sent.filter(({ url }) => url.includes('/other/'))).toHaveLength(1);
  const { lfsObjects } = gitlab.project('other/app');
  expect(Object.keys(lfsObjects).toSorted()).toEqual(oidsOf('shared', 'shared too', 'of the fork'));
  const { counts } = run.item('other/app').steps.find(({ step }) => step === 'lfs') ?? {};
  expect(counts).toEqual({ create: 1, unchanged: 2 });
});
