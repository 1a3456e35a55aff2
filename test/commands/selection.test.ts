import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { StartFailure } from '../../src/commands/failure.ts';
import type { Result } from '../../src/model/result.ts';
import { parseResult } from '../../src/report/schema.ts';
import { nobodyComes } from '../helpers/accounts.ts';
import { commitOn } from '../helpers/commits.ts';
import type { CliResult } from '../helpers/run-cli.ts';
import { runProgram } from '../helpers/run-program.ts';
import { testServers, writesOf, type TestServers } from '../helpers/servers.ts';

type Place = TestServers & { cwd: string };

/** Groups team-a (api, web, docs), team-b (api) and hollow (nothing), users carol (tools) and dave (toys). */
async function place(): Promise<Place> {
  const servers = await testServers();
  const { gitbucket } = servers;
  for (const login of ['team-a', 'team-b', 'hollow'])
    gitbucket.addGroup({ login, members: [{ login: 'root', manager: true }] });
  for (const login of ['carol', 'dave']) gitbucket.addUser({ login, email: `${login}@example.com` });
  for (const id of ['team-a/api', 'team-a/web', 'team-a/docs', 'team-b/api', 'carol/tools', 'dave/toys']) {
    const [owner = '', name = ''] = id.split('/');
    gitbucket.addRepository({ owner, name });
    commitOn(gitbucket.gitDir(owner, name), 'main', `first of ${id}`);
  }
  const cwd = join(servers.folder, 'work');
  await mkdir(cwd);
  await nobodyComes(cwd, ['carol', 'dave']);
  return { ...servers, cwd };
}

function run({ cwd, env }: Place, ...args: string[]): Promise<CliResult> {
  return runProgram(['migrate', '--yes', '--json', ...args], { cwd, env });
}

async function migrated(where: Place, ...args: string[]): Promise<Result> {
  const { code, stdout, stderr } = await run(where, ...args);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return parseResult(JSON.parse(stdout));
}

function made({ gitlab }: Place): { groups: string[]; projects: string[] } {
  const { groups, projects } = gitlab.context.state;
  return {
    groups: groups.map(({ fullPath }) => fullPath).sort(),
    projects: projects.map(({ fullPath }) => fullPath).sort(),
  };
}

async function config({ cwd }: Place, content: object): Promise<void> {
  await writeFile(join(cwd, 'migrate.config.json'), JSON.stringify({ source: {}, target: {}, ...content }));
}

test('--all makes every group, empty ones too, but none for users without repositories', async () => {
  const where = await place();
  where.gitbucket.addUser({ login: 'idle', email: 'idle@example.com' });
  await migrated(where, '--all');
  expect(made(where)).toEqual({
    groups: ['carol', 'dave', 'hollow', 'team-a', 'team-b'],
    projects: ['carol/tools', 'dave/toys', 'team-a/api', 'team-a/docs', 'team-a/web', 'team-b/api'],
  });
});

test.each([
  [['--group', 'team-b'], ['team-b'], ['team-b/api']],
  [['--group', 'hollow'], ['hollow'], []],
  [['--group', 'team-*', '!team-b'], ['team-a'], ['team-a/api', 'team-a/docs', 'team-a/web']],
  [['--user', 'carol'], ['carol'], ['carol/tools']],
  [
    ['--user', '*'],
    ['carol', 'dave'],
    ['carol/tools', 'dave/toys'],
  ],
  [['--repo', 'team-a/web'], ['team-a'], ['team-a/web']],
  [
    ['--repo', '*/api'],
    ['team-a', 'team-b'],
    ['team-a/api', 'team-b/api'],
  ],
  [['--repo', 'team-a/*', '!team-a/d*'], ['team-a'], ['team-a/api', 'team-a/web']],
  [
    ['--group', 'team-b', '--repo', 'dave/toys'],
    ['dave', 'team-b'],
    ['dave/toys', 'team-b/api'],
  ],
])('%s touches only what is selected', async (args, groups, projects) => {
  const where = await place();
  await migrated(where, ...args);
  expect(made(where)).toEqual({ groups, projects });
  const touched = writesOf(where.gitlab.server.requests).map(({ url }) => url);
  const others = ['team-a', 'team-b', 'carol', 'dave', 'hollow'].filter((owner) => !groups.includes(owner));
  expect(touched.filter((url) => others.some((owner) => url.includes(owner)))).toEqual([]);
  const read = where.gitbucket.server.requests.filter(({ url }) => url.startsWith('/git/'));
  const wanted = projects.flatMap((id) => [`/git/${id}.git/`, `/git/${id}.wiki.git/`]);
  expect(read.filter(({ url }) => !wanted.some((start) => url.startsWith(start)))).toEqual([]);
});

