import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commitOn, git } from '../helpers/commits.ts';
import { planOf } from '../helpers/foresight.ts';
import { faults } from '../helpers/odd-objects.ts';
import { refsIn, writesOf } from '../helpers/servers.ts';
import { gb2gl, itemOf, migrateAll, resultOf, workplace } from '../helpers/small-server.ts';
import { findingsIn, head, projectOf, team, type Team } from '../helpers/team.ts';

/** A sound branch, and history that GitLab refuses. */
function make(dir: string): void {
  commitOn(dir, 'sound', 'sound');
  head(dir, 'main', faults['badDate']!.make(dir));
  commitOn(dir, 'main', 'newer');
  git(dir, 'tag', '-a', '-m', 'one', 'v1', 'main');
  git(dir, 'tag', 'sound-tag', 'sound');
}

/** `team/old` is opted in, `team/too` is as bad and is not. */
async function world(): Promise<Team & { dir: string; target: (...args: string[]) => string }> {
  const servers = await team();
  const dir = servers.add('old', make);
  servers.add('too', make);
  await writeFile(
    join(await workplace(servers), 'migrate.config.json'),
    JSON.stringify({ migrate: { rewrite: ['team/old'] } }),
  );
  return { ...servers, dir, target: (...args) => git(servers.gitlab.gitDir('team/old'), ...args) };
}

test('a repository that is opted in is moved with its new history and proven, others are refused as before', async () => {
  const servers = await world();
  const { gitlab, dir, target } = servers;
  const plan = await planOf(servers, ['--deep']);
  expect(findingsIn(plan, 'team/old')).toEqual([]);
  expect(findingsIn(plan, 'team/too').map(({ code }) => code)).toEqual(['bad-object']);
  const notices = projectOf(plan, 'team/old').steps.flatMap((step) => step.notices);
  const told = notices.find(({ code }) => code === 'history-rewritten')?.message ?? '';
  expect(told).toContain('3 commits and tags have other ids on GitLab, because git refuses 1 object');

  const first = resultOf(await migrateAll(servers));
  expect(itemOf(first, 'team/old').state).toBe('proven');
  expect(itemOf(first, 'team/too').state).toBe('refused');
  const moved = refsIn(gitlab.gitDir('team/old')).map((line) => line.slice(41));
  expect(moved).toHaveLength(4);
  // The rest moves without rewriting, with all ids as they are.
  expect(refsIn(gitlab.gitDir('team/too')).map((line) => line.slice(41))).toEqual([
    'refs/heads/sound',
    'refs/tags/sound-tag',
  ]);
  for (const ref of ['sound', 'sound-tag']) expect(target('rev-parse', ref)).toBe(git(dir, 'rev-parse', ref));
  expect(target('log', '--format=%s', 'main')).toBe('newer\na commit');
  const map = await readFile(/both ids are in (\S+)/.exec(told)?.[1] ?? '', 'utf8');
  expect(map).toContain(`${git(dir, 'rev-parse', 'main')}\t${target('rev-parse', 'main')}\n`);

  gitlab.server.requests.length = 0;
  const second = resultOf(await gb2gl(servers, ['migrate', '--repo', 'team/old', '--yes', '--json']));
  expect(writesOf(gitlab.server.requests)).toEqual([]);
  expect(itemOf(second, 'team/old').state).toBe('proven');

  const before = target('rev-parse', 'main');
  commitOn(dir, 'main', 'newest');
  const third = resultOf(await gb2gl(servers, ['migrate', '--repo', 'team/old', '--yes', '--json']));
  expect(itemOf(third, 'team/old').state).toBe('proven');
  expect(target('rev-parse', 'main^')).toBe(before);

  // Without the work directory: the same ids again, so the project is known as ours, and is proven.
  const elsewhere = ['--repo', 'team/old', '--json', '--work-dir', 'other'];
  gitlab.server.requests.length = 0;
  expect(itemOf(resultOf(await gb2gl(servers, ['verify', ...elsewhere])), 'team/old').state).toBe('proven');
  commitOn(dir, 'main', 'and one more');
  const adopted = resultOf(await gb2gl(servers, ['migrate', '--yes', ...elsewhere]));
  expect(itemOf(adopted, 'team/old').state).toBe('proven');
  expect(target('log', '--format=%s', 'main')).toBe('and one more\nnewest\nnewer\na commit');
});

test('what was refused before is moved once it is opted in, and each transport gets the new history', async () => {
  const servers = await world();
  const { dir, target } = servers;
  const config = join(await workplace(servers), 'migrate.config.json');
  const opted = await readFile(config);
  await rm(config);
  expect(itemOf(resultOf(await migrateAll(servers)), 'team/old').state).toBe('refused');
  await writeFile(config, opted);
  for (const transport of ['mirror', 'auto']) {
    commitOn(dir, 'main', `by ${transport}`);
    const run = await gb2gl(servers, [
      'migrate',
      '--repo',
      'team/old',
      '--yes',
      '--json',
      '--transport',
      transport,
    ]);
    expect(itemOf(resultOf(run), 'team/old').state, transport).toBe('proven');
    expect(target('show', '-s', '--format=%s', 'main')).toBe(`by ${transport}`);
  }
});
