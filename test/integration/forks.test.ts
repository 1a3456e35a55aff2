import { expect, test } from 'vitest';
import type { ItemResult } from '../../src/model/result.ts';
import { targetOf } from '../helpers/adapters.ts';
import { commitOn } from '../helpers/commits.ts';
import { failureFrom } from '../helpers/failures.ts';
import { commitFiles, oidsOf, pointersTo, store, tracked } from '../helpers/lfs-world.ts';
import { killed, migrated, verified, type Migrated } from '../helpers/migrated.ts';
import { testServers, type TestServers, type TestServersOptions } from '../helpers/servers.ts';
import { team } from '../helpers/team.ts';

/** `team/app`, its fork `other/app`, and the fork of that, `third/app`; all of them in groups. */
async function family(
  options: TestServersOptions & { private?: boolean; small?: boolean } = {},
): Promise<TestServers & { parentOf(path: string): string | null }> {
  const servers = await testServers(options);
  const { gitbucket, gitlab } = servers;
  for (const login of options.small === true ? ['team', 'other'] : ['team', 'other', 'third'])
    gitbucket.addGroup({ login, members: [{ login: 'root', manager: true }] });
  gitbucket.addRepository({
    owner: 'team',
    name: 'app',
    defaultBranch: 'main',
    private: options.private ?? false,
  });
  commitOn(gitbucket.gitDir('team', 'app'), 'main', 'first');
  gitbucket.fork('team', 'app', 'other');
  if (options.small !== true) gitbucket.fork('other', 'app', 'third');
  commitOn(gitbucket.gitDir('other', 'app'), 'main', 'work of the fork');
  return {
    ...servers,
    parentOf(path) {
      const { projects } = gitlab.context.state;
      const parent = projects.find(({ fullPath }) => fullPath === path)?.forkedFromId;
      return projects.find(({ id }) => id === parent)?.fullPath ?? null;
    },
  };
}

function stateOf({ item }: Migrated, id: string): ItemResult['state'] {
  return item(id).state;
}

function forkCheck({ steps }: ItemResult): { state: string | undefined; codes: string[] | undefined } {
  const check = steps.find(({ step }) => step === 'fork')?.check;
  return { state: check?.state, codes: check?.differences.map(({ code }) => code) };
}

/** Pages that could tell of forks: who is in a group, its picture and a repository's front page are asked for by other steps. */
const pages = (requests: string[]): string[] =>
  requests.filter(
    (request) =>
      !/\/api\/v3\/|\/git\/|\?tab=members$|\/_avatar$|^GET \/(team|other|third)\/app$/.test(request),
  );

test('forks are made forks of their direct parents, parents first and before anything is pushed; again, nothing is written or asked', async () => {
  const where = await family();
  const first = await migrated(where);

  expect(['team/app', 'other/app', 'third/app'].map((id) => stateOf(first, id))).toEqual([
    'proven',
    'proven',
    'proven',
  ]);
  expect(where.parentOf('other/app')).toBe('team/app');
  expect(where.parentOf('third/app')).toBe('other/app');
  expect(forkCheck(first.item('third/app'))).toEqual({ state: 'proven', codes: [] });
  expect(pages(first.sourceRequests)).toEqual(['GET /search?query=']);
  const order = first.writes.filter((write) => /fork|git-receive-pack$/.test(write));
  expect(order.map((write) => write.replace(/\b\d+/g, 'N'))).toEqual([
    'POST /team/app.git/git-receive-pack',
    'POST /api/v4/projects/N/fork/N',
    'POST /other/app.git/git-receive-pack',
    'POST /api/v4/projects/N/fork/N',
    'POST /third/app.git/git-receive-pack',
  ]);

  const second = await migrated(where);
  expect(second.writes).toEqual([]);
  // A relation that stays is counted like one that is made.
  const counted = second.planned('other/app').steps.find(({ step }) => step === 'fork')?.counts;
  expect(counted).toEqual({ unchanged: 1 });
  const fork = second.item('other/app').steps.find(({ step }) => step === 'fork');
  expect(fork?.counts).toEqual({ unchanged: 1 });
  expect(pages(second.sourceRequests)).toEqual([]);
  expect(second.targetRequests.filter((request) => /projects\/\d+$/.test(request))).toEqual([]);
  expect((await verified(where)).map(({ state }) => state)).toEqual(
    Array.from({ length: 6 }, () => 'proven'),
  );
});

test('a run that is killed at any write comes to the same end', async () => {
  const ends = new Set<string>();
  for (let write = 1; ; write += 1) {
    const where = await family({ small: true });
    const hit = await killed(where, { killAt: { write, served: write % 2 === 0 } });
    const again = await migrated(where);
    const states = again.items.map(({ state }) => state).join();
    ends.add(`${where.parentOf('other/app')} ${states}`);
    expect([...ends], `killed at write ${write}`).toHaveLength(1);
    if (!hit) break;
  }
  expect([...ends]).toEqual(['team/app proven,proven,proven,proven']);
});