test('a name that is mistyped is an error that suggests the nearest, before anything is written', async () => {
  const where = await place();
  const cases: [string[], string, string][] = [
    [['--group', 'taem-a'], '--group taem-a matches nothing', 'did you mean team-a?'],
    [['--user', 'Carol'], '--user Carol matches nothing', 'did you mean carol?'],
    [['--repo', 'team-a/wev'], '--repo team-a/wev matches nothing', 'did you mean team-a/web?'],
    [['--repo', 'taem-a/web'], '--repo taem-a/web matches nothing', 'did you mean team-a/web?'],
    [['--group', 'x*'], '--group x* matches nothing', ''],
    [['--group', 'team-a', '--group', 'carol'], '--group carol matches nothing', ''],
  ];
  for (const [args, message, suggestion] of cases) {
    const { code, stderr } = await run(where, ...args);
    expect({ args, code }).toEqual({ args, code: 2 });
    expect(stderr).toContain(message);
    expect(stderr).toContain(suggestion);
  }
  expect(writesOf(where.gitlab.server.requests)).toEqual([]);
});

test('a command line that selects nothing, or everything twice, is refused with the reason', async () => {
  const where = await place();
  const cases: [string[], string][] = [
    [[], 'nothing is selected'],
    [['--group', '!team-a'], 'nothing is selected'],
    [['--all', '--group', 'team-a'], '--all selects everything'],
    [['--repo', 'web'], '--repo expects OWNER/NAME, not "web"'],
  ];
  for (const [args, message] of cases) {
    const { code, stderr } = await run(where, ...args);
    expect({ args, code }).toEqual({ args, code: 2 });
    expect(stderr).toContain(message);
  }
  expect(where.gitbucket.server.requests.length + where.gitlab.server.requests.length).toBe(0);
});

test('select.include and select.exclude narrow --all', async () => {
  const where = await place();
  await config(where, { select: { include: ['team-*/*', 'carol/*'], exclude: ['*/docs', 'team-b/*'] } });
  await migrated(where, '--all');
  expect(made(where)).toEqual({
    groups: ['carol', 'team-a'],
    projects: ['carol/tools', 'team-a/api', 'team-a/web'],
  });
});

test('select.exclude holds for names on the command line too', async () => {
  const where = await place();
  await config(where, { select: { exclude: ['*/docs'] } });
  await migrated(where, '--group', 'team-a');
  expect(made(where).projects).toEqual(['team-a/api', 'team-a/web']);
});

test('parentGroup takes everything below it, and the maps choose other names', async () => {
  const where = await place();
  where.gitlab.addGroup({ path: 'old' });
  where.gitlab.addGroup({ path: 'elsewhere' });
  await config(where, {
    target: { parentGroup: 'old' },
    map: {
      owners: { 'team-b': 'b-team', carol: 'elsewhere/caroline' },
      repositories: { 'team-a/web': 'site' },
    },
  });
  await migrated(where, '--all');
  expect(made(where)).toEqual({
    groups: ['elsewhere', 'elsewhere/caroline', 'old', 'old/b-team', 'old/dave', 'old/hollow', 'old/team-a'],
    projects: [
      'elsewhere/caroline/tools',
      'old/b-team/api',
      'old/dave/toys',
      'old/team-a/api',
      'old/team-a/docs',
      'old/team-a/site',
    ],
  });
});

test('a map that names nobody is an error before anything is written', async () => {
  const where = await place();
  await config(where, { map: { owners: { 'taem-b': 'b-team' } } });
  const { code, stderr } = await run(where, '--all');
  expect(code).toBe(2);
  expect(stderr).toContain('did you mean team-b?');
  expect(writesOf(where.gitlab.server.requests)).toEqual([]);
});

test('every wrong name of the config is told at once with the nearest that exists, before anything is written', async () => {
  const where = await place();
  where.gitlab.addUser({ username: 'carol.w', name: 'Carol', email: 'c@example.com' });
  await config(where, {
    select: { include: ['team-a/wev', 'taem-b/*', '*/*'], exclude: ['dvae', 'team-a/dosc', 'old-*'] },
    map: {
      owners: { Carol: 'people/carol' },
      repositories: { 'team-a/apo': 'api', 'team-c/x': 'y' },
      refs: { 'team-b/apii': { 'refs/heads/a': 'refs/heads/b' } },
      users: { carol: 'carol.v', 'team-a': 'carol.w' },
    },
  });
  const { code, stdout, stderr } = await run(where, '--all');
  expect(code).toBe(2);
  const { message } = (JSON.parse(stdout) as StartFailure).error;
  expect(stderr).toContain(message);
  expect(message.split('\n')).toEqual([
    '10 names match nothing:',
    '  - select.include team-a/wev matches nothing on the source (did you mean team-a/web?)',
    '  - select.include taem-b/* matches nothing on the source (did you mean team-b/*?)',
    '  - select.exclude dvae matches nothing on the source (did you mean dave?)',
    '  - select.exclude team-a/dosc matches nothing on the source (did you mean team-a/docs?)',
    '  - map.owners Carol matches nothing on the source (did you mean carol?)',
    '  - map.repositories team-a/apo matches nothing on the source (did you mean team-a/api?)',
    '  - map.repositories team-c/x matches nothing on the source (there: carol, dave, hollow, root, team-a and team-b)',
    '  - map.refs team-b/apii matches nothing on the source (did you mean team-b/api?)',
    '  - map.users team-a matches nothing on the source (there: carol, dave and root)',
    '  - map.users.carol carol.v matches nothing on GitLab (did you mean carol.w?)',
  ]);
  expect(writesOf(where.gitlab.server.requests)).toEqual([]);
});

