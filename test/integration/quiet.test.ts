import { expect, test } from 'vitest';
import { addCollaborator } from '../../sandbox/gitbucket.ts';
import { commitOn, git } from '../helpers/commits.ts';
import { filesOf } from '../helpers/odd-objects.ts';
import { killed, migrated, type Migration } from '../helpers/migrated.ts';
import { peopled, rolesIn, withPeople } from '../helpers/peopled.ts';
import { testServers, type TestServers, type TestServersOptions } from '../helpers/servers.ts';
import { withIssues } from './quiet-setup.ts';

type Repositories = Record<string, (gitDir: string) => void>;

const plain = (dir: string): void => void commitOn(dir, 'main', 'first');

/** Groups and repositories as they are named; GitLab's jobs come only when somebody waits for them. */
async function world(
  repositories: Repositories,
  { gitlab, ...options }: TestServersOptions = {},
): Promise<TestServers> {
  const settings = { pipelineDelayMs: 600_000, ...gitlab?.settings };
  const where = await testServers({ ...options, gitlab: { ...gitlab, settings } });
  const { gitbucket } = where;
  for (const id of Object.keys(repositories)) {
    const [owner = '', name = ''] = id.split('/');
    if (!gitbucket.context.state.accounts.some(({ login }) => login === owner))
      gitbucket.addGroup({ login: owner, members: [{ login: 'root', manager: true }] });
    gitbucket.addRepository({ owner, name, defaultBranch: 'main' });
    repositories[id]?.(gitbucket.gitDir(owner, name));
  }
  return where;
}

/** Lets the jobs after all pushes come before anything is given back, as the wait does on a real server. */
function settleFirst({ gitlab }: TestServers): void {
  gitlab.server.faults.add({
    url: /\/api\/v4\/projects\/\d+(\/integrations\/[\w-]+)?$/,
    method: 'PUT',
    times: Infinity,
    action: { kind: 'notice', call: () => gitlab.settle() },
  });
}

/** What GitLab is left with: everything that a run may have switched off. */
function settings({ gitlab }: TestServers): object {
  const { groups, projects } = gitlab.context.state;
  return {
    groups: groups.map(
      ({ fullPath, attributes }) => `${fullPath} mails ${attributes['emails_enabled'] !== false}`,
    ),
    projects: projects.map(({ fullPath, attributes, integrations = [], tracker }) => ({
      fullPath,
      builds: attributes['builds_access_level'] ?? 'enabled',
      mails: attributes['emails_enabled'] ?? true,
      autoclose: attributes['autoclose_referenced_issues'] ?? true,
      integrations: integrations.map((each) => `${each.slug} ${each.active} ${each.inheritedFrom !== null}`),
      issues: (tracker?.issues ?? []).map(({ state }) => state),
    })),
  };
}

function states({ items }: { items: readonly { id: string; state: string }[] }): string[] {
  return [...new Set(items.map(({ state }) => state))];
}

function noticesOf({ items }: Awaited<ReturnType<typeof migrated>>): string[] {
  const steps = items.flatMap((item) => item.steps);
  return steps.flatMap(({ notices }) => notices.map(({ code, object }) => `${code} ${object}`));
}

const looks = (requests: readonly string[]): number =>
  requests.filter((request) => /^GET .*\/integrations\?/.test(request)).length;

