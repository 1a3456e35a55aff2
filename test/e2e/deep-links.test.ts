import { expect, test } from 'vitest';
import { addLfsObject } from '../../sandbox/gitbucket.ts';
import { commitOn, git } from '../helpers/commits.ts';
import { planOf } from '../helpers/foresight.ts';
import { filesOf, lfsPointer } from '../helpers/odd-objects.ts';
import { writesOf } from '../helpers/servers.ts';
import { migrateAll, resultOf } from '../helpers/small-server.ts';
import { findingsIn, head, projectOf, refusedIn, team } from '../helpers/team.ts';

test('LFS objects are counted, the lost ones named, and history that names any is what GitLab refuses', async () => {
  const servers = await team();
  const { gitbucket, gitlab } = servers;
  const kept = lfsPointer('kept');
  const lost = lfsPointer('lost');
  for (const name of ['kept', 'lost', 'switched-off']) {
    servers.add(name, (dir) => {
      const first = filesOf(dir, { 'a.bin': kept.text });
      const second = filesOf(dir, { 'a.bin': kept.text, 'b.bin': lost.text }, { parents: [first] });
      head(dir, 'main', name === 'kept' ? first : filesOf(dir, { c: 'c' }, { parents: [second] }));
    });
    await addLfsObject(gitbucket.context, `team/${name}`, Buffer.from('kept'));
  }
  servers.add('no-pointer', (dir) =>
    head(dir, 'main', filesOf(dir, { a: kept.text.replace('spec/v1', 'spec/v9') })),
  );
  gitlab.addGroup({ path: 'team' });
  gitlab.addProject({ namespace: 'team', path: 'switched-off' }).lfsEnabled = false;
  gitbucket.server.requests.length = 0;

  const plan = await planOf(servers, ['--deep']);
  expect(writesOf(gitlab.server.requests)).toEqual([]);
  const downloads = gitbucket.server.requests.filter(({ url }) => url.startsWith('/git-lfs/'));
  expect(downloads.map(({ method }) => method)).toEqual(Array.from({ length: 5 }, () => 'HEAD'));
  const result = resultOf(await migrateAll(servers));

  const commit = git(gitbucket.gitDir('team', 'lost'), 'rev-parse', 'main~1');
  const stays = { code: 'missing-lfs-object', object: 'a.bin', refused: true };
  expect(findingsIn(plan, 'team/kept')).toEqual([stays]);
  expect(findingsIn(plan, 'team/lost')).toEqual([stays, { ...stays, object: lost.oid }]);
  expect(projectOf(plan, 'team/lost').findings[1]?.message).toContain(`(b.bin, commit ${commit})`);
  expect(findingsIn(plan, 'team/switched-off')).toEqual([{ ...stays, object: lost.oid, refused: false }]);
  expect(findingsIn(plan, 'team/no-pointer')).toEqual([]);
  const counts = plan.projects.map(({ losses }) => losses.find(({ kind }) => kind === 'lfs-objects')?.count);
  expect(counts).toEqual([1, 2, undefined, 2]);
  expect(result.items.filter(({ state }) => state === 'refused').map(({ id }) => id)).toEqual(
    refusedIn(plan),
  );
});

test('a GitBucket without base URL is told of once for each repository that has LFS', async () => {
  const servers = await team({ gitbucket: { baseUrl: null } });
  servers.add('one', (dir) => head(dir, 'main', filesOf(dir, { 'a.bin': lfsPointer('kept').text })));
  const plan = await planOf(servers, ['--deep']);
  expect(plan.problems).toEqual([]);
  expect(findingsIn(plan, 'team/one').at(-1)).toEqual({
    code: 'missing-lfs-object',
    object: 'Git LFS',
    refused: false,
  });
  expect(projectOf(plan, 'team/one').findings.at(-1)?.fix).toContain('Base URL');
});

function modules(urls: Record<string, string>): string {
  return Object.entries(urls)
    .map(([name, url]) => `[submodule "${name}"]\n\tpath = lib/${name}\n\turl = ${url}\n`)
    .join('');
}

