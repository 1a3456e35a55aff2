import { expect, test } from 'vitest';
import { addDeployKey, addHook, setAvatar } from '../../sandbox/gitbucket.ts';
import { commitOn } from '../helpers/commits.ts';
import { killed, migrated, verified } from '../helpers/migrated.ts';
import { peopled, rolesIn } from '../helpers/peopled.ts';
import { pngOf } from '../helpers/pictures.ts';
import type { TestServers } from '../helpers/servers.ts';
import { sshKey } from '../helpers/ssh-keys.ts';

const options = { password: 'root', config: { migrate: { createUsers: true, hooks: true } } };

/** Everything that a project and a group can be given. */
async function furnished(): Promise<TestServers> {
  const where = await peopled();
  const { gitbucket } = where;
  commitOn(gitbucket.gitDir('team', 'app'), 'release', 'release');
  commitOn(gitbucket.gitDir('team', 'app'), 'dev', 'dev');
  const app = gitbucket.context.repository('team', 'app');
  if (!app) throw new Error('there is no repository');
  app.protections.push({ branch: 'release', enforceAdmins: false });
  Object.assign(app, { defaultBranch: 'dev', issuesOption: 'DISABLE', wikiOption: 'DISABLE' });
  addDeployKey(gitbucket.context, 'team/app', { title: 'ci', publicKey: sshKey('ci'), allowWrite: true });
  addHook(gitbucket.context, 'team/app', { url: 'https://ci.example/', events: ['push'] });
  setAvatar(gitbucket.context, 'team', 'a.png', pngOf('a'));
  return where;
}

function groupAt({ gitlab }: TestServers, path: string) {
  const route = gitlab.context.routes.find(path);
  if (route?.kind !== 'group') throw new Error(`there is no group ${path}`);
  return route.group;
}

function shown(where: TestServers): Record<string, unknown> {
  const { gitlab } = where;
  const { attributes, deployKeys, hooks } = gitlab.project('team/app');
  const { avatar, attributes: ofGroup } = groupAt(where, 'team');
  return {
    // A group that waits for its deletion is still invited.
    roles: ['team', 'team/app'].map((path) =>
      rolesIn(gitlab, path).filter((role) => !role.includes('deletion_scheduled')),
    ),
    settings: [attributes, ofGroup, avatar],
    keys: deployKeys?.map(({ canPush }) => canPush),
    hooks: hooks?.map(({ url }) => url),
    branches: gitlab
      .protectedBranches('team/app')
      .map((rule) => `${rule.name} ${rule.pushAccessLevel} ${rule.mergeAccessLevel}`)
      .toSorted(),
  };
}

/** As an administrator does it on GitLab. */
async function deleted({ gitlab }: TestServers, path: string): Promise<void> {
  const answer = await fetch(`${gitlab.url}/api/v4/${path}`, {
    method: 'DELETE',
    headers: { 'private-token': gitlab.token('root') },
  });
  expect(answer.ok).toBe(true);
  await gitlab.settle();
}

const everything = {
  roles: [
    ['alice 50', 'bob 30', 'root 50'],
    ['carol 40', 'group guests 30'],
  ],
  settings: [
    { issues_access_level: 'disabled', wiki_access_level: 'disabled', emails_enabled: true },
    { emails_enabled: true },
    expect.stringMatching(/^avatar-/) as string,
  ],
  keys: [true],
  hooks: ['https://ci.example/'],
  branches: ['dev 40 40', 'release 30 30'],
};

for (const gone of ['projects/team%2Fapp', 'groups/team', 'groups/guests'])
  test(`what was deleted on GitLab comes back with all that it had, and mails nobody: ${gone}`, async () => {
    const where = await furnished();
    const { gitlab } = where;
    await migrated(where, options);
    await gitlab.settle();
    expect(shown(where)).toEqual(everything);
    await deleted(where, gone);
    const again = await migrated(where, options);
    await gitlab.settle();
    expect(shown(where)).toEqual(everything);
    expect(rolesIn(gitlab, 'guests')).toEqual(['dave 50', 'root 50']);
    expect(gitlab.mails).toEqual([]);
    const differences = again.items.flatMap(({ steps }) => steps.flatMap(({ check }) => check?.differences));
    expect(differences).toEqual([]);
    expect((await migrated(where, options)).writes).toEqual([]);
  });

test('and so it does when run after run is killed', async () => {
  const where = await furnished();
  const { gitlab } = where;
  await migrated(where, options);
  await deleted(where, 'groups/team');
  let runs = 0;
  while (await killed(where, { ...options, killAt: { write: (runs % 5) + 2, served: runs % 2 === 0 } })) {
    runs += 1;
    expect(runs).toBeLessThan(50);
  }
  await gitlab.settle();
  expect(shown(where)).toEqual(everything);
  expect(gitlab.mails).toEqual([]);
  expect((await verified(where, options)).every(({ state }) => state === 'proven')).toBe(true);
});

test('a group that somebody else makes in its place is not treated as ours', async () => {
  const where = await furnished();
  const { gitlab } = where;
  await migrated(where, options);
  await deleted(where, 'groups/team');
  gitlab.addUser({ username: 'stranger', email: 'stranger@example.com' });
  gitlab.addGroup({ path: 'team', owner: 'stranger' });
  const { attributes } = groupAt(where, 'team');
  const before = { ...attributes };
  const run = await migrated(where, options);
  expect(groupAt(where, 'team').attributes).toEqual(before);
  expect(rolesIn(gitlab, 'team')).toEqual(['stranger 50']);
  expect(gitlab.mails.filter(({ about }) => about === 'team')).toEqual([]);
  const told = run.item('team').steps.flatMap(({ check }) => check?.differences.map(({ code }) => code));
  expect(told).toContain('role-held');
});

test('an account that was deleted and made again by somebody gets its picture and its keys again', async () => {
  const where = await furnished();
  const { gitbucket, gitlab } = where;
  setAvatar(gitbucket.context, 'alice', 'alice.png', pngOf('alice'));
  await migrated(where, options);
  const made = gitlab.context.routes.userByName('alice');
  expect(made?.avatar).toMatch(/^avatar-/);
  await deleted(where, `users/${made?.id}`);
  const { id } = gitlab.addUser({ username: 'alice', email: 'alice@example.com' });
  expect(id).not.toBe(made?.id);
  await migrated(where, options);
  expect(gitlab.context.routes.userByName('alice')?.avatar).toMatch(/^avatar-/);
  expect((await migrated(where, options)).writes).toEqual([]);
});

test('repositories of somebody whose account was deleted go into the personal namespace of the new one', async () => {
  const where = await furnished();
  const { gitbucket, gitlab } = where;
  gitbucket.addRepository({ owner: 'alice', name: 'dots', defaultBranch: 'main' });
  commitOn(gitbucket.gitDir('alice', 'dots'), 'main', 'first');
  await migrated(where, options);
  gitlab.context.routes.removeProject(gitlab.project('alice/dots'));
  const { id } = gitlab.context.routes.userByName('alice') ?? {};
  await deleted(where, `users/${id}`);
  const again = await migrated(where, options);
  expect(again.item('alice/dots')).toMatchObject({ state: 'proven', target: { path: 'alice/dots' } });
  expect((await migrated(where, options)).writes).toEqual([]);
});
