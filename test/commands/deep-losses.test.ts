import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  addCollaborator,
  addHook,
  addIssue,
  addLabel,
  addMilestone,
  addPull,
  addRelease,
  type GitBucketVersion,
  initBare,
} from '../../sandbox/gitbucket.ts';
import type { Loss } from '../../src/model/losses.ts';
import type { Plan } from '../../src/model/plan.ts';
import { commitOn } from '../helpers/commits.ts';
import { planOf } from '../helpers/foresight.ts';
import { filesOf } from '../helpers/odd-objects.ts';
import { writesOf } from '../helpers/servers.ts';
import { gb2gl, workplace } from '../helpers/small-server.ts';
import { head, projectOf, team, type Team } from '../helpers/team.ts';

/** `team/full` has something of everything, `team/bare` nothing but a branch. */
async function filled(version: GitBucketVersion = '4.47'): Promise<Team> {
  const servers = await team({ gitbucket: { version } });
  const { gitbucket, add } = servers;
  const { context } = gitbucket;
  gitbucket.addUser({ login: 'alice', email: 'alice@example.com' });
  gitbucket.addUser({ login: 'bob', email: 'bob@example.com' });
  add('bare', (dir) => commitOn(dir, 'main', 'main'));
  const dir = add('full', (gitDir) => {
    commitOn(gitDir, 'main', 'main');
    commitOn(gitDir, 'next', 'next');
  });
  head(dir, 'topic/one', commitOn(dir, 'main', 'more'));
  const repository = context.repository('team', 'full');
  repository?.protections.push(
    { branch: 'main', enforceAdmins: false },
    { branch: 'topic/one', enforceAdmins: true },
  );
  for (let number = 1; number <= 60; number += 1) {
    if (number % 10 === 0)
      await addPull(context, 'team/full', {
        title: 'pull',
        author: 'alice',
        base: 'main',
        head: { branch: 'topic/one' },
      });
    else
      addIssue(context, 'team/full', { title: `issue ${number}`, author: 'alice', closed: number % 2 === 0 });
  }
  addLabel(context, 'team/full', { name: 'urgent', color: 'ff0000' });
  addMilestone(context, 'team/full', { title: 'one' });
  addMilestone(context, 'team/full', { title: 'two', closed: true });
  await addRelease(context, 'team/full', { tag: 'v1', author: 'alice' });
  addCollaborator(context, 'team/full', 'alice', 'DEVELOPER');
  addCollaborator(context, 'team/full', 'bob', 'GUEST');
  addHook(context, 'team/full', { url: 'https://hook.example.com/', events: ['push'] });
  return servers;
}

async function wiki({ gitbucket }: Team, name: string): Promise<void> {
  const dir = gitbucket.wikiDir('team', name);
  await rm(dir, { recursive: true, force: true });
  initBare(dir, 'main');
  const first = filesOf(dir, { 'Home.md': 'Welcome' });
  head(
    dir,
    'main',
    filesOf(dir, { 'Home.md': 'Home', 'Other.md': 'Other', 'logo.svg': '<svg/>' }, { parents: [first] }),
  );
}

const trackers = { tracker: 'off', releases: false };

/** A config with which these kinds are counted instead of moved. */
async function leave(servers: Team, migrate: object): Promise<void> {
  const file = join(await workplace(servers), 'migrate.config.json');
  await writeFile(file, JSON.stringify({ source: {}, target: {}, migrate }));
}

function leaveAll(servers: Team): Promise<void> {
  return leave(servers, { ...trackers, wiki: false, members: false, branchProtections: false });
}

function losses(plan: Plan, id: string): Record<string, Loss['count']> {
  return Object.fromEntries(projectOf(plan, id).losses.map(({ kind, count }) => [kind, count]));
}

const all = {
  'pull-requests': 6,
  issues: 54,
  labels: 7,
  milestones: 2,
  releases: 1,
  'wiki-pages': 2,
  collaborators: 2,
  webhooks: 1,
  'protected-branches': 2,
};

