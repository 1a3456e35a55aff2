import { expect, test } from 'vitest';
import { commitOn } from '../helpers/commits.ts';
import { migrated } from '../helpers/migrated.ts';
import { testServers, type TestServers } from '../helpers/servers.ts';

async function servers(): Promise<TestServers> {
  const both = await testServers();
  both.gitbucket.addUser({ login: 'jane', email: 'jane@example.com' });
  both.gitbucket.addRepository({ owner: 'jane', name: 'toys', defaultBranch: 'main' });
  commitOn(both.gitbucket.gitDir('jane', 'toys'), 'main', 'first');
  return both;
}

function projectsOf({ gitlab }: TestServers): string[] {
  return gitlab.context.state.projects.map(({ fullPath }) => fullPath);
}

test('what went into a group stays there when its owner gets an account later, also one that the run would create', async () => {
  const both = await servers();
  const elsewhere = { config: { map: { owners: { jane: 'people-jane' } } } };
  await migrated(both, elsewhere);
  expect(projectsOf(both)).toEqual(['people-jane/toys']);
  commitOn(both.gitbucket.gitDir('jane', 'toys'), 'main', 'second');
  await migrated(both, { config: { migrate: { createUsers: true } } });
  expect(projectsOf(both)).toEqual(['people-jane/toys']);
  both.gitlab.addUser({ username: 'jdoe', email: 'jane@example.com' });
  const last = await migrated(both);
  expect(projectsOf(both)).toEqual(['people-jane/toys']);
  expect(last.item('jane/toys').state).toBe('proven');
});

test('with an account from the beginning the repositories go into its personal namespace, and stay', async () => {
  const both = await servers();
  both.gitlab.addUser({ username: 'jdoe', email: 'jane@example.com' });
  await migrated(both);
  expect(projectsOf(both)).toEqual(['jdoe/toys']);
  await migrated(both);
  expect(projectsOf(both)).toEqual(['jdoe/toys']);
});
