import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commitOn, git } from '../helpers/commits.ts';
import { answerInTerminal } from '../helpers/in-terminal.ts';
import { refsIn, type TestServers } from '../helpers/servers.ts';
import { failureOf, gb2gl, smallServers, workplace } from '../helpers/small-server.ts';

/** Three branches that GitLab does not take, two of which would get the same name, and a project of somebody else. */
async function troubled(): Promise<TestServers> {
  const servers = await smallServers();
  const one = servers.gitbucket.gitDir('team-a', 'one');
  for (const name of ['HEAD', '-x', 'refs/heads/x']) git(one, 'update-ref', `refs/heads/${name}`, 'main');
  servers.gitlab.addGroup({ path: 'team-b' });
  for (const path of ['three', 'three-gitbucket']) {
    servers.gitlab.addProject({ namespace: 'team-b', path });
    commitOn(servers.gitlab.gitDir(`team-b/${path}`), 'main', 'of somebody else');
  }
  return servers;
}

async function configOf(servers: TestServers): Promise<string> {
  return join(await workplace(servers), 'migrate.config.json');
}

const written = `{
    "source": { "token": "very-secret-token" },
    "map": { "owners": {} },
    "limits": { "quietSeconds": 0 }
}
`;

test('fix writes all that the plan suggests into the config, which then blocks nothing; again it has nothing to do', async () => {
  const servers = await troubled();
  const file = await configOf(servers);
  await writeFile(file, written, { mode: 0o640 });
  const planned = await gb2gl(servers, ['plan', '--all']);
  expect(planned.code, planned.stdout).toBe(4);
  expect(planned.stdout).toContain('gb2gl fix writes these into the file');

  const unasked = await gb2gl(servers, ['fix']);
  expect(unasked.code).toBe(2);
  expect(unasked.stderr).toContain('confirm with --yes');
  expect(unasked.stdout).not.toContain('very-secret');
  expect(await readFile(file, 'utf8')).toBe(written);

  const fixed = await gb2gl(servers, ['fix', '--yes']);
  expect(fixed.code, fixed.stderr).toBe(0);
  const after = await readFile(file, 'utf8');
  const { map } = JSON.parse(after) as { map: { repositories: Record<string, string>; refs: object } };
  expect(map.repositories['team-b/three']).toMatch(/^team-b\/three-gitbucket-[0-9a-f]{6}$/);
  expect(map.refs).toEqual({
    'team-a/one': {
      'refs/heads/-x': 'refs/heads/branch-x',
      'refs/heads/HEAD': 'refs/heads/branch-HEAD',
      'refs/heads/refs/heads/x': 'refs/heads/branch-x-2',
    },
  });
  expect(after.split('\n').slice(0, 2)).toEqual(written.split('\n').slice(0, 2));
  expect(after).toContain('    "map": {\n        "owners": {},\n        "refs": {\n');
  expect(after.split('\n').slice(-3)).toEqual(written.split('\n').slice(-3));
  expect((await stat(file)).mode & 0o777).toBe(0o640);

  const again = await gb2gl(servers, ['fix', '--yes']);
  expect(again.code).toBe(0);
  expect(again.stdout).toMatch(/^migrate\.config\.json has every fix of \.gb2gl\/reports\/[\dT-]+-plan\.$/m);
  expect(await readFile(file, 'utf8')).toBe(after);
  const env = { GITBUCKET_TOKEN: servers.env['GITBUCKET_TOKEN'] };
  expect((await gb2gl(servers, ['plan', '--all'], env)).code).toBe(0);
  const nothing = await gb2gl(servers, ['fix', '--yes', '--json']);
  expect(JSON.parse(nothing.stdout)).toMatchObject({ command: 'fix', fixes: null, written: false });
  const run = await gb2gl(servers, ['migrate', '--yes', '--all'], env);
  expect(run.code, run.stdout).toBe(0);
  const arrived = refsIn(servers.gitlab.gitDir('team-a/one')).map((line) => line.split(' ')[1]);
  expect(arrived).toContain('refs/heads/branch-x-2');
});

test('without a config file fix makes one from the report of a migration, whose fixes are one block', async () => {
  const servers = await smallServers();
  for (const name of ['one', 'two'])
    git(servers.gitbucket.gitDir('team-a', name), 'update-ref', 'refs/heads/HEAD', 'main');
  expect(failureOf(await gb2gl(servers, ['fix', '--json'])).error.message).toContain('run gb2gl plan first');
  const run = await gb2gl(servers, ['migrate', '--yes', '--all']);
  expect(run.code).toBe(4);
  expect(run.stdout.split('"map"')).toHaveLength(2);
  expect(run.stdout).toContain('gb2gl fix writes the suggested fixes');
  const markdown = await readFile(join(await workplace(servers), '.gb2gl/reports/latest/report.md'), 'utf8');
  expect(markdown.split('"map"')).toHaveLength(2);
  expect(JSON.parse((await gb2gl(servers, ['status', '--json'])).stdout)).toMatchObject({
    next: 'gb2gl fix',
  });

  expect((await gb2gl(servers, ['fix', '--yes', '--json'])).code).toBe(0);

  const file = await configOf(servers);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const renamed = { 'refs/heads/HEAD': 'refs/heads/branch-HEAD' };
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({
    map: { refs: { 'team-a/one': renamed, 'team-a/two': renamed } },
  });
  expect((await gb2gl(servers, ['migrate', '--yes', '--all'])).code).toBe(0);
  expect(JSON.parse((await gb2gl(servers, ['status', '--json'])).stdout)).toMatchObject({
    next: 'gb2gl verify --all',
  });
});

test('on a terminal the answer is no until somebody says yes', async () => {
  const servers = await smallServers();
  git(servers.gitbucket.gitDir('team-a', 'one'), 'update-ref', 'refs/heads/HEAD', 'main');
  expect((await gb2gl(servers, ['plan', '--all'])).code).toBe(4);
  const where = { cwd: await workplace(servers), env: servers.env };

  const declined = await answerInTerminal(['fix'], where, [{ after: '[y/N]', type: '\r' }]);
  expect(declined).toMatchObject({ code: 130 });
  expect(declined.screen).toContain('Nothing was changed.');
  await expect(stat(await configOf(servers))).rejects.toThrow('ENOENT');
  const agreed = await answerInTerminal(['fix'], where, [{ after: '[y/N]', type: 'y\r' }]);
  expect(agreed.screen).toContain('+');
  expect(JSON.parse(await readFile(await configOf(servers), 'utf8'))).toHaveProperty('map.refs');
});