test('no chat and no ticket system hears of the history, and all inherit again afterwards', async () => {
  const where = await world(
    { 'team/one': plain, 'team/two': plain, 'more/three': plain, 'old/app': plain },
    { gitlab: { settings: { integrations: ['slack', 'jira', 'beyond-identity'] } } },
  );
  where.gitlab.addGroup({ path: 'old', visibility: 'public' }).integrations = ['jenkins'];
  settleFirst(where);

  const first = await migrated(where);
  await where.gitlab.settle();

  expect(states(first)).toEqual(['proven']);
  expect(where.gitlab.integrationCalls).toEqual([]);
  const usual = ['slack true true', 'jira true true', 'beyond-identity true true'];
  for (const id of ['team/one', 'team/two', 'more/three'])
    expect(settings(where)).toMatchObject({
      projects: expect.arrayContaining([expect.objectContaining({ fullPath: id, integrations: usual })]),
    });
  expect(
    where.gitlab
      .project('old/app')
      .integrations?.every(({ active, inheritedFrom }) => active && inheritedFrom !== null),
  ).toBe(true);
  // One look at the first project in each place that was there before: the server, and the group.
  expect(looks(first.targetRequests)).toBe(2);
  // What checks pushes is not the tool's to switch off.
  expect(first.writes.filter((write) => write.includes('beyond-identity'))).toEqual([]);

  const again = await migrated(where);
  expect(again.writes).toEqual([]);
  expect(looks(again.targetRequests)).toBe(0);
});

test('what an administrator switched off for good meanwhile is not switched on again', async () => {
  const where = await world({ 'team/one': plain }, { gitlab: { settings: { integrations: ['slack'] } } });
  where.gitlab.server.faults.add({
    method: 'POST',
    url: /\.git\/git-receive-pack$/,
    action: { kind: 'notice', call: () => void (where.gitlab.settings.integrations.length = 0) },
  });
  expect(states(await migrated(where))).toEqual(['proven']);
  expect(where.gitlab.project('team/one').integrations).toMatchObject([{ slug: 'slack', active: false }]);
});

test.each([
  ['the token may not read them', { version: '18.9.0-ee' }, 'integrations-unread'],
  ['GitLab could not make them inherit again', { version: '17.2.0-ee' }, 'integrations-told'],
])('integrations are left alone, and named once, where %s', async (_, { version }, code) => {
  const where = await world(
    { 'team/one': plain, 'team/two': plain },
    { gitlab: { version, settings: { integrations: ['slack'] } } },
  );
  if (code === 'integrations-unread')
    where.gitlab.server.faults.add({
      url: /\/integrations\?/,
      action: { kind: 'status', status: 403, body: '{"message":"403 Forbidden"}' },
    });
  const run = await migrated(where);
  await where.gitlab.settle();
  expect(states(run)).toEqual(['proven']);
  const codes = noticesOf(run).map((notice) => notice.split(' ')[0]);
  expect(codes.filter((each) => each?.startsWith('integrations'))).toEqual([code]);
  expect(run.writes.filter((write) => write.includes('integrations'))).toEqual([]);
  expect(where.gitlab.integrationCalls.length).toBe(2);
});

test('a run with accounts, members and settings sends nobody a mail, now and later', async () => {
  const where = await peopled();
  const { gitlab, gitbucket } = where;
  const first = await migrated(where, withPeople);

  expect(states(first)).toEqual(['proven']);
  expect(rolesIn(gitlab, 'team')).toEqual(['alice 50', 'bob 30', 'root 50']);
  expect(gitlab.mails).toEqual([]);
  const on = {
    groups: ['guests mails true', 'team mails true'],
    projects: [{ mails: true }],
  };
  expect(settings(where)).toMatchObject(on);
  expect((await migrated(where, withPeople)).writes).toEqual([]);

  gitbucket.addUser({ login: 'erin', email: 'erin@example.com' });
  gitbucket.context.account('team')?.members.push({ login: 'erin', manager: false });
  addCollaborator(gitbucket.context, 'team/app', 'dave', 'ADMIN');
  expect(states(await migrated(where, withPeople))).toEqual(['proven']);
  expect(rolesIn(gitlab, 'team')).toContain('erin 30');
  expect(rolesIn(gitlab, 'team/app')).toContain('dave 40');
  expect(gitlab.mails).toEqual([]);
  expect(settings(where)).toMatchObject(on);
  expect((await migrated(where, withPeople)).writes).toEqual([]);
});

