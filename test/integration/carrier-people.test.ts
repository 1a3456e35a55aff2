import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { addCollaborator, addDeployKey, addHook, addSshKey, setAvatar } from '../../sandbox/gitbucket.ts';
import { carriedPeople, exportPeople, filesOfPeople, readSettings } from '../../src/carrier/people.ts';
import type { PeopleVerbs } from '../../src/model/people.ts';
import { sourceOf } from '../helpers/adapters.ts';
import { smallServers } from '../helpers/small-server.ts';

const one = { owner: 'team-a', name: 'one' };

/** A server with people, what an export of `team-a/one` holds of them, and the same read back. */
async function exported(login: { username?: string; password?: string }) {
  const { gitbucket, folder } = await smallServers();
  const { context } = gitbucket;
  for (const name of ['alice', 'bob', 'stranger'])
    gitbucket.addUser({ login: name, email: `${name}@example.com` });
  gitbucket.addGroup({ login: 'helpers', members: [{ login: 'alice', manager: true }] });
  addCollaborator(context, 'team-a/one', 'helpers', 'GUEST');
  addCollaborator(context, 'team-a/one', 'bob', 'ADMIN');
  addHook(context, 'team-a/one', { url: 'https://h.example/', events: ['push'], secret: 's3cret' });
  addDeployKey(context, 'team-a/one', { title: 'ci', publicKey: 'ssh-rsa AAAA', allowWrite: true });
  addSshKey(context, 'alice', { title: 'laptop', publicKey: 'ssh-rsa BBBB' });
  setAvatar(context, 'bob', 'avatar.jpg', Buffer.from([0, 255, 1]));
  context.repository('team-a', 'one')?.protections.push({ branch: 'main', enforceAdmins: true });

  const source = sourceOf(gitbucket, 'root', login);
  const repository = { ...one, description: '', private: false, defaultBranch: 'main' };
  const settings = await readSettings(source, repository, ['main', 'topic']);
  const named = new Map(settings.collaborators.value?.map(({ name, kind }) => [name, kind]));
  const owner = { login: 'team-a', kind: 'group', description: '', email: '' } as const;
  const { files, problems } = await exportPeople(source, folder, [owner], named);
  expect(problems).toEqual([]);
  const back = carriedPeople(folder, files.sha256, ({ name }) =>
    Promise.resolve(name === 'one' ? settings : undefined),
  );
  return { source, back, folder, files, settings };
}

for (const login of [{}, { username: 'root', password: 'root' }])
  test(`an export tells of people and settings what the server told, ${'username' in login ? 'by login' : 'by token'}`, async () => {
    const { source, back } = await exported(login);
    const questions: ((from: PeopleVerbs) => Promise<unknown>)[] = [
      (from) => from.people(),
      (from) => from.members('team-a'),
      (from) => from.members('helpers'),
      (from) => from.collaborators(one),
      (from) => from.options(one),
      (from) => from.branchRules(one, ['main', 'topic']),
      (from) => from.deployKeys(one),
      (from) => from.sshKeys('alice'),
      (from) => from.sshKeys('root'),
      (from) => from.avatar('bob'),
      (from) => from.avatar('alice'),
      (from) => from.avatar('helpers'),
    ];
    for (const ask of questions) expect(await ask(back)).toEqual(await ask(source));
    const hooks = (await source.webhooks(one)).value?.hooks.map((hook) => ({ ...hook, secret: null }));
    expect((await back.webhooks(one)).value?.hooks).toEqual(hooks);
    // Nobody asked for them.
    for (const ask of [
      back.sshKeys('stranger'),
      back.members('team-b'),
      back.options({ ...one, name: 'two' }),
    ])
      expect(await ask).toEqual({ value: null, via: [], notices: [] });
  });

test('no secret of a webhook is carried, and every file is in the list of sums', async () => {
  const { folder, files, settings } = await exported({ username: 'root', password: 'root' });
  expect(settings.webhooks.value?.hooks).toMatchObject([{ signed: true, secret: null }]);
  expect(JSON.stringify(settings) + (await readFile(join(folder, 'people.json'), 'utf8'))).not.toContain(
    's3cret',
  );
  const [people, ...pictures] = filesOfPeople('', files).map(([name]) => name);
  expect(people).toBe('people.json');
  expect(pictures.map((name) => name.replace('avatars/', '')).sort()).toEqual(
    (await readdir(join(folder, 'avatars'))).sort(),
  );
});

test('an export that was changed on the way is damaged, and an older one tells nothing', async () => {
  const { folder, files } = await exported({});
  await writeFile(join(folder, 'people.json'), '{}');
  const changed = carriedPeople(folder, files.sha256, () => Promise.resolve(undefined));
  await expect(changed.people()).rejects.toMatchObject({ code: 'export-damaged', object: 'people.json' });
  const older = carriedPeople(folder, undefined, () => Promise.resolve(undefined));
  expect(await older.people()).toEqual({ value: null, via: [], notices: [] });
  expect(await older.options(one)).toEqual({ value: null, via: [], notices: [] });
});