test('a slot for one repository is enough for a line of forks', async () => {
  const where = await family();
  const { items } = await migrated(where, { config: { limits: { transfers: 1, quietSeconds: 0 } } });
  expect(new Set(items.map(({ state }) => state))).toEqual(new Set(['proven']));
  expect(where.parentOf('third/app')).toBe('other/app');
});

test('a relation that is there already is taken as it is', async () => {
  const where = await family();
  await migrated(where, { config: { migrate: { forks: false } } });
  expect(where.parentOf('other/app')).toBeNull();
  const { projects } = where.gitlab.context.state;
  const idOf = (path: string): number => projects.find(({ fullPath }) => fullPath === path)?.id ?? 0;
  for (const project of projects)
    if (project.fullPath === 'other/app') project.forkedFromId = idOf('team/app');

  const { item, writes } = await migrated(where);
  expect(forkCheck(item('other/app'))).toEqual({ state: 'proven', codes: [] });
  expect(writes).toEqual([`POST /api/v4/projects/${idOf('third/app')}/fork/${idOf('other/app')}`]);
  expect((await migrated(where)).writes).toEqual([]);
});

test.each(['another parent', 'no parent'])(
  '%s that somebody chose on GitLab is told and stays',
  async (choice) => {
    const where = await family();
    await migrated(where);
    const stranger = where.gitlab.addProject({ namespace: 'third', path: 'stranger' });
    const project = where.gitlab.context.state.projects.find(({ fullPath }) => fullPath === 'other/app');
    if (project) project.forkedFromId = choice === 'no parent' ? null : stranger.id;

    const again = await migrated(where);
    expect(again.writes).toEqual([]);
    expect(again.planned('other/app').steps.find(({ step }) => step === 'fork')).toMatchObject({
      changes: false,
      state: 'diverged',
    });
    expect(forkCheck(again.item('other/app'))).toEqual({ state: 'diverged', codes: ['fork-diverged'] });
    expect(again.item('third/app').state).toBe('proven');
    expect(where.parentOf('other/app')).toBe(choice === 'no parent' ? null : 'third/stranger');
  },
);

test('a fork is never more visible than its parent, and the plan says so', async () => {
  const where = await family();
  const parent = where.gitbucket.context.state.repositories.find(({ owner }) => owner === 'team');
  if (parent) parent.private = true;

  const { planned, item } = await migrated(where);
  expect(['team/app', 'other/app', 'third/app'].map((id) => planned(id).visibility)).toEqual([
    'private',
    'private',
    'private',
  ]);
  expect(planned('other/app').reasons).toContain(
    'private instead of public, because team/app, of which it is a fork, is private',
  );
  expect(item('third/app').state).toBe('proven');
  const group = where.gitlab.context.state.groups.find(({ fullPath }) => fullPath === 'other');
  expect(group?.visibility).toBe('private');
});

test('a fork is made no wider than its parent came to be in the run', async () => {
  const where = await family({ gitlab: { settings: { restrictedVisibilities: ['public'] } } });
  where.gitlab.addUser({ username: 'mover', email: 'mover@example.com' });
  const { items } = await migrated(where, { user: 'mover' });
  expect(new Set(items.map(({ state }) => state))).toEqual(new Set(['proven']));
  const { projects } = where.gitlab.context.state;
  expect(projects.map(({ visibility }) => visibility)).toEqual(['internal', 'internal', 'internal']);
});

test('no relation is made to a parent that shows less: GitLab would refuse every later change', async () => {
  const where = await family();
  await migrated(where, { config: { migrate: { forks: false } } });
  const parent = where.gitlab.context.state.projects.find(({ fullPath }) => fullPath === 'team/app');
  if (parent) parent.visibility = 'internal';

  const { item, planned, writes } = await migrated(where);
  expect(planned('other/app').steps.find(({ step }) => step === 'fork')).toMatchObject({ state: 'refused' });
  expect(forkCheck(item('other/app'))).toEqual({ state: 'refused', codes: ['fork-refused'] });
  expect(writes).toHaveLength(1);
  expect(where.parentOf('other/app')).toBeNull();
  const proof = (await verified(where)).find(({ id }) => id === 'other/app');
  expect(proof?.state).toBe('refused');
});

test('who could read a private fork and will not is told; of what it is a fork is only known to a session', async () => {
  const where = await family({ private: true });
  const unknown = await migrated(where);
  expect(unknown.told('other/app', 'fork')).toEqual([
    expect.stringContaining('unless "source.username" and "source.password" are set'),
  ]);
  expect(stateOf(unknown, 'other/app')).toBe('proven');
  expect(where.parentOf('other/app')).toBeNull();

  const known = await migrated(where, { password: 'root' });
  expect(known.told('other/app', 'fork')).toEqual([
    'it is private: on GitBucket team and the collaborators of team/app can read it, on GitLab only members of its own group or namespace',
  ]);
  expect(where.parentOf('third/app')).toBe('other/app');
  const again = await migrated(where);
  expect(again.writes).toEqual([]);
  expect(pages(again.sourceRequests)).toEqual([]);
});

