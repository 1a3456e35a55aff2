import { chmod, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commitOn } from '../helpers/commits.ts';
import { planOf } from '../helpers/foresight.ts';
import { faults } from '../helpers/odd-objects.ts';
import { descendants, ended } from '../helpers/processes.ts';
import { startCli } from '../helpers/run-cli.ts';
import { gb2gl, workplace } from '../helpers/small-server.ts';
import { findingsIn, head, team, type Team } from '../helpers/team.ts';

const PLAN = ['plan', '--all', '--deep', '--concurrency', '1'];

async function three(): Promise<Team> {
  const servers = await team();
  for (const name of ['a', 'b', 'c']) servers.add(name, (dir) => commitOn(dir, 'main', name));
  return servers;
}

test('the first Ctrl-C ends the look into objects after the repository under way, and the next run begins there', async () => {
  const servers = await three();
  const { gitbucket, env } = servers;
  const packs = (): number =>
    gitbucket.server.requests.filter(({ url }) => url.endsWith('/git-upload-pack')).length;
  gitbucket.server.faults.add({
    method: 'POST',
    url: /b\.git\/git-upload-pack$/,
    action: { kind: 'notice', call: () => void running.child.kill('SIGINT') },
  });
  const running = startCli(PLAN, { cwd: await workplace(servers), env });

  const { code, stdout } = await running.finished;

  expect(code).toBe(130);
  expect(stdout).not.toContain('Nothing was changed');
  expect(gitbucket.server.requests.some(({ url }) => url.includes('/team/c.git/git-upload-pack'))).toBe(
    false,
  );
  const before = packs();
  expect((await planOf(servers, ['--deep'])).problems).toEqual([]);
  // Three wikis and the repository that was not begun; what is in the mirrors is not asked for again.
  expect(packs() - before).toBeLessThanOrEqual(4);
});

test('the second Ctrl-C stops at once and leaves no git behind', async () => {
  const servers = await three();
  const { gitbucket, env } = servers;
  let children: number[] = [];
  gitbucket.server.faults.add({
    method: 'POST',
    url: /b\.git\/git-upload-pack$/,
    action: {
      kind: 'notice',
      async call() {
        children = descendants(running.child.pid ?? 0);
        running.child.kill('SIGINT');
        await running.heard('gb2gl: stopping');
        running.child.kill('SIGINT');
        // The fetch gets no answer before the run is over.
        await running.finished;
      },
    },
  });
  const running = startCli(PLAN, { cwd: await workplace(servers), env });

  expect((await running.finished).code).toBe(130);
  expect(children.length).toBeGreaterThan(0);
  await ended(children);
  expect((await planOf(servers, ['--deep'])).problems).toEqual([]);
});

test('a damaged mirror is made anew', async () => {
  const servers = await team();
  const bad = faults['badDate'];
  servers.add('a', (dir) => head(dir, 'main', bad?.make(dir) ?? ''));
  await planOf(servers, ['--deep']);
  const mirrors = join(await workplace(servers), '.gb2gl', 'mirrors');
  const packs = (await readdir(mirrors, { recursive: true })).filter((name) => name.endsWith('.pack'));
  expect(packs.length).toBe(1);
  for (const pack of packs) {
    await chmod(join(mirrors, pack), 0o600);
    const bytes = await readFile(join(mirrors, pack));
    await writeFile(join(mirrors, pack), bytes.fill(0, 20, 40));
  }

  const plan = await planOf(servers, ['--deep']);

  expect(plan.problems).toEqual([]);
  expect(findingsIn(plan, 'team/a').map(({ code }) => code)).toEqual(['bad-object']);
});

test('a migration in the same work directory is not disturbed', async () => {
  const servers = await three();
  const { gitlab, env } = servers;
  let refused = '';
  gitlab.server.faults.add({
    method: 'POST',
    url: /\/api\/v4\/projects$/,
    action: {
      kind: 'notice',
      async call() {
        const run = await gb2gl(servers, PLAN);
        refused = `${run.code} ${run.stderr}`;
      },
    },
  });
  const migration = startCli(['migrate', '--all', '--yes'], { cwd: await workplace(servers), env });
  expect((await migration.finished).code).toBe(0);
  expect(refused).toMatch(/^3 .*is using the work directory/s);
});

test('--deep without --dry-run is wrong usage', async () => {
  const run = await gb2gl(await team(), ['migrate', '--all', '--yes', '--deep']);
  expect(run.code).toBe(2);
  expect(run.stderr).toContain('--deep requires --dry-run');
});