test('mails of groups that were there before are never touched, nor what somebody has switched off', async () => {
  const where = await peopled();
  const { gitlab, gitbucket } = where;
  const team = gitlab.addGroup({ path: 'team' });
  gitlab.addProject({ namespace: 'team', path: 'foreign' });
  const config = { migrate: { createUsers: true, memberMails: true } };
  await migrated(where, { ...withPeople, config });
  expect(gitlab.mails.map(({ to, about }) => `${to} ${about}`)).toEqual([
    'alice@example.com team',
    'bob@example.com team',
  ]);
  expect(team.attributes).not.toHaveProperty('emails_enabled');

  const guests = gitlab.context.state.groups.find(({ fullPath }) => fullPath === 'guests');
  const app = gitlab.project('team/app');
  for (const each of [guests, app]) if (each) each.attributes['emails_enabled'] = false;
  gitbucket.context.account('guests')?.members.push({ login: 'carol', manager: false });
  addCollaborator(gitbucket.context, 'team/app', 'dave', 'ADMIN');
  expect(states(await migrated(where, { ...withPeople, config }))).toEqual(['proven']);
  expect(rolesIn(gitlab, 'guests')).toContain('carol 30');
  expect([guests, app].map((each) => each?.attributes['emails_enabled'])).toEqual([false, false]);
});

test('who is no Owner cannot switch mails off, and is told so', async () => {
  const where = await peopled();
  const { gitlab } = where;
  for (const path of ['team', 'guests']) gitlab.addGroup({ path });
  for (const username of ['carol', 'mover']) gitlab.addUser({ username, email: `${username}@example.com` });
  for (const path of ['team', 'guests']) gitlab.addMember(path, 'mover', 40);
  const users = { map: { users: { carol: 'carol' } } };
  const run = await migrated(where, { user: 'mover', password: 'root', config: users });
  expect(rolesIn(gitlab, 'team/app')).toContain('carol 40');
  expect(gitlab.mails).toMatchObject([{ to: 'carol@example.com', about: 'team/app' }]);
  expect(noticesOf(run)).toContain('members-mailed team/app');
  expect(gitlab.project('team/app').attributes['emails_enabled'] ?? true).toBe(true);
});

const closing = (dir: string): void => void commitOn(dir, 'main', 'Fixes team/b#5');

test('a commit closes no issue of another project that an earlier run made', async () => {
  const where = await world({ 'team/b': plain });
  const { gitlab, gitbucket } = where;
  await migrated(where);
  gitlab.addIssue('team/b', { iid: 5 });
  expect((await migrated(where)).writes).toEqual([]);
  // What waits for a decision is not pushed, so nothing can close anything.
  gitbucket.addUser({ login: 'later', email: 'later@example.com' });
  gitbucket.addRepository({ owner: 'later', name: 'app', defaultBranch: 'main' });
  commitOn(gitbucket.gitDir('later', 'app'), 'main', 'one');
  expect((await migrated(where)).writes).toEqual([]);
  gitbucket.removeRepository('later', 'app');

  // It comes first, and in another group.
  gitbucket.addGroup({ login: 'another', members: [{ login: 'root', manager: true }] });
  gitbucket.addRepository({ owner: 'another', name: 'a', defaultBranch: 'main' });
  closing(gitbucket.gitDir('another', 'a'));
  commitOn(gitbucket.gitDir('team', 'b'), 'main', 'Closes #5');
  settleFirst(where);
  const run = await migrated(where);
  await gitlab.settle();

  expect(states(run)).toEqual(['proven']);
  expect(gitlab.project('team/b').tracker?.issues).toMatchObject([{ iid: 5, state: 'opened' }]);
  expect(gitlab.project('team/b').attributes['autoclose_referenced_issues']).toBe(true);
  const { id } = gitlab.project('team/b');
  expect(run.writes.filter((write) => write === `PUT /api/v4/projects/${id}`).length).toBe(2);
  expect((await migrated(where)).writes).toEqual([]);
});

