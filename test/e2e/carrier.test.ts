import { execFileSync } from 'node:child_process';
import { mkdir, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bundleOf, folderOf } from '../../src/carrier/layout.ts';
import { parseResult } from '../../src/report/schema.ts';
import { commitOn, git } from '../helpers/commits.ts';
import { until } from '../helpers/processes.ts';
import { startCli, type CliResult } from '../helpers/run-cli.ts';
import { runProgram } from '../helpers/run-program.ts';
import { refsIn, writesOf } from '../helpers/servers.ts';
import { commitFiles, oidsOf, onGitLab, pointersTo, store, tracked } from '../helpers/lfs-world.ts';
import { team, type Team } from '../helpers/team.ts';
import { commitPages } from '../helpers/wikis.ts';

const kinds = ['refs/heads', 'refs/tags', 'refs/notes'];

/** Two places that see one server each, and a directory that is carried from one to the other. */
type Carried = Team & {
  directory: string;
  here: string;
  there: string;
  exported(...more: string[]): Promise<CliResult>;
  imported(...words: string[]): Promise<CliResult>;
};

async function carried(): Promise<Carried> {
  const servers = await team();
  const [directory, here, there] = ['stick', 'here', 'there'].map((name) => join(servers.folder, name));
  if (!directory || !here || !there) throw new Error('no folder');
  await mkdir(here);
  await mkdir(there);
  const { GITBUCKET_URL, GITBUCKET_TOKEN, GITLAB_URL, GITLAB_TOKEN } = servers.env;
  return {
    ...servers,
    directory,
    here,
    there,
    exported: (...more) =>
      runProgram(['export', directory, '--all', '--json', ...more], {
        cwd: here,
        env: { GITBUCKET_URL, GITBUCKET_TOKEN },
      }),
    imported: (command = 'import', ...more) =>
      runProgram(
        [
          command,
          ...(command === 'import' ? [directory] : ['--all', '--from', directory]),
          '--json',
          ...more,
        ],
        {
          cwd: there,
          env: { GITLAB_URL, GITLAB_TOKEN },
        },
      ),
  };
}

/** As of when GitBucket was compared, of all that was, in milliseconds since the epoch. */
function momentsIn(stdout: string): number[] {
  const { items } = parseResult(JSON.parse(stdout));
  return items.flatMap(({ steps }) =>
    steps.flatMap(({ check }) => (check?.asOf === undefined ? [] : [Date.parse(check.asOf)])),
  );
}

function seed({ add, gitbucket }: Team): string {
  const one = add('one');
  commitPages(gitbucket.wikiDir('team', 'one'), 'main', { 'Home.md': 'One', 'Guide.md': 'Steps' });
  const first = commitOn(one, 'main', 'first');
  commitOn(one, 'topic', 'topic');
  git(one, 'tag', '-a', '-m', 'one', 'v1', 'main');
  git(one, 'notes', 'add', '-m', 'a note', first);
  add('empty');
  return one;
}

test('what was exported is moved and proven where GitBucket cannot be reached, again and again', async () => {
  const where = await carried();
  const { gitbucket, gitlab, directory } = where;
  const one = seed(where);

  const out = await where.exported();
  expect({ code: out.code, stderr: out.stderr }).toEqual({ code: 0, stderr: expect.any(String) });
  expect(JSON.parse(out.stdout)).toMatchObject({
    written: ['team/one', 'team/empty'].toSorted(),
    unchanged: [],
  });
  execFileSync('sha256sum', ['--check', '--quiet', 'SHA256SUMS'], { cwd: directory });
  const exportedBy = Date.now();
  const asked = gitbucket.server.requests.length;

  const planned = await where.imported('plan');
  expect(JSON.parse(planned.stdout)).toMatchObject({ source: { url: gitbucket.url, view: 'administrator' } });
  const first = await where.imported('import', '--yes');
  expect({ code: first.code, stderr: first.stderr }).toMatchObject({ code: 0 });
  expect(refsIn(gitlab.gitDir('team/one'), kinds)).toEqual(refsIn(one, kinds));
  expect(refsIn(gitlab.wikiDir('team/one'))).toEqual(refsIn(gitbucket.wikiDir('team', 'one')));
  const result = parseResult(JSON.parse(first.stdout));
  expect(result.items.map(({ id, state }) => [id, state])).toContainEqual(['team/one', 'proven']);

  const before = gitlab.server.requests.length;
  const second = await where.imported('import', '--yes');
  expect(second.code).toBe(0);
  expect(writesOf(gitlab.server.requests.slice(before))).toEqual([]);
  const verified = await where.imported('verify');
  expect(verified.code).toBe(0);
  // What was pushed to GitBucket since is not in the proof, so it must not be dated later.
  for (const { stdout } of [first, second, verified]) {
    const moments = momentsIn(stdout);
    expect(moments.length).toBeGreaterThan(1);
    expect(Math.max(...moments)).toBeLessThanOrEqual(exportedBy);
  }
  expect(gitbucket.server.requests).toHaveLength(asked);

  commitOn(one, 'main', 'second');
  git(one, 'branch', '-D', 'topic');
  const again = await where.exported();
  expect(JSON.parse(again.stdout)).toMatchObject({ written: ['team/one'], unchanged: ['team/empty'] });
  const stale = await where.imported('verify');
  expect(stale.code).toBe(1);
  expect((await where.imported('import', '--yes', '--prune')).code).toBe(0);
  expect(refsIn(gitlab.gitDir('team/one'), kinds)).toEqual(refsIn(one, kinds));
});

