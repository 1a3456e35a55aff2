import { expect, test } from 'vitest';
import { addDeployKey } from '../../sandbox/gitbucket.ts';
import { killed, migrated, verified } from '../helpers/migrated.ts';
import type { TestServers } from '../helpers/servers.ts';
import { sshKey } from '../helpers/ssh-keys.ts';
import { as } from './sandbox-gitlab/api-fixture.ts';
import { asAdministrator, plannedIn, settingServers, stepOf } from './settings-setup.ts';

const step = 'deploy-keys';

type Shown = { title: string; key: string; can_push: boolean };

async function ask<T>({ gitlab }: TestServers, path: string, body?: object): Promise<T> {
  const answer = await fetch(`${gitlab.url}/api/v4${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { 'private-token': gitlab.token('root'), 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return (await answer.json()) as T;
}

/** Titles of the keys of a project, with what they may. */
async function keysAt(servers: TestServers, name = 'app'): Promise<string[]> {
  const { id } = servers.gitlab.project(`team/${name}`);
  const keys = await ask<Shown[]>(servers, `/projects/${id}/deploy_keys`);
  return keys.map((key) => `${key.title} ${key.can_push ? 'pushes' : 'reads'}`).sort();
}

function give(
  { gitbucket }: TestServers,
  name: string,
  title: string,
  publicKey: string,
  allowWrite = false,
): { allowWrite: boolean } {
  return addDeployKey(gitbucket.context, `team/${name}`, { title, publicKey, allowWrite });
}

test('one key of three repositories is one on GitLab, be its comment another one, and nothing is written again', async () => {
  const servers = await settingServers(['app', 'lib', 'web']);
  give(servers, 'app', 'ci', sshKey('ci', 'build host 1'), true);
  give(servers, 'lib', 'ci', sshKey('ci', 'build host 1'));
  give(servers, 'web', 'robot', sshKey('ci', 'somewhere else'));
  give(servers, 'web', 'backup', sshKey('backup'));
  const first = await migrated(servers, asAdministrator);
  expect(plannedIn(first, step, 'team/web')).toMatchObject({ changes: true, counts: { add: 2 } });
  for (const name of ['app', 'lib', 'web'])
    expect(stepOf(first, step, `team/${name}`)).toMatchObject({ state: 'proven', changed: true });
  expect(servers.gitlab.context.state.keys).toHaveLength(2);
  const all = await Promise.all(['app', 'lib', 'web'].map((name) => keysAt(servers, name)));
  const [title] = all[0]?.map((each) => each.split(' ', 1)[0]) ?? [];
  expect(['ci', 'robot']).toContain(title);
  expect(all).toEqual([[`${title} pushes`], [`${title} reads`], ['backup reads', `${title} reads`].sort()]);
  expect(servers.gitlab.mails.filter(({ kind }) => kind === 'key-added')).toEqual([]);
  const second = await migrated(servers, asAdministrator);
  expect(second.writes).toEqual([]);
  expect(stepOf(second, step, 'team/web')).toMatchObject({ state: 'proven', check: { compared: 2 } });
  const proof = await verified(servers, asAdministrator);
  expect(proof.every(({ state }) => state === 'proven')).toBe(true);
});

test('a key that GitLab has from elsewhere is enabled, comment and all, and may push as on GitBucket', async () => {
  const servers = await settingServers();
  const { gitlab } = servers;
  gitlab.addUser({ username: 'other', email: 'o@example.com' });
  gitlab.addProject({ namespace: 'other', path: 'private', visibility: 'private' });
  const { id } = gitlab.project('other/private');
  await ask(servers, `/projects/${id}/deploy_keys`, { title: 'theirs', key: sshKey('ci', 'theirs') });
  give(servers, 'app', 'ci', sshKey('ci', 'ours'), true);
  const run = await migrated(servers, asAdministrator);
  expect(stepOf(run, step)).toMatchObject({ state: 'proven', changed: true });
  expect(await keysAt(servers)).toEqual(['theirs pushes']);
  expect((await migrated(servers, asAdministrator)).writes).toEqual([]);
});

test('a key that is a person’s is told with the person, not tried again, and enabled once it is free', async () => {
  const servers = await settingServers();
  const { gitlab } = servers;
  const { id } = gitlab.addUser({ username: 'alice', email: 'a@example.com' });
  await ask(servers, `/users/${id}/keys`, { title: 'laptop', key: sshKey('ci') });
  give(servers, 'app', 'ci', sshKey('ci'));
  give(servers, 'app', 'fine', sshKey('fine'));
  const first = await migrated(servers, asAdministrator);
  expect(first.item('team/app').state).toBe('refused');
  expect(stepOf(first, step)?.check?.differences).toMatchObject([
    {
      code: 'deploy-key-refused',
      message: 'GitLab does not take its deploy key ci: it is the SSH key of alice',
    },
  ]);
  expect(await keysAt(servers)).toEqual(['fine reads']);
  const second = await migrated(servers, asAdministrator);
  expect(second.item('team/app').state).toBe('refused');
  expect(plannedIn(second, step)).toMatchObject({ state: 'refused', changes: false });
  expect(second.writes).toEqual([]);
  gitlab.context.state.keys = gitlab.context.state.keys?.filter(({ deploy }) => deploy) ?? [];
  const third = await migrated(servers, asAdministrator);
  expect(third.item('team/app').state).toBe('proven');
  expect(await keysAt(servers)).toEqual(['ci reads', 'fine reads']);
});

test('without administrator rights on GitLab a key of others is named, and the rest moves', async () => {
  const servers = await settingServers();
  const { gitlab } = servers;
  gitlab.addUser({ username: 'mover', email: 'm@example.com' });
  const { id } = gitlab.addUser({ username: 'alice', email: 'a@example.com' });
  await ask(servers, `/users/${id}/keys`, { title: 'laptop', key: sshKey('ci') });
  give(servers, 'app', 'ci', sshKey('ci'));
  give(servers, 'app', 'fine', sshKey('fine'));
  const run = await migrated(servers, { ...asAdministrator, user: 'mover' });
  expect(stepOf(run, step)).toMatchObject({ state: 'refused' });
  expect(stepOf(run, step)?.check?.differences[0]?.message).toContain('used elsewhere on GitLab');
  expect(await keysAt(servers)).toEqual(['fine reads']);
});

test('a right to push follows GitBucket until somebody on GitLab changes it; removed keys stay removed', async () => {
  const servers = await settingServers();
  const { gitlab } = servers;
  const row = give(servers, 'app', 'ci', sshKey('ci'));
  give(servers, 'app', 'old', sshKey('old'));
  await migrated(servers, asAdministrator);
  row.allowWrite = true;
  const run = await migrated(servers, asAdministrator);
  expect(plannedIn(run, step)).toMatchObject({ changes: true, counts: { add: 1 }, notices: [] });
  expect(await keysAt(servers)).toEqual(['ci pushes', 'old reads']);
  const project = gitlab.project('team/app');
  project.deployKeys = project.deployKeys?.map((each) => ({ ...each, canPush: false })).slice(0, 1) ?? [];
  const kept = await migrated(servers, asAdministrator);
  expect(kept.writes).toEqual([]);
  expect(kept.item('team/app').state).toBe('proven');
  expect(stepOf(kept, step)?.check?.differences.map(({ message }) => message)).toEqual([
    'its deploy key ci is not as on GitBucket: on GitLab it may only read, which is kept',
    'its deploy key old is not as on GitBucket: on GitLab somebody removed it, which is kept',
  ]);
});

test('what is no key is left out and told; a title that is too long or blank is mended', async () => {
  const servers = await settingServers();
  give(servers, 'app', 'broken', 'nonsense');
  give(servers, 'app', ' ', sshKey('blank', 'me@host'));
  give(servers, 'app', 'x'.repeat(300), sshKey('long'));
  const run = await migrated(servers, asAdministrator);
  expect(run.item('team/app').state).toBe('proven');
  expect(run.told('team/app', step)).toEqual(['its deploy key broken is no public key and is left out']);
  expect(await keysAt(servers)).toEqual(['me@host reads', `${'x'.repeat(255)} reads`]);
});

test('a run that is killed at any write comes to the same end', async () => {
  for (let write = 1; ; write += 1) {
    const servers = await settingServers();
    const { gitlab } = servers;
    gitlab.addUser({ username: 'other', email: 'o@example.com' });
    gitlab.addProject({ namespace: 'other', path: 'private', visibility: 'private' });
    const { id } = gitlab.project('other/private');
    await ask(servers, `/projects/${id}/deploy_keys`, { title: 'theirs', key: sshKey('ci', 'theirs') });
    give(servers, 'app', 'ci', sshKey('ci'), true);
    give(servers, 'app', 'fine', sshKey('fine'), true);
    const hit = await killed(servers, {
      ...asAdministrator,
      killAt: { write, of: /deploy_keys/, served: write % 2 === 1 },
    });
    const run = await migrated(servers, asAdministrator);
    expect(run.item('team/app').state, `after write ${write}`).toBe('proven');
    expect(await keysAt(servers)).toEqual(['fine pushes', 'theirs pushes']);
    if (!hit) break;
  }
});

test('without an administrator of GitBucket nobody tells of deploy keys, and no step is planned', async () => {
  const servers = await settingServers();
  give(servers, 'app', 'ci', sshKey('ci'));
  expect(stepOf(await migrated(servers), step)).toBeUndefined();
});

test('two projects that bring the same key at the same moment both get it, also without administrator rights', async () => {
  const servers = await settingServers();
  const { gitlab } = servers;
  const mover = gitlab.addUser({ username: 'mover', email: 'm@example.com' });
  give(servers, 'app', 'ci', sshKey('ci'), true);
  // Just before the first request is served, another project of the same user gets the key.
  gitlab.server.faults.add({
    method: 'POST',
    url: /\/deploy_keys$/,
    action: {
      kind: 'status',
      status: 400,
      body: '{"message":{"deploy_key.fingerprint_sha256":["has already been taken"]}}',
      headers: { 'content-type': 'application/json' },
    },
  });
  gitlab.addProject({ namespace: 'mover', path: 'twin', visibility: 'private' });
  const twin = gitlab.project('mover/twin');
  const token = gitlab.token('mover');

  gitlab.server.faults.add({
    method: 'GET',
    url: /\/keys\?fingerprint=/,
    action: {
      kind: 'notice',
      call: async () => {
        await as(gitlab, token).post(`/projects/${twin.id}/deploy_keys`, { title: 'ci', key: sshKey('ci') });
      },
    },
  });
  const run = await migrated(servers, { ...asAdministrator, user: mover.username });
  expect(stepOf(run, step)).toMatchObject({ state: 'proven', changed: true });
  expect(await keysAt(servers)).toEqual(['ci pushes']);
});
