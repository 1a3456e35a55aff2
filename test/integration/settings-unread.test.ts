import { expect, test } from 'vitest';
import { addDeployKey } from '../../sandbox/gitbucket.ts';
import { migrated } from '../helpers/migrated.ts';
import { sshKey } from '../helpers/ssh-keys.ts';
import { settingServers } from './settings-setup.ts';

test('a configured password that GitBucket refuses is told: what it would have shown is not silently left', async () => {
  const where = await settingServers();
  addDeployKey(where.gitbucket.context, 'team/app', {
    title: 'ci',
    publicKey: sshKey('ci'),
    allowWrite: false,
  });
  const { plan, item } = await migrated(where, { password: 'wrong' });
  expect(plan.warnings).toEqual([expect.stringContaining('does not let root sign in')]);
  expect(plan.warnings[0]).toContain('correct "username" and "password" of the source');
  // Everything that needs no login is moved.
  expect(item('team/app').state).toBe('proven');
  expect((await migrated(where, { password: 'root' })).plan.warnings).toEqual([]);
  expect((await migrated(where)).plan.warnings).toEqual([]);
});
