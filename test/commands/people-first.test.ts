import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Plan } from '../../src/model/plan.ts';
import { commitOn } from '../helpers/commits.ts';
import { gb2gl, workplace } from '../helpers/small-server.ts';
import { testServers, type TestServers } from '../helpers/servers.ts';

/** A group and two people, each with a repository; of the people GitLab knows nobody. */
async function peopleServers(): Promise<TestServers> {
  const servers = await testServers();
  const { gitbucket } = servers;
  gitbucket.addGroup({ login: 'team', members: [{ login: 'root', manager: true }] });
  for (const login of ['jane', 'joe']) gitbucket.addUser({ login, email: `${login}@example.com` });
  for (const owner of ['team', 'jane', 'joe']) {
    gitbucket.addRepository({ owner, name: 'notes', private: true });
    commitOn(gitbucket.gitDir(owner, 'notes'), 'main', owner);
  }
  return servers;
}

async function configure(servers: TestServers, config: object): Promise<void> {
  const { gitbucket, gitlab } = servers;
  const both = { source: { url: gitbucket.url }, target: { url: gitlab.url } };
  await writeFile(
    join(await workplace(servers), 'migrate.config.json'),
    JSON.stringify({ ...both, ...config }),
  );
}

async function planned(
  servers: TestServers,
  code = 0,
): Promise<{ plan: Plan; text: string; markdown: string }> {
  const run = await gb2gl(servers, ['plan', '--all']);
  expect(run.code, run.stderr).toBe(code);
  const reports = join(await workplace(servers), '.gb2gl', 'reports', 'latest');
  return {
    plan: JSON.parse(await readFile(join(reports, 'plan.json'), 'utf8')) as Plan,
    text: run.stdout.replaceAll(/\s+/g, ' '),
    markdown: await readFile(join(reports, 'plan.md'), 'utf8'),
  };
}

function createAccount({ gitlab }: TestServers, username: string): Promise<Response> {
  return fetch(`${gitlab.url}/api/v4/users`, {
    method: 'POST',
    headers: { 'private-token': gitlab.token('root'), 'content-type': 'application/json' },
    body: JSON.stringify({
      username,
      name: username,
      email: `${username}@example.com`,
      force_random_password: true,
    }),
  });
}

test('no group takes the name of somebody who may still come: the plan asks, and says the ways out', async () => {
  const servers = await peopleServers();

  const { plan, text, markdown } = await planned(servers, 4);

  const blocked = Object.fromEntries(plan.groups.map(({ id, blocked: why }) => [id, why]));
  expect(blocked).toMatchObject({ team: null, jane: { code: 'person-undecided' }, joe: { object: 'joe' } });
  const said = 'a group jane would keep an account of that name from being created';
  for (const shown of [text, markdown, blocked['jane']?.message]) expect(shown).toContain(said);
  for (const way of [
    '--create-users',
    '"map": {"users": {"jane": "NAME"}}',
    '"map": {"owners": {"jane": "people-jane"}}',
    'people.csv',
  ])
    expect(blocked['jane']?.fix).toContain(way);

  // The others move all the same, and an account can still be made.
  const run = await gb2gl(servers, ['migrate', '--yes', '--all']);
  expect(run.code, run.stderr).toBe(4);
  expect(servers.gitlab.context.state.groups.map(({ path }) => path)).toEqual(['team']);
  expect((await createAccount(servers, 'jane')).status).toBe(201);
});

test('a path of the config is asked about too, where it is the name of somebody who may come', async () => {
  const servers = await peopleServers();
  await configure(servers, { map: { owners: { jane: 'people-jane', joe: 'joe' } } });
  expect((await planned(servers, 4)).plan.groups.find(({ id }) => id === 'joe')?.blocked).toMatchObject({
    code: 'person-undecided',
  });
});

test('an account of the same name with another address is named, with the piece of the config that makes it theirs', async () => {
  const servers = await peopleServers();
  servers.gitbucket.addUser({ login: 'kim', email: 'kim@localhost' });
  servers.gitbucket.addRepository({ owner: 'kim', name: 'notes', private: true });
  commitOn(servers.gitbucket.gitDir('kim', 'notes'), 'main', 'kim');
  for (const login of ['jane', 'joe', 'kim']) expect((await createAccount(servers, login)).status).toBe(201);

  const { plan, text, markdown } = await planned(servers);

  const piece = '"map": {"users": {"kim": "kim"}}';
  const said = '1 person has a GitLab account of the same name that may be theirs: kim.';
  expect(plan.warnings).toEqual([expect.stringContaining(said)]);
  expect(plan.warnings[0]).toContain(piece);
  for (const shown of [text, markdown])
    expect(shown).toContain('there is an account kim, but its mail address is made up');
  const kim = plan.groups.find(({ id }) => id === 'kim');
  expect(kim).toMatchObject({ namespaceKind: 'group', fullPath: expect.stringMatching(/^kim-/) });
  expect(kim?.reasons.join()).toContain(`if it is theirs: ${piece}`);

  await configure(servers, JSON.parse(`{${piece}}`) as object);
  const mapped = await planned(servers);
  expect(mapped.plan.warnings).toEqual([]);
  expect(mapped.plan.groups.find(({ id }) => id === 'kim')).toMatchObject({
    namespaceKind: 'user',
    fullPath: 'kim',
  });
});

test('accounts that are made first get the repositories, and nobody is warned of', async () => {
  const servers = await peopleServers();
  expect((await createAccount(servers, 'jane')).status).toBe(201);
  const one = await planned(servers, 4);
  expect(one.plan.groups.flatMap(({ id, blocked }) => (blocked === null ? [] : [id]))).toEqual(['joe']);
  expect((await createAccount(servers, 'joe')).status).toBe(201);

  const { plan } = await planned(servers);

  expect(plan.warnings).toEqual([]);
  const kinds = Object.fromEntries(plan.groups.map(({ id, namespaceKind }) => [id, namespaceKind]));
  expect(kinds).toEqual({ jane: 'user', joe: 'user', team: 'group' });
});

test('another path leaves both path and name to the account, and so does a parent group', async () => {
  const servers = await peopleServers();
  await configure(servers, { map: { owners: { jane: 'people-jane', joe: 'people-joe' } } });
  expect((await planned(servers)).plan.warnings).toEqual([]);

  expect((await gb2gl(servers, ['migrate', '--yes', '--all'])).code).toBe(0);

  const groups = servers.gitlab.context.state.groups.map(({ path, name }) => ({ path, name }));
  expect(groups).toContainEqual({ path: 'people-jane', name: 'people-jane' });
  expect((await createAccount(servers, 'jane')).status).toBe(201);

  servers.gitlab.addGroup({ path: 'import' });
  await configure(servers, { target: { url: servers.gitlab.url, parentGroup: 'import' } });
  expect((await planned(servers)).plan.warnings).toEqual([]);
});
