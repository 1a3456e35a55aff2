import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { addLfsObject } from '../../sandbox/gitbucket.ts';
import { plannedStep, type PlannedStep } from '../../src/model/plan.ts';
import { commitOn, git } from '../helpers/commits.ts';
import { planOf } from '../helpers/foresight.ts';
import { filesOf, lfsPointer } from '../helpers/odd-objects.ts';
import { writesOf } from '../helpers/servers.ts';
import { migrateAll, resultOf, workplace } from '../helpers/small-server.ts';
import { findingsIn, head, projectOf, refusedIn, team } from '../helpers/team.ts';

test('LFS objects of every repository are counted, the lost ones named, and the run comes to what the plan says', async () => {
  const servers = await team();
  const { gitbucket, gitlab } = servers;
  const kept = lfsPointer('kept');
  const lost = lfsPointer('lost');
  const attributes = '*.bin filter=lfs\n';
  for (const name of ['kept', 'lost', 'switched-off']) {
    servers.add(name, (dir) => {
      const first = filesOf(dir, { '.gitattributes': attributes, 'a.bin': kept.text });
      const both = { '.gitattributes': attributes, 'a.bin': kept.text, 'b.bin': lost.text };
      const second = filesOf(dir, both, { parents: [first] });
      const tip = { '.gitattributes': attributes, c: 'c' };
      head(dir, 'main', filesOf(dir, tip, { parents: [name === 'kept' ? first : second] }));
    });
    await addLfsObject(gitbucket.context, `team/${name}`, Buffer.from('kept'));
  }
  // GitLab takes it for a pointer, git-lfs does not.
  servers.add('no-pointer', (dir) =>
    head(dir, 'main', filesOf(dir, { a: kept.text.replace('spec/v1', 'spec/v9') })),
  );
  gitlab.addGroup({ path: 'team' });
  gitlab.addProject({ namespace: 'team', path: 'switched-off' }).lfsEnabled = false;
  gitbucket.server.requests.length = 0;

  const plan = await planOf(servers, ['--deep']);
  expect(writesOf(gitlab.server.requests).filter(({ url }) => !url.endsWith('/objects/batch'))).toEqual([]);
  const downloads = gitbucket.server.requests.filter(({ url }) => url.startsWith('/git-lfs/'));
  expect(downloads.map(({ method }) => method)).toEqual(Array.from({ length: 4 }, () => 'HEAD'));
  const result = resultOf(await migrateAll(servers));

  const planned = (name: string): PlannedStep | null => plannedStep(projectOf(plan, `team/${name}`), 'lfs');
  expect(planned('kept')).toMatchObject({ state: 'proven', counts: { create: 1 } });
  expect(planned('lost')).toMatchObject({ state: 'refused', counts: { create: 1, lost: 1 } });
  const commit = git(gitbucket.gitDir('team', 'lost'), 'rev-parse', 'main');
  const [notice] = planned('lost')?.notices ?? [];
  expect(notice).toMatchObject({ code: 'lfs-missing-refused', object: 'b.bin' });
  expect(notice?.message).toContain(`branch main, last commit ${commit}`);
  expect(planned('switched-off')).toMatchObject({ state: 'refused', notices: [{ code: 'lfs-off-refused' }] });
  expect(planned('no-pointer')).toMatchObject({ state: 'proven', counts: { sample: 1 } });
  expect(plan.projects.flatMap(({ findings, losses }) => [...findings, ...losses])).toEqual([]);
  expect(plan.uncounted).not.toContain('lfs-objects');
  expect(result.items.filter(({ state }) => state === 'refused').map(({ id }) => id)).toEqual([
    'team/lost',
    'team/switched-off',
  ]);
});

test('where LFS is left out, its objects are what stays, and history that names any is what GitLab refuses', async () => {
  const servers = await team();
  const kept = lfsPointer('kept');
  servers.add('one', (dir) => head(dir, 'main', filesOf(dir, { 'a.bin': kept.text })));
  await addLfsObject(servers.gitbucket.context, 'team/one', Buffer.from('kept'));
  await writeFile(join(await workplace(servers), 'migrate.config.json'), '{"migrate": {"lfs": false}}');

  const plan = await planOf(servers, ['--deep']);
  const result = resultOf(await migrateAll(servers));

  expect(findingsIn(plan, 'team/one')).toEqual([
    { code: 'missing-lfs-object', object: 'a.bin', refused: true },
  ]);
  expect(projectOf(plan, 'team/one').losses).toEqual([{ kind: 'lfs-objects', count: 1 }]);
  expect(result.items.filter(({ state }) => state === 'refused').map(({ id }) => id)).toEqual(
    refusedIn(plan),
  );
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