test('--deep counts all that stays on GitBucket, with few requests, and shows it', async () => {
  const servers = await filled();
  await wiki(servers, 'full');
  await leaveAll(servers);
  const shown = await gb2gl(servers, ['plan', '--all', '--deep']);
  const file = join(await workplace(servers), '.gb2gl', 'reports', 'latest', 'plan.json');
  const plan = JSON.parse(await readFile(file, 'utf8')) as Plan;

  expect(losses(plan, 'team/full')).toEqual(all);
  expect(losses(plan, 'team/bare')).toEqual({});
  expect(plan.uncounted).toEqual([]);
  expect(plan.problems).toEqual([]);
  // Seven lists of losses, three branches, and two lists of refs against which git's own is held.
  expect(
    servers.gitbucket.server.requests.filter(({ url }) => url.includes('/repos/team/full/')),
  ).toHaveLength(7 + 3 + 2);
  expect(writesOf(servers.gitlab.server.requests)).toEqual([]);
  expect(shown.code).toBe(0);
  expect(shown.stdout).toContain('stays on GitBucket: 6 pull requests, 54 issues, 7 labels, 2 milestones');
  expect(shown.stdout).not.toContain('counts them');
});

test('--deep neither counts nor asks for what is moved', async () => {
  const servers = await filled();
  await wiki(servers, 'full');
  const plan = await planOf(servers, ['--deep', '--hooks']);

  expect(losses(plan, 'team/full')).toEqual({});
  expect(plan.uncounted).toEqual([]);
  const lists = /\/repos\/team\/full\/(?:collaborators|hooks|branches\/main)$/;
  const asked = servers.gitbucket.server.requests.filter(({ url }) => lists.test(url));
  // By the steps that move them.
  expect(new Set(asked.map(({ url }) => url)).size).toBe(asked.length);
});

test('without --deep no question is asked for it, and the plan says once what it does not count', async () => {
  const servers = await filled();
  await leaveAll(servers);
  servers.gitbucket.server.requests.length = 0;
  const run = await gb2gl(servers, ['plan', '--all']);

  expect(run.stdout).toContain('stays on GitBucket: full (6 pull requests)');
  const sentence = 'issues, labels, milestones, releases, wiki pages, collaborators,';
  expect(run.stdout.split(sentence)).toHaveLength(2);
  expect(run.stdout.replaceAll(/\s+/g, ' ')).toContain(
    'protected branches stay on GitBucket; gb2gl plan --deep counts them',
  );
  const asked = servers.gitbucket.server.requests.filter(({ url }) => url.includes('/repos/'));
  expect(asked.filter(({ url }) => !url.includes('/contents/.gitattributes?'))).toEqual([]);
  await expect(stat(join(await workplace(servers), '.gb2gl', 'mirrors'))).rejects.toThrow('ENOENT');
});

test('an older GitBucket has no lists of some kinds: these are named, the others counted', async () => {
  const servers = await filled('4.30');
  await leave(servers, trackers);
  const plan = await planOf(servers, ['--deep']);
  expect(plan.uncounted).toEqual(['milestones', 'releases', 'webhooks']);
  expect(losses(plan, 'team/full')).toMatchObject({ 'pull-requests': 6, issues: 54 });
});

test('a list that GitBucket cannot make counts as "some", a repository that fails is a problem, the others go on', async () => {
  const servers = await filled();
  await leave(servers, trackers);
  const { gitbucket } = servers;
  gitbucket.addUser({ login: 'carol', email: 'carol@example.com' });
  await addRelease(gitbucket.context, 'team/full', { tag: 'v2', author: 'carol' });
  gitbucket.disable('carol');
  gitbucket.server.faults.add({
    method: 'GET',
    url: /^\/api\/v3\/repos\/team\/bare\/labels/,
    times: 3,
    action: { kind: 'status', status: 500, body: 'broken' },
  });
  const run = await gb2gl(servers, ['plan', '--all', '--deep', '--json']);

  expect(run.code, run.stderr).toBe(1);
  const plan = JSON.parse(run.stdout) as Plan;
  expect(losses(plan, 'team/full')).toMatchObject({ releases: null, issues: 54 });
  expect(plan.problems.map(({ code, object }) => `${code} ${object}`)).toEqual(['server-error team/bare']);
});
