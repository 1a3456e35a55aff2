import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Result } from '../../src/model/result.ts';
import { parseResult } from '../../src/report/schema.ts';
import { addDeployKey, addHook } from '../../sandbox/gitbucket.ts';
import { commitOn, git } from '../helpers/commits.ts';
import { accountsIn } from '../helpers/peopled.ts';
import { startCli, type CliResult } from '../helpers/run-cli.ts';
import { runProgram } from '../helpers/run-program.ts';
import { sshKey } from '../helpers/ssh-keys.ts';
import { refsIn, testServers, writesOf, type TestServers } from '../helpers/servers.ts';

type Place = TestServers & { cwd: string; plan: string };

/** A group with three repositories, a person with nothing, and the plan of them. */
async function planned(...flags: string[]): Promise<Place> {
  const servers = await testServers();
  servers.gitbucket.addUser({ login: 'alice', email: 'alice@example.com' });
  servers.gitbucket.addGroup({ login: 'team', members: [{ login: 'root', manager: true }] });
  for (const name of ['one', 'two', 'three']) {
    servers.gitbucket.addRepository({ owner: 'team', name });
    commitOn(servers.gitbucket.gitDir('team', name), 'main', name);
  }
  const cwd = join(servers.folder, 'work');
  await mkdir(cwd);
  const place = { ...servers, cwd, plan: join(cwd, '.gb2gl', 'reports', 'latest', 'plan.json') };
  const run = await runProgram(['plan', ...(flags.length > 0 ? flags : ['--all'])], place);
  expect({ code: run.code, stderr: run.stderr }).toMatchObject({ code: 0 });
  return place;
}

function follow({ plan, ...place }: Place, ...more: string[]): Promise<CliResult> {
  return runProgram(['migrate', '--yes', '--plan', plan, '--json', ...more], place);
}

/** Of groups and projects. */
function statesOf(run: CliResult): Record<string, Result['items'][number]['state']> {
  const result = parseResult(JSON.parse(run.stdout));
  const items = result.items.filter(({ kind }) => kind !== 'person');
  return Object.fromEntries(items.map(({ id, state }) => [id, state]));
}

test('a plan file is carried out exactly: what came later stays behind', async () => {
  const place = await planned('--all', '--create-users');
  place.gitbucket.addUser({ login: 'late', email: 'late@example.com' });
  place.gitbucket.addRepository({ owner: 'team', name: 'later' });
  place.gitbucket.addGroup({ login: 'newcomers', members: [{ login: 'root', manager: true }] });

  const run = await follow(place);

  expect(statesOf(run)).toEqual({
    team: 'proven',
    'team/one': 'proven',
    'team/two': 'proven',
    'team/three': 'proven',
  });
  expect(run.code).toBe(0);
  expect(place.gitlab.context.state.projects.map(({ path }) => path).sort()).toEqual(['one', 'three', 'two']);
  expect(accountsIn(place.gitlab)).toEqual(['alice active']);
});

test('what moved since then on either side is left alone and listed, and the others run', async () => {
  const place = await planned();
  const { gitbucket, gitlab } = place;
  commitOn(gitbucket.gitDir('team', 'one'), 'main', 'more');
  gitlab.addGroup({ path: 'team', visibility: 'private' });
  gitlab.addProject({ path: 'elsewhere', namespace: 'team', visibility: 'private' });

  const first = await follow(place);
  expect(first.code).toBe(4);
  // A group that somebody made meanwhile is a decision for a human.
  expect(new Set(Object.values(statesOf(first)))).toEqual(new Set(['drifted']));
  expect(writesOf(gitlab.server.requests)).toEqual([]);

  const again = await runProgram(['plan', '--all'], place);
  expect(again.code).toBe(0);
  commitOn(gitbucket.gitDir('team', 'two'), 'main', 'more');
  git(gitbucket.gitDir('team', 'three'), 'tag', 'v1', 'main');

  const run = await follow(place);

  expect(statesOf(run)).toEqual({
    team: 'proven',
    'team/one': 'proven',
    'team/two': 'drifted',
    'team/three': 'drifted',
  });
  expect(run.code).toBe(4);
  const [two, three] = ['team/two', 'team/three'].map((id) =>
    parseResult(JSON.parse(run.stdout)).items.find((item) => item.id === id),
  );
  expect(two?.problem?.message).toMatch(/refs\/heads\/main was [0-9a-f]{12} on the source and is/);
  expect(three?.problem?.message).toContain('refs/tags/v1 is new');
  expect(two?.problem?.fix).toContain('gb2gl plan');
});

