import { expect, test } from 'vitest';
import { expectMoved, migrateAll, resultOf, smallServers } from '../helpers/small-server.ts';

test('a new repository takes three requests to the source and four to the target, the last look and the proof included', async () => {
  const servers = await smallServers();

  const result = resultOf(await migrateAll(servers));

  expectMoved(servers, result);
  const asked = [...servers.gitbucket.server.requests, ...servers.gitlab.server.requests]
    .filter(({ url }) => /team-.*(?<!\.wiki)\.git\/|\/projects(\/\d+)?$/.test(url))
    .map(
      ({ method, url }) =>
        `${method} ${url
          .replace(/\/\d+$/, ' by id')
          .replace(/^.*\//, '')
          .replace(/.*service=/, 'refs of ')}`,
    );
  const counts = new Map<string, number>();
  for (const request of asked) counts.set(request, (counts.get(request) ?? 0) + 1);
  expect(Object.fromEntries(counts)).toEqual({
    // The plan's listing of the source, and the proof's of both sides.
    'GET refs of git-upload-pack': 9,
    'POST git-upload-pack': 3,
    'POST projects': 3,
    // Is it still there, when the first objects have arrived?
    'GET projects by id': 3,
    'POST git-receive-pack': 3,
  });
});
