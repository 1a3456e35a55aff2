import { truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { addLfsObject, storeLfsObject } from '../../../sandbox/gitbucket.ts';
import type { LfsAvailability } from '../../../src/model/source.ts';
import { sourceOf } from '../../helpers/adapters.ts';
import { lfsPointer } from '../../helpers/odd-objects.ts';
import { team, type Team } from '../../helpers/team.ts';

function objectOf(content: string): { oid: string; size: number } {
  return { oid: lfsPointer(content).oid, size: Buffer.byteLength(content) };
}

async function availability(
  { gitbucket }: Team,
  name: string,
  contents: readonly string[],
): Promise<LfsAvailability> {
  const source = sourceOf(gitbucket);
  await source.connect();
  return source.lfsAvailability({ owner: 'team', name }, contents.map(objectOf));
}

test('what is missing is told from what is there, hundreds at once, and nothing is downloaded', async () => {
  const servers = await team();
  const { gitbucket } = servers;
  servers.add('many');
  const contents = Array.from({ length: 230 }, (_, index) => `content ${index}`);
  for (const content of contents.slice(0, 228))
    await addLfsObject(gitbucket.context, 'team/many', Buffer.from(content));

  const { answers, missing } = await availability(servers, 'many', contents);

  expect(answers).toBe(true);
  expect([...missing].sort()).toEqual(
    contents
      .slice(228)
      .map((content) => objectOf(content).oid)
      .sort(),
  );
  const batches = gitbucket.server.requests.filter(({ url }) => url.endsWith('/info/lfs/objects/batch'));
  expect(batches).toHaveLength(3);
  expect(
    gitbucket.server.requests.filter(({ method, url }) => method === 'GET' && url.includes('/git-lfs/')),
  ).toEqual([]);
});

test('links to another address than the one that is used, and shortened names, are followed', async () => {
  const servers = await team({
    gitbucket: { contextPath: '/gitbucket', baseUrl: 'https://gitbucket.example.com/gitbucket' },
  });
  servers.add('x.github.io');
  // GitBucket puts and finds them below the name up to the first `.git` (GB-146).
  const kept = objectOf('kept').oid;
  await storeLfsObject(servers.gitbucket.context, 'team', 'x', kept, Buffer.from('kept'));

  const { answers, missing } = await availability(servers, 'x.github.io', ['kept', 'lost']);

  expect(answers).toBe(true);
  expect([...missing]).toEqual([objectOf('lost').oid]);
  const asked = servers.gitbucket.server.requests.filter(({ method }) => method === 'HEAD');
  expect(asked.map(({ url }) => url.slice(0, url.lastIndexOf('/')))).toEqual(
    Array.from({ length: 2 }, () => '/gitbucket/git-lfs/team/x'),
  );
});

test('an object that is not whole is none, and a link that fails otherwise is an error', async () => {
  const servers = await team();
  const { gitbucket } = servers;
  servers.add('one');
  const oid = await addLfsObject(gitbucket.context, 'team/one', Buffer.from('whole'));
  expect((await availability(servers, 'one', ['whole'])).missing.size).toBe(0);
  await truncate(join(gitbucket.context.lfsDir('team', 'one'), oid), 2);
  expect([...(await availability(servers, 'one', ['whole'])).missing]).toEqual([oid]);

  gitbucket.server.faults.add({
    method: 'HEAD',
    url: /^\/git-lfs\//,
    action: { kind: 'status', status: 405 },
  });
  await expect(availability(servers, 'one', ['whole'])).rejects.toMatchObject({ code: 'fetch-failed' });
});
