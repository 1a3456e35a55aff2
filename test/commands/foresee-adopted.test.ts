import type { Notice } from '../../src/model/notice.ts';
import { noticesOf } from '../helpers/code-of.ts';
import { refsOf } from '../../src/steps/code.ts';
import { projectOf } from '../helpers/team.ts';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sharedByAll } from '../helpers/cleanup.ts';
import { commitOn, git } from '../helpers/commits.ts';
import { foreseen, met, planThenMigrate, wronglyRefused } from '../helpers/foresight.ts';
import type { TestServers } from '../helpers/servers.ts';
import { gb2gl, workplace } from '../helpers/small-server.ts';
import { adopt, blockedIn, mover, team } from '../helpers/foreign-projects.ts';

/** A team whose repositories are on GitLab already. */
async function moved(...names: string[]): Promise<TestServers> {
  const servers = await team(...names);
  const run = await gb2gl(servers, ['migrate', '--all', '--yes']);
  expect(run.code, run.stderr).toBe(0);
  await servers.gitlab.settle();
  return servers;
}

test('projects that somebody else made: with history of the source, with rewritten history, with foreign refs', async () => {
  const servers = await team('behind', 'rewritten', 'foreign', 'foreign-tag', 'moved-tag', 'ahead');
  adopt(servers, 'behind', 'refs/tags/v1:refs/heads/main');
  const rewritten = adopt(servers, 'rewritten', 'refs/heads/*:refs/heads/*');
  commitOn(servers.gitbucket.gitDir('team', 'rewritten'), 'topic', 'rewritten', { orphan: true });
  commitOn(adopt(servers, 'foreign', 'refs/heads/*:refs/heads/*'), 'made-on-gitlab', 'foreign');
  const tagged = adopt(servers, 'foreign-tag', 'refs/heads/*:refs/heads/*');
  git(tagged, 'tag', '-f', '-a', '-m', 'foreign', 'v1', 'main');
  adopt(servers, 'moved-tag', 'refs/heads/topic:refs/tags/v1');
  commitOn(adopt(servers, 'ahead', 'refs/heads/*:refs/heads/*'), 'main', 'work on GitLab');

  const { plan, result } = await planThenMigrate(servers);

  expect(met(result)).toEqual(foreseen(plan));
  expect(blockedIn(plan)).toEqual({
    'team/foreign': 'path-taken',
    'team/foreign-tag': 'path-taken',
    'team/ahead': 'path-taken',
  });
  const outcomes = (id: string) =>
    Object.fromEntries(refsOf(projectOf(plan, id)).map(({ ref, outcome }) => [ref, outcome]));
  expect(outcomes('team/behind')['refs/heads/main']).toBe('update');
  expect(outcomes('team/rewritten')['refs/heads/topic']).toBe('diverged');
  expect(outcomes('team/moved-tag')['refs/tags/v1']).toBe('diverged');
  expect(git(rewritten, 'rev-parse', 'topic')).not.toBe(
    git(servers.gitbucket.gitDir('team', 'rewritten'), 'rev-parse', 'topic'),
  );
});

describe('what GitLab protects', () => {
  const shared = sharedByAll(async () => {
    const servers = await moved('kept', 'closed', 'tags', 'wild', 'moved');
    const { gitbucket, gitlab } = servers;
    const protect = (name: string, pattern: string, pushAccessLevel: number): void => {
      const rule = { id: 900, name: pattern, pushAccessLevel, mergeAccessLevel: 40, allowForcePush: false };
      gitlab.project(`team/${name}`).protectedBranches.push(rule);
    };
    const dir = (name: string): string => gitbucket.gitDir('team', name);
    protect('kept', 'topic', 40);
    git(dir('kept'), 'update-ref', '-d', 'refs/heads/topic');
    commitOn(dir('kept'), 'topic/in-a-folder', 'in a folder');
    protect('closed', '*', 0);
    commitOn(dir('closed'), 'topic', 'goes on');
    commitOn(dir('closed'), 'fresh', 'new');
    gitlab.project('team/tags').protectedTags.push({ name: 'v*', createAccessLevel: 0 });
    git(dir('tags'), 'tag', '-f', 'v1', 'main');
    git(dir('tags'), 'tag', 'v2', 'main');
    protect('wild', 't*', 40);
    commitOn(dir('wild'), 'topic', 'rewritten', { orphan: true });
    commitOn(gitlab.gitDir('team/moved'), 'topic', 'work on GitLab');
    commitOn(dir('moved'), 'topic', 'work on GitBucket');
    return servers;
  });

  test.each([
    ['without --prune', []],
    ['with --prune', ['--prune']],
  ])('%s', async (_how, flags) => {
    const servers = shared();
    const { plan, result } = await planThenMigrate(servers, flags);
    expect(met(result)).toEqual(foreseen(plan));
    const told = foreseen(plan).flatMap(({ item, what, detail }) =>
      what === 'code' && /-(refused|diverged)$/.test((detail as Notice).code)
        ? [`${item} ${(detail as Notice).object} ${(detail as Notice).code.replace('ref-', '')}`]
        : [],
    );
    expect(told).toEqual([
      'team/closed refs/heads/fresh refused',
      'team/closed refs/heads/topic refused',
      'team/kept refs/heads/topic/in-a-folder refused',
      'team/moved refs/heads/topic diverged',
      'team/tags refs/tags/v1 refused',
      'team/tags refs/tags/v2 refused',
      'team/wild refs/heads/topic refused',
    ]);
    expect(await wronglyRefused(servers, plan)).toEqual([]);
  });
});

