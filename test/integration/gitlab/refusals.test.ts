import { describe, expect, test } from 'vitest';
import { targetOf } from '../../helpers/adapters.ts';
import { testServers } from '../../helpers/servers.ts';

describe('refusals of a real request', () => {
  const newGroup = { name: 'g', description: '', visibility: 'private', parentId: null } as const;

  test('carry the object and the words', async () => {
    const { gitlab } = await testServers();
    const target = targetOf(gitlab);
    gitlab.addGroup({ path: 'taken' });
    await expect(target.createGroup({ ...newGroup, path: 'taken', fullPath: 'taken' })).rejects.toMatchObject(
      {
        code: 'target-refused',
        refusal: { kind: 'taken', status: 400 },
        object: 'taken',
        message: expect.stringContaining('has already been taken') as string,
      },
    );
    await expect(target.createGroup({ ...newGroup, path: '-x-', fullPath: '-x-' })).rejects.toMatchObject({
      code: 'target-refused',
      message: expect.stringContaining('path') as string,
    });
  });

  test('of bytes that are no text say so, since GitLab says two words (GL-20)', async () => {
    const { gitlab } = await testServers();
    const group = { ...newGroup, path: 'g', fullPath: 'g', description: 'a\0b' };
    await expect(targetOf(gitlab).createGroup(group)).rejects.toMatchObject({
      code: 'target-refused',
      message:
        'GitLab rejects g: Bad Request: a text that was sent has a NUL character, or is no valid UTF-8',
    });
  });

  test('that miss a right are told apart from those that miss the object', async () => {
    const { gitlab } = await testServers();
    gitlab.addUser({ username: 'mover', name: 'M', email: 'm@example.com', canCreateGroup: false });
    gitlab.addGroup({ path: 'hidden', visibility: 'private' });
    gitlab.addGroup({ path: 'shown', visibility: 'public' });
    const target = targetOf(gitlab, gitlab.token('mover'));
    await target.connect();
    await expect(target.createGroup({ ...newGroup, path: 'mine', fullPath: 'mine' })).rejects.toMatchObject({
      code: 'target-forbidden',
    });
    expect(await target.findGroup('hidden')).toBe(null);
    expect(await target.findGroup('shown')).toMatchObject({ fullPath: 'shown', canCreateProjects: false });
    gitlab.addMember('shown', 'mover', 40);
    expect(await target.findGroup('shown')).toMatchObject({ canCreateProjects: true });
  });

  test('look-ups find groups of digits, ignore case and never take a redirect or a search hit', async () => {
    const { gitlab } = await testServers();
    const target = targetOf(gitlab);
    await target.connect();
    gitlab.addGroup({ path: '2024' });
    gitlab.addGroup({ path: '20245' });
    gitlab.addGroup({ path: 'Team' });
    expect(await target.findGroup('2024')).toMatchObject({ fullPath: '2024' });
    expect(await target.findGroup('202')).toBe(null);
    expect(await target.findGroup('team')).toMatchObject({ fullPath: 'Team' });
    expect(await target.findProject('Team/none')).toBe(null);
    expect(await target.findUser('ROOT')).toMatchObject({ username: 'root' });
    expect(await target.findUser('roo')).toBe(null);
  });

  test('during connect name the token, its scopes or its user', async () => {
    const { gitlab } = await testServers();
    const scoped = gitlab.token('root', { scopes: ['read_api'] });
    await expect(targetOf(gitlab, scoped).connect()).rejects.toMatchObject({ code: 'token-scope' });
    await expect(targetOf(gitlab, 'nonsense').connect()).rejects.toMatchObject({ code: 'token-refused' });
    const user = gitlab.addUser({ username: 'mallory', name: 'M', email: 'm@example.com' });
    const token = gitlab.token('mallory');
    for (const state of ['blocked', 'banned', 'deactivated', 'blocked_pending_approval'] as const) {
      user.state = state;
      await expect(targetOf(gitlab, token).connect(), state).rejects.toMatchObject({ code: 'user-refused' });
    }
  });
});
