import { expect, test } from 'vitest';
import { createHiddenPaths, type Found } from '../../src/engine/place-owners.ts';
import { targetOf } from '../helpers/adapters.ts';
import { testServers } from '../helpers/servers.ts';

const free: Found = { namespace: null, parent: null, takenBy: null, blocked: null };

test('a path of an invisible group is taken; ten are asked for, the others are told', async () => {
  const { gitlab } = await testServers();
  gitlab.addUser({ username: 'mover', name: 'M', email: 'm@example.com' });
  gitlab.addGroup({ path: 'team-03', visibility: 'private' });
  const target = targetOf(gitlab, gitlab.token('mover'));
  const identity = await target.connect();
  const paths = Array.from({ length: 12 }, (_, index) => `team-${String(index).padStart(2, '0')}`);

  const hidden = createHiddenPaths(target, identity);
  const found = await hidden.unhide(new Map(paths.map((path) => [path, free])));

  expect([...found].filter(([, { takenBy }]) => takenBy !== null).map(([path]) => path)).toEqual(['team-03']);
  expect(hidden.uncheckedPaths).toEqual(['team-10', 'team-11']);
});

test('an administrator sees everything and asks for nothing', async () => {
  const { gitlab } = await testServers();
  const target = targetOf(gitlab);
  const hidden = createHiddenPaths(target, await target.connect());
  gitlab.server.requests.length = 0;
  await hidden.unhide(new Map([['team', free]]));
  expect(gitlab.server.requests).toEqual([]);
  expect(hidden.uncheckedPaths).toEqual([]);
});