test('a run of a plan file that was killed goes on with the same file', async () => {
  const place = await planned();
  const { gitlab } = place;
  gitlab.server.faults.add({ url: /git-receive-pack$/, action: { kind: 'hang' } });
  const stopped = startCli(['migrate', '--yes', '--plan', place.plan, '--json'], place);
  await expect
    .poll(() => gitlab.server.requests.some(({ url }) => url.includes('git-receive-pack')))
    .toBe(true);
  stopped.child.kill('SIGKILL');
  await stopped.finished;

  const run = await follow(place);

  expect({ code: run.code, states: new Set(Object.values(statesOf(run))) }).toEqual({
    code: 0,
    states: new Set(['proven']),
  });
  for (const name of ['one', 'two', 'three'])
    expect(refsIn(gitlab.gitDir(`team/${name}`))).toEqual(refsIn(place.gitbucket.gitDir('team', name)));
});

test('the plan decides with its own settings, whatever the config says today', async () => {
  const place = await planned();
  const config = {
    source: { url: place.env['GITBUCKET_URL'] },
    target: { url: place.env['GITLAB_URL'] },
    map: { owners: { team: 'another-team' } },
  };
  await writeFile(join(place.cwd, 'migrate.config.json'), JSON.stringify(config));

  const run = await follow(place);

  expect(run.code).toBe(0);
  expect(place.gitlab.context.state.groups.map(({ path }) => path)).toContain('team');
});

test('a plan of one group does not touch another', async () => {
  const place = await planned('--repo', 'team/one', 'team/two');

  const run = await follow(place);

  expect(statesOf(run)).toEqual({ team: 'proven', 'team/one': 'proven', 'team/two': 'proven' });
});

test('a file that is no plan, of other servers, or mixed with a selection, is refused before anything is asked', async () => {
  const place = await planned();
  const { cwd, gitlab } = place;
  gitlab.server.requests.length = 0;
  await writeFile(join(cwd, 'broken.json'), '{"version":1}');
  const text = await readFile(place.plan, 'utf8');
  await writeFile(
    join(cwd, 'foreign.json'),
    text.replace(
      `"source":{"url":"${place.env['GITBUCKET_URL']}"`,
      '"source":{"url":"https://git.example.com"',
    ),
  );
  await rm(place.plan);

  for (const [args, words] of [
    [['--plan', 'broken.json'], 'is not a plan that can be applied: settings:'],
    [['--plan', 'foreign.json'], 'was created for https://git.example.com'],
    [['--plan', place.plan], 'ENOENT'],
    [['--plan', 'broken.json', '--all'], '--plan takes its selection from the plan file'],
    [['--plan', 'broken.json', '--dry-run'], '--dry-run creates a plan'],
  ] as const) {
    const run = await runProgram(['migrate', '--yes', ...args], place);
    expect({ code: run.code, stderr: run.stderr }, args.join(' ')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(words) as string,
    });
  }
  expect(gitlab.server.requests).toEqual([]);
});

test('settings that nobody has looked at are not set, nor a key that came since', async () => {
  const place = await planned('--all', '--hooks');
  const { context } = place.gitbucket;
  const login = { source: { url: place.gitbucket.url, username: 'root', password: 'root' } };
  await writeFile(
    join(place.cwd, 'migrate.config.json'),
    JSON.stringify({ ...login, target: { url: place.gitlab.url } }),
  );
  addDeployKey(context, 'team/one', { title: 'ci', publicKey: sshKey('ci'), allowWrite: true });
  context.repository('team', 'two')?.protections.push({ branch: 'main', enforceAdmins: true });
  expect((await runProgram(['plan', '--all', '--hooks'], place)).code).toBe(0);
  addDeployKey(context, 'team/one', { title: 'late', publicKey: sshKey('late'), allowWrite: true });
  addHook(context, 'team/three', { url: 'https://late.example/', events: ['push'] });

  const run = await follow(place);

  expect(statesOf(run)).toEqual({
    team: 'proven',
    'team/one': 'drifted',
    'team/two': 'proven',
    'team/three': 'drifted',
  });
  expect(run.stdout).toContain('deploy keys would now be set as was not planned: late');
  expect(run.stdout).toContain('webhooks would now be set as was not planned: late.example');
  expect(place.gitlab.context.state.keys ?? []).toEqual([]);
  // What the file says is no drift once it is there.
  expect(statesOf(await follow(place))).toMatchObject({ 'team/two': 'proven' });
});
