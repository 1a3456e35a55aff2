import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { ItemStatus } from '../../src/commands/standing.ts';
import { lockWorkDir } from '../../src/journal/lock.ts';
import { git } from '../helpers/commits.ts';
import { quietRuntime } from '../helpers/prepared.ts';
import type { TestServers } from '../helpers/servers.ts';
import { gb2gl, resultOf, smallServers, workplace } from '../helpers/small-server.ts';

type Status = {
  totals: { people: number; groups: number; projects: number; states: Record<string, number> };
  lastRun: { command: string; exitCode: number } | null;
  items: ItemStatus[];
  problems: { object: string }[];
  next: string | null;
};

async function statusOf(servers: TestServers): Promise<Status> {
  const { code, stdout, stderr } = await gb2gl(servers, ['status', '--json']);
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) as Status;
}

function stateIn({ items }: Status, id: string): string | undefined {
  return items.find((item) => item.id === id)?.state;
}

test('status counts as the last report does, says when and how it ended, and what to type next', async () => {
  const servers = await smallServers();
  servers.gitlab.addUser({ username: 'mover', name: 'Mover', email: 'm@example.com', canCreateGroup: false });
  servers.gitlab.addGroup({ path: 'team-a', owner: 'mover' });
  const env = { GITLAB_TOKEN: servers.gitlab.token('mover') };
  const result = resultOf(await gb2gl(servers, ['migrate', '--yes', '--all', '--json'], env));
  expect(result.totals.states).toMatchObject({ proven: 3, blocked: 2 });

  const status = await statusOf(servers);

  const { people, groups, projects, states } = result.totals;
  expect(status.totals).toEqual({ people, groups, projects, states });
  for (const { id, state } of result.items) expect(stateIn(status, id), id).toBe(state);
  expect(status.lastRun).toMatchObject({ command: 'migrate', exitCode: 4 });
  expect(status.next).toBe('gb2gl migrate --all');
  const { stdout } = await gb2gl(servers, ['status']);
  expect(stdout).toContain('3 repositories, 2 groups: 3 proven, 2 blocked\n');
  expect(stdout).toMatch(/^Last report: migrate --all, \d\d:\d\d:\d\d \(just now\), exit code 4$/m);
  // A group's trouble is that of all its projects.
  const unwrapped = stdout.replaceAll(/\n {4}/g, ' ');
  expect(unwrapped.split('cannot create the group team-b')).toHaveLength(2);
  expect(stdout).toContain('blocked  team-b and 1 more: ');
});

test('the newest proof counts, be it better or worse than an older one', async () => {
  const servers = await smallServers();
  expect((await gb2gl(servers, ['migrate', '--yes', '--all'])).code).toBe(0);
  expect((await statusOf(servers)).next).toBe('gb2gl verify --all');

  git(servers.gitlab.gitDir('team-a/one'), 'update-ref', '-d', 'refs/heads/topic');
  expect((await gb2gl(servers, ['verify', '--repo', 'team-a/one'])).code).toBe(1);
  const worse = await statusOf(servers);
  expect(stateIn(worse, 'team-a/one')).toBe('failed');
  expect(stateIn(worse, 'team-b/three')).toBe('proven');
  expect(worse.next).toBe('gb2gl migrate --repo team-a/one');

  expect((await gb2gl(servers, ['migrate', '--yes', '--repo', 'team-a/*'])).code).toBe(0);
  const better = await statusOf(servers);
  expect(better.totals.states).toMatchObject({ proven: 5, failed: 0 });
  expect(better.next).toBe("gb2gl verify --repo 'team-a/*'");
});

test('what a run could not read, or does not find any more, is told as in its report, and once', async () => {
  const servers = await smallServers();
  expect((await gb2gl(servers, ['migrate', '--yes', '--all'])).code).toBe(0);
  const dir = servers.gitbucket.gitDir('team-a', 'one');
  await writeFile(join(dir, 'refs', 'heads', 'dead'), `${'1'.repeat(40)}\n`);
  servers.gitbucket.removeRepository('team-b', 'three');
  const run = await gb2gl(servers, ['migrate', '--yes', '--all', '--json']);
  expect(run.code, run.stderr).toBe(1);

  const status = await statusOf(servers);

  expect(status.problems.map(({ object }) => object)).toEqual(['team-a/one']);
  expect(status.totals).toMatchObject({ projects: 1, groups: 2 });
  const { stdout } = await gb2gl(servers, ['status']);
  expect(stdout.split('team-a/one:')).toHaveLength(2);
  // The fix stands on a line of its own, and no line is wider than the terminal.
  expect(stdout).toMatch(/^ {4}→ \S/m);
  expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
});

test('a run that was cut off is interrupted, not failed', async () => {
  const servers = await smallServers();
  expect((await gb2gl(servers, ['migrate', '--yes', '--all'])).code).toBe(0);
  const journal = join(await workplace(servers), '.gb2gl', 'journal.jsonl');
  const last = (await readFile(journal, 'utf8')).trim().split('\n').at(-1) ?? '';
  const { at } = JSON.parse(last) as { at: string };
  const later = new Date(Date.parse(at) + 60_000).toISOString();
  const record = { v: 1, type: 'step', at: later, run: later, step: 'code' };
  await appendFile(
    journal,
    [
      { ...record, item: 'team-a/one', status: 'started' },
      { ...record, item: 'team-a/two', status: 'failed', code: 'interrupted' },
      { ...record, item: 'team-b/three', status: 'failed', code: 'disk-full' },
      { ...record, item: '@ada', step: 'account', status: 'started' },
    ]
      .map((line) => `${JSON.stringify(line)}\n`)
      .join(''),
  );

  const status = await statusOf(servers);

  expect(status.totals.states).toMatchObject({ proven: 2, interrupted: 3, failed: 1 });
  expect(status.next).toBe('gb2gl migrate --all');
  const { stdout } = await gb2gl(servers, ['status']);
  expect(stdout).toContain('3 repositories, 2 groups, 1 person: ');
  expect(stdout).toMatch(/^The last run was cut off: it last wrote /m);
  expect(stdout).toContain('failed  team-b/three: code failed (disk-full)');

  const work = join(await workplace(servers), '.gb2gl');
  const lock = await lockWorkDir(work, quietRuntime(work));
  onTestFinished(lock.release);
  const running = await statusOf(servers);
  expect(running.next).toBe(null);
  expect(stateIn(running, 'team-a/one')).toBe('begun');
  expect(running.totals).toMatchObject({ people: 1, states: { begun: 2, interrupted: 1 } });
  expect((await gb2gl(servers, ['status'])).stdout).toMatch(
    /^A run is at work: process \d+ on \S+, since \d\d:\d\d:\d\d \(just now\)$/m,
  );
});

test('a run that is still reading is told before it has written anything', async () => {
  const servers = await smallServers();
  const work = join(await workplace(servers), '.gb2gl');
  expect((await gb2gl(servers, ['status'])).stdout).toContain('No migration has been started in');
  const lock = await lockWorkDir(work, quietRuntime(work));
  onTestFinished(lock.release);

  const { code, stdout, stderr } = await gb2gl(servers, ['status']);

  expect(code, stderr).toBe(0);
  expect(stdout).toMatch(/^A run is at work: process \d+ on \S+, since \d\d:\d\d:\d\d /);
  expect(stdout).not.toContain('plan --all');
  expect((await statusOf(servers)).next).toBe(null);
});
