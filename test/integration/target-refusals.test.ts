import { describe, expect, test } from 'vitest';
import { errorText, refusalOf } from '../../src/gitlab/errors.ts';
import { targetOf } from '../helpers/adapters.ts';
import { testServers } from '../helpers/servers.ts';

const restricted = {
  message: { visibility_level: ['public has been restricted by your GitLab administrator'] },
};

describe("GitLab's own words are found in every shape of its error bodies", () => {
  const shapes: [string, unknown, string][] = [
    ['E1: a string', { message: '404 Project Not Found' }, '404 Project Not Found'],
    [
      'E2: a hash of arrays, with its repetitions under project_namespace',
      {
        message: {
          'project_namespace.name': ['has already been taken'],
          name: ['has already been taken'],
          path: ['has already been taken', 'is bad'],
        },
      },
      'name has already been taken; path has already been taken, is bad',
    ],
    ['E3: an array', { message: ['Another open one', 'and more'] }, 'Another open one, and more'],
    [
      'E4: an inspected hash inside a string',
      { message: 'Failed to save group {:path=>["has already been taken"]}' },
      'Failed to save group {:path=>["has already been taken"]}',
    ],
    ['E5: error instead of message', { error: 'name is missing' }, 'name is missing'],
    ['E6: an unknown route', { error: '404 Not Found' }, '404 Not Found'],
    ['E7: a wrong verb', { error: '405 Not Allowed' }, '405 Not Allowed'],
    [
      'E8: OAuth with a description',
      { error: 'invalid_token', error_description: 'Token was revoked.' },
      'invalid_token: Token was revoked.',
    ],
    [
      'E9: a missing scope',
      { error: 'insufficient_scope', error_description: 'Higher privileges.', scope: 'api' },
      'insufficient_scope: Higher privileges.',
    ],
    [
      'E10: an error inside the message',
      { message: { error: 'This endpoint has been requested too many times.' } },
      'This endpoint has been requested too many times.',
    ],
    ['E11: plain text', 'Retry later\n', 'Retry later'],
    ['E12: an internal error', { message: '500 Internal Server Error' }, '500 Internal Server Error'],
    [
      'E13: a page',
      '<!DOCTYPE html>\n<html><head><style>a { b: c }</style><title>502</title></head><body><h1>502</h1>\n<p>Waiting for GitLab to boot</p></body></html>',
      '502 502 Waiting for GitLab to boot',
    ],
    ['E14: a conflict', { message: '409 Conflict: Resource lock' }, '409 Conflict: Resource lock'],
    ['E15: errors in the plural', { errors: 'Invalid import' }, 'Invalid import'],
    [
      'E16: a moved resource',
      'This resource has been moved permanently to http://x',
      'This resource has been moved permanently to http://x',
    ],
    ['E17: null', null, 'an empty body'],
    [
      'E18: an API that is gone',
      { error: 'API V3 is no longer supported. Use API V4 instead.' },
      'API V3 is no longer supported. Use API V4 instead.',
    ],
    ['an array under error', { error: ["You've reached your limit"] }, "You've reached your limit"],
    ['nothing at all', '', 'an empty body'],
    ['another object', { status: 'odd' }, '{"status":"odd"}'],
  ];
  for (const [name, body, text] of shapes) {
    test(`finds ${name}`, () => expect(errorText(body)).toBe(text));
  }

  test('a very long text is cut', () => {
    expect(errorText({ message: 'x'.repeat(5000) }).length).toBeLessThan(700);
  });

  test.each([
    ['taken', 400, { message: { path: ['has already been taken'] } }],
    ['taken', 400, { message: 'Failed {path: ["has already been taken"]}' }],
    ['other', 400, { message: { path: ['is too short'] } }],
    ['other', 401, { message: '401 Unauthorized' }],
    ['restricted-visibility', 400, restricted],
    ['project-limit', 403, { error: ["You've reached your limit of 10 projects created. Contact …"] }],
    [
      'project-limit',
      400,
      { message: { limit_reached: ['You cannot create projects in your personal namespace.'] } },
    ],
    ['namespace-invalid', 400, { message: { namespace: ['is not valid'] } }],
    ['forbidden', 403, { message: '403 Forbidden' }],
    ['scope', 403, { error: 'insufficient_scope', error_description: 'Higher privileges.' }],
    ['absent', 404, { message: '404 Project Not Found' }],
    ['absent', 301, 'This resource has been moved permanently to http://x'],
    ['maintenance', 403, 'GitLab is currently in maintenance mode.'],
    ['read-only', 403, 'You cannot perform write operations on a read-only instance'],
  ] as const)('tell why it refuses: %s, with status %i', (kind, status, body) => {
    expect(refusalOf({ status, body })).toEqual({ kind, status, text: errorText(body) });
  });
});

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
