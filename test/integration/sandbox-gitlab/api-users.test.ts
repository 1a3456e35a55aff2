import { describe, expect, it } from 'vitest';
import { as, startGitLab } from './api-fixture.ts';

const NEW = { email: 'new@example.com', name: 'New', username: 'new', force_random_password: true };

describe('users (GL-280, GL-281)', () => {
  it('finds by exact user name, ignoring case, for everybody', async () => {
    const gitlab = await startGitLab();
    const alice = gitlab.addUser({ username: 'Alice', email: 'a@example.com' });
    const api = as(gitlab, gitlab.token('Alice'));
    expect((await api.get('/users?username=aLICE')).body).toMatchObject([
      { id: alice.id, username: 'Alice' },
    ]);
    expect((await api.get('/users?username=alic')).body).toEqual([]);
    expect((await as(gitlab, undefined).get('/users')).text).toBe(
      '{"message":"403 Forbidden - Not authorized to access /api/v4/users"}',
    );
  });

  it('finds by private address for administrators only', async () => {
    const gitlab = await startGitLab();
    gitlab.addUser({ username: 'alice', email: 'a@example.com' });
    const search = '/users?search=A@example.com';
    expect((await as(gitlab, gitlab.token('alice')).get(search)).body).toEqual([]);
    expect((await as(gitlab, gitlab.token('root')).get(search)).body).toMatchObject([{ username: 'alice' }]);
  });

  it('shows private things to administrators only', async () => {
    const gitlab = await startGitLab();
    const alice = gitlab.addUser({ username: 'alice', email: 'a@example.com' });
    const seen = await as(gitlab, gitlab.token('alice')).get('/users/1');
    expect(Object.keys(seen.body)).not.toContain('email');
    const full = await as(gitlab, gitlab.token('root')).get(`/users/${alice.id}`);
    expect(full.body).toMatchObject({
      email: 'a@example.com',
      is_admin: false,
      namespace_id: alice.namespaceId,
    });
    expect((await as(gitlab, gitlab.token('root')).get('/users/999')).text).toBe(
      '{"message":"404 User Not Found"}',
    );
  });

  it('creates users with their namespace', async () => {
    const gitlab = await startGitLab();
    const root = as(gitlab, gitlab.token('root'));
    const { status, body } = await root.post('/users', NEW);
    expect(status).toBe(201);
    expect(body).toMatchObject({ username: 'new', state: 'active', email: 'new@example.com' });
    expect((await root.get('/namespaces/new')).body).toMatchObject({ id: body.namespace_id, kind: 'user' });
    expect((await root.post('/groups', { name: 'New', path: 'NEW' })).status).toBe(400);
    expect((await as(gitlab, gitlab.token('new')).post('/users', NEW)).status).toBe(403);
  });

  it('has a different refusal for every clash', async () => {
    const gitlab = await startGitLab();
    gitlab.addUser({ username: 'alice', email: 'a@example.com' });
    gitlab.addGroup({ path: 'team' });
    const root = as(gitlab, gitlab.token('root'));
    const create = async (body: object) => {
      const answer = await root.post('/users', { ...NEW, ...body });
      return [answer.status, answer.text];
    };
    expect(await create({ email: 'A@example.com' })).toEqual([
      409,
      '{"message":"Email has already been taken"}',
    ]);
    expect(await create({ username: 'ALICE' })).toEqual([
      409,
      '{"message":"Username has already been taken"}',
    ]);
    expect(await create({ username: 'team' })).toEqual([
      400,
      '{"message":{"base":["A user, alias, or group already exists with that username."]}}',
    ]);
    expect(await create({ username: 'admin' })).toEqual([
      400,
      '{"message":{"username":["admin is a reserved name"]}}',
    ]);
    const bad = await root.post('/users', { ...NEW, username: 'c++' });
    expect(bad.body.message.username).toHaveLength(2);
    const weak = await root.post('/users', { ...NEW, password: 'password1234' });
    expect(weak.body.message.password).toEqual([
      'must not contain commonly used combinations of words and letters',
    ]);
    const short = await root.post('/users', { ...NEW, password: 'x7!' });
    expect(short.body.message.password).toEqual(['is too short (minimum is 8 characters)']);
    const without = await root.post('/users', { email: 'x@example.com', name: 'X', username: 'xx' });
    expect(without.text).toBe(
      '{"error":"password, reset_password, force_random_password are missing, at least one parameter must be provided"}',
    );
  });

  it('blocks and unblocks', async () => {
    const gitlab = await startGitLab();
    const alice = gitlab.addUser({ username: 'alice', email: 'a@example.com' });
    const token = gitlab.token('alice');
    const root = as(gitlab, gitlab.token('root'));
    const blocked = await root.post(`/users/${alice.id}/block`);
    expect([blocked.status, blocked.text]).toEqual([201, 'true']);
    expect((await as(gitlab, token).get('/user')).status).toBe(403);
    await root.post(`/users/${alice.id}/unblock`);
    expect((await as(gitlab, token).get('/user')).status).toBe(200);
  });
});

describe('application settings', () => {
  it('change how the instance behaves, for administrators', async () => {
    const gitlab = await startGitLab();
    gitlab.addUser({ username: 'alice', email: 'a@example.com' });
    const root = as(gitlab, gitlab.token('root'));
    const changed = await root.put('/application/settings', {
      default_branch_name: 'trunk',
      restricted_visibility_levels: ['public'],
      default_branch_protection: 0,
      receive_max_input_size: 10,
    });
    expect(changed.body).toMatchObject({
      default_branch_name: 'trunk',
      restricted_visibility_levels: ['public'],
    });
    expect(gitlab.settings.git.receiveMaxInputSize).toBe(10 * 1024 * 1024);
    const alice = as(gitlab, gitlab.token('alice'));
    expect((await alice.post('/projects', { name: 'app' })).body.default_branch).toBe('trunk');
    expect((await alice.post('/projects', { name: 'b', visibility: 'public' })).status).toBe(400);
    expect((await alice.get('/application/settings')).status).toBe(403);
  });
});