test('a GitBucket whose API does not tell forks shows them on its search page', async () => {
  const where = await family({ gitbucket: { version: '4.36' } });
  const { item } = await migrated(where);
  expect(item('third/app').state).toBe('proven');
  expect(item('team/app').steps.map(({ step }) => step)).not.toContain('fork');
  expect(where.parentOf('third/app')).toBe('other/app');
});

test('a fork whose parent is not on GitLab is told, and gets its relation when both are there', async () => {
  const where = await family();
  const config = { select: { include: ['other/*'] } };
  const alone = await migrated(where, { config });
  expect(alone.told('other/app', 'fork')).toEqual([
    'it is a fork of team/app, which is not on GitLab: a later run that has both makes the relation',
  ]);
  expect(stateOf(alone, 'other/app')).toBe('proven');

  await migrated(where, { config: { select: { include: ['team/*'] } } });
  const later = await migrated(where, { config });
  expect(forkCheck(later.item('other/app'))).toEqual({ state: 'proven', codes: [] });
  expect(where.parentOf('other/app')).toBe('team/app');
  expect((await migrated(where, { config })).writes).toEqual([]);
  // Without the journal nobody knows which project is the parent's.
  expect((await verified(where, { config })).map(({ state }) => state)).toEqual(['proven', 'proven']);
});

test('a token that may not make the relation moves the rest, and the reason is told once', async () => {
  const where = await family();
  const { gitlab } = where;
  gitlab.addUser({ username: 'mover', email: 'mover@example.com' });
  for (const path of ['team', 'other', 'third']) {
    gitlab.addGroup({ path, visibility: 'public' });
    gitlab.addMember(path, 'mover', path === 'other' ? 40 : 50);
  }
  const { item } = await migrated(where, { user: 'mover' });
  expect(forkCheck(item('other/app'))).toEqual({ state: 'refused', codes: ['fork-refused'] });
  expect(item('other/app').steps.find(({ step }) => step === 'code')?.check?.state).toBe('proven');
  expect(where.parentOf('third/app')).toBe('other/app');
  const again = await migrated(where, { user: 'mover' });
  expect(forkCheck(again.item('other/app')).state).toBe('refused');
});

test('a namespace in which nothing may be made is no word about the token, whatever the status', async () => {
  const { gitlab } = await testServers();
  gitlab.addUser({ username: 'owner', email: 'o@example.com' });
  gitlab.addGroup({ path: 'open', visibility: 'public' });
  gitlab.addGroup({ path: 'closed' });
  const parent = gitlab.addProject({ namespace: 'open', path: 'app', visibility: 'public' });
  const { id } = gitlab.addProject({ namespace: 'closed', path: 'app' });
  const group = gitlab.context.state.groups.find(({ path }) => path === 'closed');
  if (group) group.attributes['project_creation_level'] = 'noone';
  gitlab.addMember('closed', 'owner', 50);
  await gitlab.settle();
  const target = targetOf(gitlab, gitlab.token('owner'));
  const failure = await failureFrom(target.linkFork({ id, fullPath: 'closed/app' }, parent.id));
  expect([failure.code, failure.refusal?.status]).toEqual(['target-refused', 401]);
});

test('three forks of a repository with LFS objects send these once, with the relation and with copies', async () => {
  for (const sharedForks of [null, 0]) {
    const where = await team();
    const dir = where.add('one');
    const pointers = pointersTo({ 'a.bin': 'aaaa', 'b.bin': 'bb' });
    commitFiles(dir, 'main', { '.gitattributes': tracked, ...pointers });
    await store(where, 'one', 'aaaa', 'bb');
    const owners = ['one-fork', 'two-fork', 'three-fork'];
    for (const login of owners) {
      where.gitbucket.addGroup({ login, members: [{ login: 'root', manager: true }] });
      where.gitbucket.fork('team', 'one', login);
    }
    const { items, writes } = await migrated(where, {
      config: { limits: { sharedForks, quietSeconds: 0 } },
    });
    expect(new Set(items.map(({ state }) => state))).toEqual(new Set(['proven']));
    const sent = writes.filter((write) => /^PUT .*\/gitlab-lfs\/objects\//.test(write));
    expect(sent.map((write) => write.split('/', 3).join('/'))).toEqual([
      'PUT /team/one.git',
      'PUT /team/one.git',
    ]);
    const { projects } = where.gitlab.context.state;
    for (const owner of owners) {
      const fork = projects.find(({ fullPath }) => fullPath === `${owner}/one`);
      expect(Object.keys(fork?.lfsObjects ?? {}).sort()).toEqual(oidsOf('aaaa', 'bb').sort());
    }
  }
});