test('a default branch that is renamed on the source: what GitLab keeps today and takes tomorrow', async () => {
  const servers = await moved('renamed', 'tag-for-branch');
  const { gitbucket, gitlab } = servers;
  for (const name of ['renamed', 'tag-for-branch']) {
    const source = gitbucket.gitDir('team', name);
    git(source, 'update-ref', 'refs/heads/develop', 'refs/heads/main');
    git(source, 'symbolic-ref', 'HEAD', 'refs/heads/develop');
    const record = gitbucket.context.repository('team', name);
    if (record) record.defaultBranch = 'develop';
  }
  git(gitbucket.gitDir('team', 'renamed'), 'update-ref', '-d', 'refs/heads/main');
  git(gitbucket.gitDir('team', 'tag-for-branch'), 'tag', 'main', 'main');
  const outcomes: string[][] = [];
  for (const flags of [['--prune'], ['--prune']]) {
    const { plan, result } = await planThenMigrate(servers, flags);
    expect(met(result)).toEqual(foreseen(plan));
    outcomes.push(
      plan.projects.flatMap((project) =>
        refsOf(project)
          .filter(({ ref, outcome }) => ref.endsWith('/main') && outcome !== 'unchanged')
          .map(({ ref, outcome, reason }) => `${project.id} ${ref}: ${outcome}, ${reason}`),
      ),
    );
    await gitlab.settle();
  }
  expect(outcomes).toEqual([
    [
      'team/renamed refs/heads/main: kept, The default branch of a project cannot be deleted.',
      'team/tag-for-branch refs/tags/main: refused, You cannot use default branch name to create a tag',
    ],
    [
      'team/renamed refs/heads/main: kept, You can only delete protected branches using the web interface.',
      'team/tag-for-branch refs/tags/main: create, undefined',
    ],
  ]);
});

test('restricted visibility levels are no matter for an administrator, and told to others with the way out', async () => {
  const servers = await team('open');
  servers.gitlab.settings.restrictedVisibilities = ['public'];
  const env = mover(servers);
  const file = join(await workplace(servers), 'migrate.config.json');

  await writeFile(file, JSON.stringify({ visibility: { public: 'public' } }));
  const surprised = await planThenMigrate(servers, ['--work-dir', 'first'], env);
  expect(surprised.plan.warnings.join()).toContain('"visibility": { "public": "auto" }');
  expect(
    surprised.result.items.filter(({ kind }) => kind !== 'person').map(({ problem }) => problem?.code),
  ).toEqual(['visibility-restricted', 'visibility-restricted']);

  await writeFile(file, JSON.stringify({ visibility: { public: 'internal' } }));
  const advised = await planThenMigrate(servers, [], env);
  expect(met(advised.result)).toEqual(foreseen(advised.plan));
  expect(advised.result.items.map(({ state }) => state)).toEqual(['proven', 'proven']);

  servers.gitbucket.addRepository({ owner: 'team', name: 'more' });
  const administrator = await planThenMigrate(servers);
  expect(met(administrator.result)).toEqual(foreseen(administrator.plan));
});

test('groups that the token cannot see, a repository that is switched off, and a default branch chosen on GitLab', async () => {
  const servers = await team('open', 'off', 'other-head');
  const { gitlab } = servers;
  const env = mover(servers);
  gitlab.addGroup({ path: 'Team', visibility: 'private' });

  const first = await planThenMigrate(servers, [], env);
  expect(met(first.result)).toEqual(foreseen(first.plan));
  const [group] = first.plan.groups;
  expect(group?.reasons.join()).toContain('"team"');
  expect(group?.fullPath).not.toMatch(/^team$/i);

  await gitlab.settle();
  gitlab.project(`${group?.fullPath}/off`).attributes['repository_access_level'] = 'disabled';
  git(gitlab.gitDir(`${group?.fullPath}/other-head`), 'symbolic-ref', 'HEAD', 'refs/heads/topic');
  commitOn(servers.gitbucket.gitDir('team', 'other-head'), 'main', 'third');
  const second = await planThenMigrate(servers, [], env);
  expect(met(second.result)).toEqual(foreseen(second.plan));
  expect(second.plan.problems.map(({ object }) => object)).toEqual([`${group?.fullPath}/off`]);
  expect(second.plan.projects.flatMap(noticesOf).join()).toContain('changed on GitLab to topic');
});