test('branches with a CI file are named', async () => {
  const servers = await team();
  servers.add('app', (dir) => {
    const id = filesOf(dir, { '.gitlab-ci.yml': 'test: { script: [make] }' });
    for (const branch of ['main', 'next']) head(dir, branch, id);
    head(dir, 'older', filesOf(dir, { 'gitlab-ci.yml': 'another name' }));
  });

  const { findings } = projectOf(await planOf(servers, ['--deep']), 'team/app');

  expect(findings.map(({ code, refused, object }) => ({ code, refused, object }))).toEqual([
    { code: 'ci-file', refused: false, object: 'main:.gitlab-ci.yml' },
  ]);
  expect(findings[0]?.message).toContain('main and one other branch');
});

test('submodules that lead to the old server are named by branch and path, others are not', async () => {
  const servers = await team();
  const { gitbucket } = servers;
  servers.add('c++', (dir) => commitOn(dir, 'main', 'renamed on GitLab'));
  servers.add('plain', (dir) => commitOn(dir, 'main', 'keeps its name'));
  servers.add('super', (dir) => {
    const file = modules({
      absolute: `${gitbucket.url}/git/team/c++.git`.replace('://', '://ada:pa55word@'),
      ssh: 'git@127.0.0.1:team/gone.git',
      'follows along': '../plain.git',
      renamed: '../c++.git',
      elsewhere: 'https://git.example.com/team/c++.git',
    });
    const id = filesOf(dir, { '.gitmodules': file });
    for (const branch of ['main', 'next', 'feature/x']) head(dir, branch, id);
    head(dir, 'older', filesOf(dir, { '.gitmodules': 'not a [config' }));
  });

  const plan = await planOf(servers, ['--deep']);
  const found = projectOf(plan, 'team/super').findings;
  expect(found.every(({ code, refused }) => code === 'old-server-url' && !refused)).toBe(true);
  expect(found.map(({ object }) => object)).toEqual([
    'main:lib/absolute',
    'main:lib/ssh',
    'main:lib/renamed',
  ]);
  expect(found[0]?.message).toContain('main and 2 other branches');
  expect(found[0]?.message).not.toContain('pa55word');
  const address = `${servers.gitlab.url}/${projectOf(plan, 'team/c++').fullPath}.git`;
  expect(found[0]?.fix).toContain(`git config -f .gitmodules submodule.absolute.url ${address}`);
  expect(found[1]?.message).toContain('team/gone is not part of this plan');
  expect(found[2]?.fix).toContain('submodule.renamed.url ../cplusplus.git');
});

test('CI files and manifests that name the old server are listed, each with what leads there on GitLab', async () => {
  const believed = 'https://git.corp.example';
  const servers = await team({ gitbucket: { baseUrl: believed } });
  const { gitbucket, gitlab } = servers;
  servers.add('lib', (dir) => commitOn(dir, 'main', 'a library'));
  servers.add('app', (dir) => {
    const id = filesOf(dir, {
      Jenkinsfile: `git url: '${gitbucket.url}/git/team/lib.git'`,
      'README.md': `see ${gitbucket.url}/team/lib`,
      'go.mod': `require git.corp.example/team/lib v1`,
    });
    for (const branch of ['main', 'next']) head(dir, branch, id);
  });

  const plan = await planOf(servers, ['--deep']);
  const found = projectOf(plan, 'team/app').findings;

  expect(findingsIn(plan, 'team/app')).toEqual(
    ['main:Jenkinsfile', 'main:go.mod'].map((object) => ({ code: 'old-address', object, refused: false })),
  );
  expect(found[0]).toMatchObject({
    message: `${gitbucket.url}/git/team/lib.git on main and one other branch leads to the old server`,
    fix: `replace it by ${gitlab.url}/team/lib.git`,
  });
  expect(found[1]?.fix).toBe(`replace it by ${new URL(gitlab.url).host}/team/lib`);
  expect(writesOf(gitlab.server.requests)).toEqual([]);
});