test('issues that the run itself brings stay open until the jobs after its pushes are over', async () => {
  const where = await world({ 'team/a': closing, 'team/b': closing });
  settleFirst(where);
  const run = await migrated(where, { steps: withIssues(where) });
  await where.gitlab.settle();
  expect(states(run)).toEqual(['proven']);
  expect(settings(where)).toMatchObject({
    projects: [
      { autoclose: true, issues: ['opened'] },
      { autoclose: true, issues: ['opened'] },
    ],
  });
});

/** A person gets a role, CI runs on tags, and GitLab has an integration: all of it is switched off meanwhile. */
async function toldAndMuted(): Promise<TestServers> {
  const where = await world({ 'team/a': ciOnTags }, { gitlab: { settings: { integrations: ['slack'] } } });
  const ann = { email: 'ann@example.com' };
  where.gitlab.addUser({ username: 'ann', ...ann });
  where.gitbucket.addUser({ login: 'ann', ...ann });
  addCollaborator(where.gitbucket.context, 'team/a', 'ann', 'DEVELOPER');
  return where;
}

test.each([
  { write: 1, served: true },
  { write: 2, served: false },
])(
  'run after run that is killed at its write $write leaves nothing switched off in the end',
  async (killAt) => {
    const undisturbed = await toldAndMuted();
    const options: Migration = { password: 'root', steps: withIssues(undisturbed) };
    const { writes } = await migrated(undisturbed, options);
    expect(rolesIn(undisturbed.gitlab, 'team/a')).toEqual(['ann 30']);

    const where = await toldAndMuted();
    const steps = withIssues(where);
    let runs = 0;
    while (runs < 3 * writes.length && (await killed(where, { ...options, steps, killAt }))) runs += 1;
    expect(runs).toBeGreaterThan(6);
    expect(runs).toBeLessThan(3 * writes.length);
    expect(states(await migrated(where, { ...options, steps }))).toEqual(['proven']);
    expect(settings(where)).toEqual(settings(undisturbed));
    expect(where.gitlab.mails).toEqual([]);
  },
);

const ciFile = { '.gitlab-ci.yml': 'test: { script: [make] }\n' };

/** A CI file in the history alone: at tags, and at no branch. */
function ciOnTags(dir: string): void {
  const with1 = filesOf(dir, ciFile, { parents: [], message: 'with CI' });
  git(dir, 'tag', '-a', '-m', 'one', 'v1', with1);
  const without = filesOf(dir, { 'a.txt': 'a' }, { parents: [with1], message: 'without' });
  git(dir, 'update-ref', 'refs/heads/main', without);
}

function ciOnSome(dir: string): void {
  commitOn(dir, 'main', 'first');
  for (const number of [1, 2, 3, 4, 5, 6])
    git(
      dir,
      'update-ref',
      `refs/heads/b${number}`,
      filesOf(dir, ciFile, { parents: [], message: `b${number}` }),
    );
  for (const number of [1, 2, 3]) git(dir, 'tag', `v${number}`, `b${number}`);
}

/** More branches than are looked into, of which one that nobody would look at has a CI file. */
function ciOnLast(dir: string): void {
  for (let number = 1; number <= 25; number += 1) commitOn(dir, `b${number}`, `of b${number}`);
  commitOn(dir, 'main', 'first');
  git(dir, 'update-ref', 'refs/heads/z', filesOf(dir, ciFile, { parents: [], message: 'z' }));
}

test.each([
  ['at tags alone', ciOnTags],
  ['on six branches and three tags', ciOnSome],
  ['on one of many branches', ciOnLast],
])('a CI file %s starts no pipeline, and leaves none that is skipped', async (_, fill) => {
  const where = await world({ 'team/app': fill });
  settleFirst(where);
  const run = await migrated(where);
  await where.gitlab.settle();
  expect(states(run)).toEqual(['proven']);
  expect(where.gitlab.context.pipelines).toEqual([]);
  expect(settings(where)).toMatchObject({ projects: [{ builds: 'enabled' }] });
});
