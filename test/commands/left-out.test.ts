import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commitOn, git } from '../helpers/commits.ts';
import type { TestServers } from '../helpers/servers.ts';
import { expectMoved, gb2gl, resultOf, smallServers, workplace } from '../helpers/small-server.ts';

async function exclude(servers: TestServers, globs: readonly string[]): Promise<void> {
  const config = { select: { exclude: globs } };
  await writeFile(join(await workplace(servers), 'migrate.config.json'), JSON.stringify(config));
}

async function killRefs({ gitbucket }: TestServers, owner: string, name: string): Promise<void> {
  await writeFile(join(gitbucket.gitDir(owner, name), 'refs', 'heads', 'dead'), `${'1'.repeat(40)}\n`);
}

test('a repository whose refs are dead can be left out: the run is done, and a note stays', async () => {
  const servers = await smallServers();
  expect((await gb2gl(servers, ['migrate', '--yes', '--all'])).code).toBe(0);
  await killRefs(servers, 'team-a', 'one');
  const broken = await gb2gl(servers, ['migrate', '--yes', '--all']);
  expect(broken.code).toBe(1);
  expect(broken.stdout).toContain('Could not be read');

  await exclude(servers, ['team-a/one']);
  const done = await gb2gl(servers, ['migrate', '--yes', '--all']);

  expect(done.code, done.stdout).toBe(0);
  const note = '1 left out by select.exclude: team-a/one.';
  expect(done.stdout).toContain(note);
  expect(done.stdout).not.toContain('no longer on the source');
  const reports = join(await workplace(servers), '.gb2gl', 'reports', 'latest');
  expect(await readFile(join(reports, 'report.md'), 'utf8')).toContain('1 left out by select.exclude');
  expect(JSON.parse(await readFile(join(reports, 'result.json'), 'utf8'))).toMatchObject({
    leftOut: [{ object: 'team-a/one', by: 'select.exclude', message: '' }],
    exitCode: 0,
  });
  const planned = await gb2gl(servers, ['plan', '--all']);
  expect(planned.code).toBe(0);
  expect(planned.stdout).toContain(note);
  const verified = resultOf(await gb2gl(servers, ['verify', '--all', '--json']));
  expect(verified).toMatchObject({ exitCode: 0, leftOut: [{ object: 'team-a/one' }] });
  const status = await gb2gl(servers, ['status']);
  expect(status.stdout).toContain('2 repositories, 2 groups: 4 proven\n');
});

test('--exclude leaves out what is refused or blocked, beside what the config leaves out', async () => {
  const servers = await smallServers();
  git(servers.gitbucket.gitDir('team-a', 'one'), 'update-ref', 'refs/heads/HEAD', 'main');
  servers.gitlab.addGroup({ path: 'team-b' });
  servers.gitlab.addProject({ namespace: 'team-b', path: 'three' });
  commitOn(servers.gitlab.gitDir('team-b/three'), 'main', 'of somebody else');
  expect((await gb2gl(servers, ['migrate', '--yes', '--all'])).code).toBe(4);

  await exclude(servers, ['team-b/*']);
  const run = await gb2gl(servers, ['migrate', '--yes', '--all', '--exclude', 'team-a/on?', '--json']);

  const result = resultOf(run);
  expect(run.code, run.stderr).toBe(0);
  expectMoved(servers, result, ['team-a/two']);
  expect(result.selected).toEqual(['--all', '--exclude team-a/on?', 'select.exclude team-b/*']);
  expect(result.leftOut).toEqual([
    { object: 'team-a/one', by: '--exclude', message: '' },
    { object: 'team-b/three', by: 'select.exclude', message: '' },
  ]);
  const status = await gb2gl(servers, ['status', '--json']);
  expect(JSON.parse(status.stdout)).toMatchObject({
    next: "gb2gl verify --all --exclude 'team-a/on?'",
    totals: { projects: 1 },
  });
  const unknown = await gb2gl(servers, ['migrate', '--yes', '--all', '--exclude', 'team-a/onee']);
  expect(unknown).toMatchObject({ code: 2 });
  expect(unknown.stderr).toContain('--exclude team-a/onee');
});

test('where a damaged repository hides the list of its owner, the list is waived by name', async () => {
  const servers = await smallServers();
  servers.gitbucket.break('team-a', 'one');
  const alone = resultOf(
    await gb2gl(servers, ['migrate', '--yes', '--all', '--exclude', 'team-a/one', '--json']),
  );
  expect(alone.exitCode).toBe(1);
  expect(alone.problems.map(({ object }) => object)).toEqual(['team-a']);
  expect(alone.problems[0]?.fix).toContain('--waive unreadable:team-a');
  const status = await gb2gl(servers, ['status', '--json']);
  expect(JSON.parse(status.stdout)).toMatchObject({
    problems: [{ object: 'team-a' }],
    totals: { groups: 2 },
  });

  const flags = ['--exclude', 'team-a/one', '--waive', 'unreadable:team-a'];
  for (const command of [['migrate', '--yes'], ['verify']]) {
    const run = await gb2gl(servers, [...command, '--all', ...flags]);
    expect(run.code, `${command.join(' ')}: ${run.stdout}`).toBe(0);
    expect(run.stdout).toContain('1 left out by --waive: team-a (GitBucket cannot list');
  }
  const planned = await gb2gl(servers, ['plan', '--all', ...flags]);
  expect(planned.code, planned.stderr).toBe(0);
  expect(planned.stdout).toContain('1 left out by --waive: team-a (GitBucket cannot list');
  expect(planned.stdout).toContain(`gb2gl verify --all ${flags.join(' ')}\n`);
  const both = ['--waive', 'unreadable:team-a', 'unreadable:team-a/one', 'unreadable:team-c'];
  const waived = resultOf(await gb2gl(servers, ['migrate', '--yes', '--all', ...both, '--json']));
  expect(waived.exitCode).toBe(0);
  expect(waived.warnings).toContain(
    '--waive unreadable:team-c is not needed: nothing of that name failed to be read',
  );
  expect(waived.leftOut.map(({ object, by }) => `${by} ${object}`)).toEqual([
    '--waive team-a',
    '--waive team-a/one',
  ]);
  const whole = resultOf(
    await gb2gl(servers, ['migrate', '--yes', '--all', '--exclude', 'team-a/*', '--json']),
  );
  expect(whole).toMatchObject({ exitCode: 0, problems: [] });
  expect(whole.leftOut.map(({ object }) => object)).toContain('team-a');
});
