import { expect, test } from 'vitest';
import { targetOf } from '../../helpers/adapters.ts';
import { testServers } from '../../helpers/servers.ts';

test('protections are read with their roles, and not at all below Maintainer', async () => {
  const { gitlab } = await testServers();
  gitlab.addUser({ username: 'reader', name: 'R', email: 'r@example.com' });
  gitlab.addGroup({ path: 'team', visibility: 'public' });
  gitlab.addMember('team', 'reader', 30);
  const project = gitlab.addProject({ namespace: 'team', path: 'app', name: 'app', visibility: 'public' });
  const rule = { id: 900, name: 'release/*', pushAccessLevel: 0, mergeAccessLevel: 40, allowForcePush: true };
  project.protectedBranches.push(rule);
  project.protectedTags.push({ name: 'v*', createAccessLevel: 30 });

  const target = targetOf(gitlab);
  await target.connect();
  expect(await target.protectedBranches(project.id)).toEqual([
    { pattern: 'release/*', push: [0], merge: [40], forcePush: true },
  ]);
  expect(await target.protectedTags(project.id)).toEqual([{ pattern: 'v*', create: [30] }]);

  const reader = targetOf(gitlab, gitlab.token('reader'));
  await reader.connect();
  expect(await reader.protectedBranches(project.id)).toBe(null);
  expect(await reader.protectedTags(project.id)).toBe(null);
});

test('a path is known to be taken also when its group is invisible, in any letter case', async () => {
  const { gitlab } = await testServers();
  gitlab.addUser({ username: 'mover', name: 'M', email: 'm@example.com' });
  gitlab.addGroup({ path: 'Hidden', visibility: 'private' });
  const parent = gitlab.addGroup({ path: 'shown', visibility: 'public' });
  gitlab.addGroup({ path: 'inner', parent: 'shown', visibility: 'private' });
  const target = targetOf(gitlab, gitlab.token('mover'));
  await target.connect();
  expect(await target.findGroup('hidden')).toBe(null);
  expect(await target.namespaceExists('hidden', null)).toBe(true);
  expect(await target.namespaceExists('free', null)).toBe(false);
  expect(await target.namespaceExists('inner', null)).toBe(false);
  expect(await target.namespaceExists('inner', parent.id)).toBe(true);
});