test('LFS objects and wikis are carried too, what is lost named, and nothing is written twice', async () => {
  const where = await carried();
  const { add, gitbucket, gitlab, directory } = where;
  const films = add('films');
  commitFiles(films, 'main', {
    '.gitattributes': tracked,
    ...pointersTo({ 'a.bin': 'a film', 'b.bin': 'another' }),
  });
  commitFiles(films, 'attic', { '.gitattributes': tracked, ...pointersTo({ 'lost.bin': 'a lost one' }) });
  await store(where, 'films', 'a film', 'another');
  const wiki = commitPages(gitbucket.wikiDir('team', 'films'), 'main', {
    'Home.md': 'hello',
    'More.md': 'more',
  });
  gitbucket.context.repository('team', 'films')!.wikiOption = 'DISABLE';

  expect((await where.exported()).code).toBe(0);
  execFileSync('sha256sum', ['--check', '--quiet', 'SHA256SUMS'], { cwd: directory });
  const asked = gitbucket.server.requests.length;
  const run = await where.imported('import', '--yes');

  expect({ code: run.code, stderr: run.stderr }).toMatchObject({ code: 4 });
  expect(onGitLab(where, 'films')).toEqual(oidsOf('a film', 'another'));
  expect(refsIn(gitlab.gitDir('team/films')).map((line) => line.slice(41))).toEqual(['refs/heads/main']);
  expect(refsIn(gitlab.wikiDir('team/films'))).toEqual([`${wiki} refs/heads/main`]);
  expect(run.stdout).toContain('lost.bin');

  await store(where, 'films', 'a lost one');
  const again = await where.exported();
  expect(JSON.parse(again.stdout)).toMatchObject({ written: ['team/films'] });
  expect((await where.imported('import', '--yes')).code).toBe(0);
  expect(onGitLab(where, 'films')).toEqual(oidsOf('a film', 'a lost one', 'another'));
  const before = gitlab.server.requests.length;
  expect((await where.imported('import', '--yes')).code).toBe(0);
  expect((await where.imported('verify')).code).toBe(0);
  expect(writesOf(gitlab.server.requests.slice(before)).filter(({ url }) => !url.includes('/lfs/'))).toEqual(
    [],
  );
  expect(asked).toBeGreaterThan(0);
});

test('an export that was killed in the middle is none, and the next one goes on', async () => {
  const where = await carried();
  const { directory, here, env, gitbucket, add } = where;
  seed(where);
  for (const name of ['two', 'three']) commitOn(add(name), 'main', name);
  const url = /three\.git\/git-upload-pack/;
  gitbucket.server.faults.add({ method: 'POST', url, action: { kind: 'hang' } });
  const { GITBUCKET_URL, GITBUCKET_TOKEN } = env;
  const run = startCli(['export', directory, '--all', '--concurrency', '1'], {
    cwd: here,
    env: { GITBUCKET_URL, GITBUCKET_TOKEN },
  });
  await until(() => gitbucket.server.requests.some((each) => url.test(each.url)), 'the third repository');
  run.child.kill('SIGKILL');
  await run.finished;

  const early = await where.imported('import', '--yes');
  expect(early.code).toBe(3);
  expect(early.stdout + early.stderr).toContain('not a complete export');

  const again = await where.exported();
  expect(again.code).toBe(0);
  const { unchanged, written } = JSON.parse(again.stdout) as Record<string, string[]>;
  expect([...(unchanged ?? []), ...(written ?? [])]).toHaveLength(4);
  expect(unchanged).toContain('team/one');
  expect((await where.imported('import', '--yes')).code).toBe(0);
});

test('what is damaged on the way is named, and the others are moved', async () => {
  const where = await carried();
  const { directory } = where;
  seed(where);
  for (const name of ['short', 'changed', 'gone']) commitOn(where.add(name), 'main', name);
  expect((await where.exported()).code).toBe(0);
  await truncate(bundleOf(directory, 'team/short', 'code'), 40);
  await rm(bundleOf(directory, 'team/gone', 'code'));
  await writeFile(join(folderOf(directory, 'team/changed'), 'repository.json'), '{}');

  const run = await where.imported('import', '--yes');

  expect(run.code).toBe(1);
  const { items, problems } = parseResult(JSON.parse(run.stdout));
  expect(problems.map(({ code, object }) => `${code} ${object}`).toSorted()).toEqual(
    ['changed', 'gone', 'short'].map((name) => `export-damaged team/${name}`),
  );
  expect(items.find(({ id }) => id === 'team/one')?.state).toBe('proven');
  expect(items.map(({ id }) => id)).not.toContain('team/short');
});

test('a directory of somebody else is neither written nor read', async () => {
  const where = await carried();
  await mkdir(where.directory);
  await writeFile(join(where.directory, 'mine.txt'), 'mine');

  const out = await where.exported();
  expect(out.code).toBe(3);
  expect(out.stderr + out.stdout).toContain('it holds files that no export wrote');
  const into = await where.imported('import', '--yes');
  expect(into.code).toBe(3);
  expect(into.stdout + into.stderr).toContain('it has no export.json');
});

test('a project that grew out of the same history is gone on with, as with the server itself', async () => {
  const where = await carried();
  const { gitlab } = where;
  const one = seed(where);
  expect((await where.exported()).code).toBe(0);
  expect((await where.imported('import', '--yes')).code).toBe(0);
  await rm(join(where.there, '.gb2gl'), { recursive: true });
  commitOn(one, 'main', 'second');
  expect((await where.exported()).code).toBe(0);

  expect((await where.imported('import', '--yes')).code).toBe(0);
  expect(refsIn(gitlab.gitDir('team/one'), kinds)).toEqual(refsIn(one, kinds));
});
