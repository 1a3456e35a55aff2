import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Plan } from '../../src/model/plan.ts';
import { failureOf, gb2gl, resultOf, smallServers, workplace } from '../helpers/small-server.ts';
import { writesOf, type TestServers } from '../helpers/servers.ts';

const code = 'source-not-administrator';

/** The small servers, read with the token of somebody to whom `team-b` and its private repository are closed. */
async function closedServers(): Promise<TestServers> {
  const servers = await smallServers();
  servers.gitbucket.addUser({ login: 'ada', email: 'ada@example.com' });
  return { ...servers, env: { ...servers.env, GITBUCKET_TOKEN: servers.gitbucket.token('ada') } };
}

async function report(servers: TestServers, name: string): Promise<string> {
  return readFile(join(await workplace(servers), '.gb2gl', 'reports', 'latest', name), 'utf8');
}

test("migrate --all without an administrator's token stops before anything is written", async () => {
  const servers = await closedServers();

  for (const command of [['migrate', '--yes'], ['rehearse']]) {
    const run = await gb2gl(servers, [...command, '--all', '--json']);
    expect(run.code, run.stderr).toBe(3);
    expect(failureOf(run).error).toMatchObject({ code, object: servers.gitbucket.url });
    expect(run.stderr).toContain('ada is not an administrator of GitBucket');
    expect(run.stderr).toContain(`--waive ${code}`);
  }
  expect(writesOf(servers.gitlab.server.requests)).toEqual([]);
});

test('plan and verify of everything say what they cannot see, and do not end with 0', async () => {
  const servers = await closedServers();

  const planned = await gb2gl(servers, ['plan', '--all']);
  expect(planned.code).toBe(1);
  expect(planned.stdout).toContain('ada is not an administrator of GitBucket');
  const plan = JSON.parse(await report(servers, 'plan.json')) as Plan;
  expect(plan.source).toEqual({ url: servers.gitbucket.url, view: 'user', user: 'ada' });
  expect(plan.projects.map(({ id }) => id)).toEqual(['team-a/one', 'team-a/two']);
  expect(await report(servers, 'plan.md')).toContain('read as ada, who is not an administrator');

  const file = join('.gb2gl', 'reports', 'latest', 'plan.json');
  const followed = await gb2gl(servers, ['migrate', '--yes', '--plan', file, '--json']);
  expect(followed.code).toBe(3);
  expect(failureOf(followed).error.code).toBe(code);
  expect(writesOf(servers.gitlab.server.requests)).toEqual([]);

  const waived = await gb2gl(servers, ['migrate', '--yes', '--plan', file, '--json', '--waive', code]);
  expect(waived.code, waived.stderr).toBe(0);
  const root = { GITBUCKET_TOKEN: servers.gitbucket.token('root') };
  const byRoot = await gb2gl(servers, ['migrate', '--yes', '--plan', file, '--json', '--waive', code], root);
  expect(resultOf(byRoot).source).toMatchObject({ view: 'user', user: 'ada' });

  const verified = await gb2gl(servers, ['verify', '--all']);
  expect(verified.code).toBe(1);
  expect(verified.stdout).toContain('1 object could not be read');
  expect((await gb2gl(servers, ['verify', '--all', '--waive', code])).code).toBe(0);
});

test('what was waived is moved, and every report says that it is not all', async () => {
  const servers = await closedServers();

  const run = await gb2gl(servers, ['migrate', '--yes', '--all', '--waive', code]);

  expect(run.code, run.stderr).toBe(0);
  const said = 'Everything selected that ada can see is on GitLab and proven';
  expect(run.stdout).toContain(`! ${said}.`);
  expect(run.stdout).toContain('Warnings\n  ada is not an administrator of GitBucket');
  for (const name of ['report.md', 'report.html']) {
    const text = await report(servers, name);
    expect(text, name).toContain(said);
    expect(text, name).toContain('private repositories of others are invisible to this token');
  }
  const again = await gb2gl(servers, ['migrate', '--yes', '--all', '--json', '--waive', code]);
  expect(resultOf(again)).toMatchObject({
    source: { view: 'user', user: 'ada' },
    exitCode: 0,
    problems: [],
    warnings: [expect.stringContaining('ada is not an administrator')],
  });
});

test('a group may hold more than is seen, which is a warning; a name that is not seen is an error', async () => {
  const servers = await closedServers();

  const group = resultOf(await gb2gl(servers, ['migrate', '--yes', '--group', 'team-a', '--json']));
  expect(group).toMatchObject({
    exitCode: 0,
    warnings: [expect.stringContaining('ada is not an administrator')],
  });

  const named = resultOf(await gb2gl(servers, ['migrate', '--yes', '--repo', 'team-a/one', '--json']));
  expect(named).toMatchObject({ exitCode: 0, warnings: [], source: { view: 'user' } });
  expect((await gb2gl(servers, ['migrate', '--yes', '--repo', 'team-b/three'])).code).toBe(2);
});

test("an administrator's run says so and nothing more", async () => {
  const servers = await smallServers();

  const run = await gb2gl(servers, ['migrate', '--yes', '--all', '--json']);

  expect(resultOf(run)).toMatchObject({
    exitCode: 0,
    warnings: [],
    source: { view: 'administrator', user: 'root' },
  });
  expect(await report(servers, 'report.md')).toContain('read as administrator root');
});
