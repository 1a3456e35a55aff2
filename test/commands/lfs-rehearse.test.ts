import { expect, test } from 'vitest';
import { commitFiles, forget, onGitLab, pointersTo, store, tracked } from '../helpers/lfs-world.ts';
import { lfsPointer } from '../helpers/odd-objects.ts';
import { gb2gl, itemOf, migrateAll, resultOf } from '../helpers/small-server.ts';
import { team } from '../helpers/team.ts';

test('a rehearsal comes to what the migration comes to, fetches only objects that GitLab lacks, and leaves nothing', async () => {
  const servers = await team();
  const { gitbucket, gitlab } = servers;
  const dir = servers.add('one');
  const { text } = lfsPointer('one object');
  const files = { '.gitattributes': tracked, 'a.bin': text, 'b.bin': `${text}\n` };
  const first = commitFiles(dir, 'main', files);
  await store(servers, 'one', 'one object');
  expect((await migrateAll(servers)).code).toBe(0);
  const more = pointersTo({ 'c.bin': 'new', 'd.bin': 'lost' });
  commitFiles(dir, 'main', { ...files, 'c.bin': more['c.bin'] ?? '' }, [first]);
  commitFiles(dir, 'topic', { ...files, 'd.bin': more['d.bin'] ?? '' }, [first]);
  await store(servers, 'one', 'new', 'lost');
  await forget(servers, 'one', 'lost');
  const before = onGitLab(servers, 'one');
  gitbucket.server.requests.length = 0;

  const rehearsed = resultOf(await gb2gl(servers, ['rehearse', '--all', '--json']));

  const fetched = gitbucket.server.requests.filter(
    ({ method, url }) => method === 'GET' && url.includes('/git-lfs/'),
  );
  expect(fetched).toHaveLength(1);
  expect(onGitLab(servers, 'one')).toEqual(before);
  expect(gitlab.project('team/one').lfsEnabled).toBe(true);
  const migrated = resultOf(await migrateAll(servers));
  const told = [rehearsed, migrated].map((result) => {
    const { state, steps } = itemOf(result, 'team/one');
    return {
      state,
      steps: steps.map(({ step, state: own, counts, check }) => [step, own, counts, check?.differences]),
    };
  });
  expect(told[0]).toEqual(told[1]);
  expect(told[1]).toMatchObject({ state: 'refused' });
});
