import { expect, it } from 'vitest';
import { fingerprintOf, sshKey } from '../../helpers/ssh-keys.ts';
import { as, startGitLab } from './api-fixture.ts';

it('a deploy key is linked in a second project of the same user, and refused to others (GL-461, GL-466)', async () => {
  const gitlab = await startGitLab();
  gitlab.addUser({ username: 'alice', email: 'a@example.com' });
  const one = gitlab.addProject({ namespace: 'root', path: 'one' });
  const two = gitlab.addProject({ namespace: 'root', path: 'two' });
  const other = gitlab.addProject({ namespace: 'alice', path: 'other' });
  const root = as(gitlab, gitlab.token('root'));
  const alice = as(gitlab, gitlab.token('alice'));
  const key = { title: 'ci', key: sshKey('ci', 'build host 1'), can_push: true };

  const made = await root.post(`/projects/${one.id}/deploy_keys`, key);
  expect([made.status, made.body.key, made.body.can_push]).toEqual([201, sshKey('ci', 'build'), true]);
  const { id } = made.body;
  // Compared as whole text: the stored one is found, the one that was sent is not.
  expect((await root.post(`/projects/${two.id}/deploy_keys`, key)).status).toBe(400);
  const again = { title: 'x', key: sshKey('ci', 'build') };
  const linked = await root.post(`/projects/${two.id}/deploy_keys`, again);
  expect([linked.status, linked.body.id, linked.body.title, linked.body.can_push]).toEqual([
    201,
    id,
    'ci',
    false,
  ]);
  const refused = await alice.post(`/projects/${other.id}/deploy_keys`, again);
  expect(refused.body).toEqual({ message: { 'deploy_key.fingerprint_sha256': ['has already been taken'] } });
  expect((await alice.post(`/projects/${other.id}/deploy_keys/${id}/enable`)).status).toBe(404);
  expect((await root.post(`/projects/${other.id}/deploy_keys/${id}/enable`)).status).toBe(201);
  const set = await alice.put(`/projects/${other.id}/deploy_keys/${id}`, { can_push: true });
  expect([set.status, set.body.can_push]).toEqual([200, true]);
});

it('a key of a person is known by its fingerprint and mails its owner (GL-287, GL-289, GL-465, GL-466)', async () => {
  const gitlab = await startGitLab();
  const alice = gitlab.addUser({ username: 'alice', name: 'Alice', email: 'a@example.com' });
  const project = gitlab.addProject({ namespace: 'root', path: 'one' });
  const root = as(gitlab, gitlab.token('root'));
  const key = { title: 'laptop', key: sshKey('a', 'alice@host') };
  const made = await root.post(`/users/${alice.id}/keys`, key);
  expect([made.status, made.body.key]).toEqual([201, `${sshKey('a')} Alice (127.0.0.1)`]);
  expect(gitlab.mails).toEqual([{ to: 'a@example.com', kind: 'key-added', about: 'laptop' }]);
  expect((await root.post(`/users/${alice.id}/keys`, key)).body).toEqual({
    message: { fingerprint_sha256: ['has already been taken'] },
  });
  expect((await root.post(`/projects/${project.id}/deploy_keys`, key)).status).toBe(400);
  const nonsense = await root.post(`/users/${alice.id}/keys`, { title: 'x', key: 'nonsense' });
  expect(nonsense.body).toEqual({
    message: { key: ['type is forbidden. Must be RSA, DSA, ECDSA, ED25519, ECDSA_SK, or ED25519_SK'] },
  });
  const asked = `/keys?fingerprint=${encodeURIComponent(fingerprintOf(key.key))}`;
  const owned = await root.get(asked);
  expect([owned.status, owned.body.user.username, owned.body.deploy_keys_projects]).toEqual([
    200,
    'alice',
    undefined,
  ]);
  expect((await as(gitlab, gitlab.token('alice')).get(asked)).status).toBe(403);
  const own = await as(gitlab, gitlab.token('alice')).get('/user/keys');
  expect(own.body).toHaveLength(1);
});

it('a webhook is made as often as asked for, with pushes only, and not into the own network (GL-460, GL-467)', async () => {
  const gitlab = await startGitLab();
  const { id } = gitlab.addProject({ namespace: 'root', path: 'one' });
  const root = as(gitlab, gitlab.token('root'));
  const hook = { url: 'https://ci.example/hook', token: 's3cret', note_events: true };
  for (const _ of [1, 2]) expect((await root.post(`/projects/${id}/hooks`, hook)).status).toBe(201);
  const { body } = await root.get(`/projects/${id}/hooks`);
  expect(body).toHaveLength(2);
  expect(body[0]).toMatchObject({ push_events: true, note_events: true, issues_events: false });
  expect(JSON.stringify(body)).not.toContain('s3cret');
  for (const url of ['ftp://x.example/', 'nonsense', 'http://127.0.0.1:8080/'])
    expect(await root.post(`/projects/${id}/hooks`, { url })).toMatchObject({
      status: 422,
      body: { error: 'Invalid url given' },
    });
  gitlab.settings.localHooks = true;
  expect((await root.post(`/projects/${id}/hooks`, { url: 'http://127.0.0.1:8080/' })).status).toBe(201);
});
