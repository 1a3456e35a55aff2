import { expect, test } from 'vitest';
import { commitOn } from '../helpers/commits.ts';
import { itemOf, migrateAll, resultOf, smallServers } from '../helpers/small-server.ts';

test('a file that somebody has locked on GitLab is told as locked, and everything else moves', async () => {
  const servers = await smallServers();
  const { gitbucket, gitlab } = servers;
  expect((await migrateAll(servers)).code).toBe(0);
  gitlab.addUser({ username: 'ada', name: 'Ada', email: 'ada@example.com' });
  gitlab.addMember('team-a/one', 'ada');
  const login = Buffer.from(`ada:${gitlab.token('ada')}`).toString('base64');
  const locked = await fetch(`${gitlab.url}/team-a/one.git/info/lfs/locks`, {
    method: 'POST',
    headers: { authorization: `Basic ${login}`, 'content-type': 'application/vnd.git-lfs+json' },
    body: JSON.stringify({ path: 'file.txt' }),
  });
  expect(locked.status).toBe(201);
  for (const name of ['one', 'two']) commitOn(gitbucket.gitDir('team-a', name), 'topic', 'changed');

  const run = await migrateAll(servers);

  expect(run.code, run.stderr).toBe(4);
  const result = resultOf(run);
  expect(itemOf(result, 'team-a/two').state).toBe('proven');
  const one = itemOf(result, 'team-a/one');
  expect(one.state).toBe('refused');
  expect(JSON.stringify(one)).toContain("'file.txt' is locked in Git LFS by @ada");
  expect(JSON.stringify(one)).toContain('have the file unlocked on GitLab (git lfs unlock --force');
  // GitBucket has none to carry, and those of GitLab are not asked for.
  expect(gitlab.server.requests.filter(({ url }) => url.includes('/info/lfs/locks/verify'))).toEqual([]);
});