test('a name beside an exact one is judged as well, though the list of the owner is not read for that one alone', async () => {
  const where = await place();
  const lists = (): string[] =>
    where.gitbucket.server.requests.splice(0).flatMap(({ url }) => (url.endsWith('/repos') ? [url] : []));
  await config(where, { map: { refs: { 'team-a/docs': { 'refs/heads/a': 'refs/heads/b' } } } });
  await migrated(where, '--repo', 'team-a/api');
  expect(lists()).toEqual([]);

  await config(where, { map: { repositories: { 'team-a/wev': 'web' } } });
  const { code, stderr } = await run(where, '--repo', 'team-a/api', '!team-a/dosc');
  expect(code).toBe(2);
  expect(stderr).toContain('--repo !team-a/dosc matches nothing on the source (did you mean !team-a/docs?)');
  expect(stderr).toContain(
    'map.repositories team-a/wev matches nothing on the source (did you mean team-a/web?)',
  );
  expect(lists()).toEqual(['/api/v3/users/team-a/repos']);
});

test('names of the config that do not concern the selection, or were moved once and are gone, are no mistakes', async () => {
  const where = await place();
  await migrated(where, '--all');
  where.gitbucket.removeRepository('team-b', 'api');
  await config(where, {
    select: { exclude: ['dave/nothing'] },
    map: {
      owners: { 'team-b': 'team-b' },
      repositories: { 'team-b/api': 'api', 'dave/nothing': 'x' },
      users: { dave: 'nobody' },
    },
  });
  await migrated(where, '--group', 'team-a', 'team-b');
  expect((await run(where, '--group', 'team-a', '--user', 'dave')).stderr).toContain('dave/nothing');
});

test('several wrong names on the command line are told at once, a group that is a user with the right option', async () => {
  const where = await place();
  const args = ['--group', 'taem-a', 'carol', '--repo', 'taem-b/api', 'team-a/*', '!team-a/wbe'];
  const { code, stderr } = await run(where, ...args);
  expect(code).toBe(2);
  for (const text of [
    '4 names match nothing',
    '--group taem-a matches nothing on the source (did you mean team-a?)',
    '--group carol matches nothing on the source: it is a user: use --user carol',
    '--repo taem-b/api matches nothing on the source (did you mean team-b/api?)',
    '--repo !team-a/wbe matches nothing on the source (did you mean !team-a/web?)',
  ])
    expect(stderr).toContain(text);
  expect(writesOf(where.gitlab.server.requests)).toEqual([]);
});

test('a parent group that is mistyped is an error with the nearest that exists', async () => {
  const where = await place();
  where.gitlab.addGroup({ path: 'platform' });
  await config(where, { target: { parentGroup: 'platfrom' } });
  const { code, stderr } = await run(where, '--all');
  expect(code).toBe(3);
  expect(stderr).toContain('the parent group platfrom does not exist');
  expect(stderr).toContain('did you mean platform?');
});

test('repositories of a user go to the personal namespace of the same user, and to a group when it is somebody else', async () => {
  const where = await place();
  await nobodyComes(where.cwd, []);
  where.gitlab.addUser({ username: 'carol', name: 'Carol', email: 'Carol@example.com' });
  where.gitlab.addUser({ username: 'dave', name: 'Another Dave', email: 'other@example.com' });
  const result = await migrated(where, '--user', 'carol', 'dave');
  const found = made(where);
  expect(found.projects[0]).toBe('carol/tools');
  expect(found.groups.length).toBe(1);
  expect(found.groups).not.toContain('dave');
  expect(found.projects[1]).toBe(`${found.groups[0]}/toys`);
  const owner = where.gitlab.context.state.users.find(({ username }) => username === 'carol');
  expect(where.gitlab.project('carol/tools').namespaceId).toBe(owner?.namespaceId);
  const dave = result.items.find(({ id }) => id === 'dave');
  expect(dave?.reasons.join()).toContain('dave');
  where.gitlab.server.requests.length = 0;
  await migrated(where, '--user', 'carol', 'dave');
  expect(writesOf(where.gitlab.server.requests)).toEqual([]);
});

test('a repository that was renamed or deleted on the source is reported, and its project stays', async () => {
  const where = await place();
  await migrated(where, '--all');
  where.gitbucket.rename('team-a', 'web', 'site');
  where.gitbucket.removeRepository('team-b', 'api');
  const result = await migrated(where, '--all');
  expect(result.warnings.filter((text) => text.includes('no longer on the source'))).toMatchObject([
    expect.stringContaining('team-a/web'),
    expect.stringContaining('team-b/api'),
  ]);
  expect(made(where).projects).toEqual([
    'carol/tools',
    'dave/toys',
    'team-a/api',
    'team-a/docs',
    'team-a/site',
    'team-a/web',
    'team-b/api',
  ]);
});
