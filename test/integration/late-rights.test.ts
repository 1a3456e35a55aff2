import { expect, test } from 'vitest';
import type { Runtime } from '../../src/environment.ts';
import { migrate } from '../../src/engine/migrate.ts';
import { openJournal } from '../../src/journal/journal.ts';
import type { ItemResult } from '../../src/model/result.ts';
import type { RunEvent } from '../../src/model/events.ts';
import { chooseTransport } from '../../src/transfer/auto.ts';
import { commitOn } from '../helpers/commits.ts';
import { preparedWith, quietRuntime } from '../helpers/prepared.ts';
import { refsIn, type TestServers } from '../helpers/servers.ts';
import { smallServers } from '../helpers/small-server.ts';

/** A user who is no administrator owns `team-b` and has yet to be made a member of `team-a`, both on GitLab. */
async function servers(): Promise<TestServers & { token: string; memberId: number }> {
  const made = await smallServers();
  const { gitlab } = made;
  const { id } = gitlab.addUser({ username: 'mover', email: 'm@example.com' });
  gitlab.addGroup({ path: 'team-a' });
  gitlab.addGroup({ path: 'team-b', owner: 'mover' });
  return { ...made, token: gitlab.token('mover'), memberId: id };
}

type Run = { items: Map<string, ItemResult>; waits: number[]; events: RunEvent[] };

/** One run with the journal of the folder; `between` comes after the plan, `asleep` at every pause. */
async function run(
  where: TestServers,
  token: string,
  { between, asleep }: { between?: () => void | Promise<void>; asleep?: (pause: number) => void } = {},
): Promise<Run> {
  const waits: number[] = [];
  const events: RunEvent[] = [];
  const runtime: Runtime = {
    ...quietRuntime(where.folder),
    sleep(ms) {
      waits.push(ms);
      asleep?.(waits.length);
      return Promise.resolve();
    },
  };
  const addresses = { source: where.gitbucket.url, target: where.gitlab.url };
  const journal = await openJournal({
    directory: where.folder,
    servers: addresses,
    run: 'run',
    now: Date.now,
  });
  try {
    const emit = (event: RunEvent): void => void events.push(event);
    const { prepared, options } = await preparedWith(where, token, {
      history: journal.history,
      emit,
      runtime,
    });
    await between?.();
    const transport = chooseTransport('relay', { workDir: where.folder, runtime, pushSeconds: 20 });
    const items = await migrate(prepared, { ...options, journal, transport });
    return { items: new Map(items.map((item) => [item.id, item])), waits, events };
  } finally {
    await journal.close();
  }
}

/** As an administrator does it by the API: the group's projects get to know of it late (GL-40). */
async function addLateMember({ gitlab, memberId }: Awaited<ReturnType<typeof servers>>): Promise<void> {
  gitlab.settings.memberLateness = 1000;
  const answer = await fetch(`${gitlab.url}/api/v4/groups/team-a/members`, {
    method: 'POST',
    headers: { 'private-token': gitlab.token('root'), 'content-type': 'application/json' },
    body: JSON.stringify({ user_id: memberId, access_level: 40 }),
  });
  expect(answer.status).toBe(201);
}

test('a project of an earlier run that GitLab does not show to a new member yet is waited for, and told', async () => {
  const where = await servers();
  const { gitlab, gitbucket, token } = where;
  await run(where, gitlab.token('root'));
  commitOn(gitbucket.gitDir('team-a', 'one'), 'main', 'second');
  await addLateMember(where);
  const { id } = gitlab.project('team-a/one');

  const { items, waits, events } = await run(where, token, {
    asleep: (pause) => (pause === 2 ? gitlab.context.routes.late.settle() : undefined),
  });

  const item = items.get('team-a/one');
  expect([item?.state, item?.target.id], item?.problem?.message).toEqual(['proven', id]);
  expect(refsIn(gitlab.gitDir('team-a/one'))).toEqual(refsIn(gitbucket.gitDir('team-a', 'one')));
  // Two projects of the group wait side by side.
  expect(waits[0]).toBe(1000);
  expect(waits.every((ms) => ms <= 8000)).toBe(true);
  expect(events).toContainEqual({
    type: 'item-retry',
    id: 'team-a/one',
    reason: 'its path is taken by a project that GitLab does not show to the token yet',
    waitMs: 1000,
  });
});

test('the wait is bounded, and a project that stays hidden is told with the way out', async () => {
  const where = await servers();
  where.gitlab.addProject({ namespace: 'team-a', path: 'one' });
  await addLateMember(where);
  const { items, waits } = await run(where, where.token);
  expect(waits).toEqual([1000, 2000, 4000, 8000]);
  expect(items.get('team-a/one')?.problem).toMatchObject({
    code: 'project-hidden',
    fix: expect.stringContaining('a new member of a group') as string,
  });
  // What the user makes in the same group is its own at once.
  expect(items.get('team-a/two')?.state).toBe('proven');
});

test('a project of somebody else that appears late is left to the next plan', async () => {
  const where = await servers();
  where.gitlab.addProject({ namespace: 'team-a', path: 'one' });
  await addLateMember(where);
  const { items } = await run(where, where.token, {
    asleep: () => where.gitlab.context.routes.late.settle(),
  });
  expect(items.get('team-a/one')?.problem).toMatchObject({
    code: 'project-hidden',
    message:
      'GitLab did not show the project team-a/one to the token when the plan was made: it appeared a little later',
  });
  expect((await run(where, where.token)).items.get('team-a/one')?.state).toBe('proven');
});

test.each([
  ['is deleted', 'team-b', 'group-gone', 'it was deleted', 'immediate'],
  [
    'is marked for deletion',
    'team-b',
    'group-gone',
    'GitLab created the project at team-b-deletion',
    'delayed',
  ],
  ['is archived', 'team-b', 'archived', 'team-b is archived on GitLab', 'delayed'],
  ['lets nobody make projects', 'team-b', 'projects-forbidden', 'its rules leave it to others', 'delayed'],
  ['is hidden', 'team-b', 'group-gone', 'it was deleted or hidden from the token', 'delayed'],
] as const)(
  'when a group %s after the plan, the failure is about the group',
  async (what, path, code, words, deletion) => {
    const where = await servers();
    const { gitlab, token } = where;
    gitlab.settings.deletion = deletion;
    const route = gitlab.context.routes.find(path);
    if (route?.kind !== 'group') throw new Error(`no group ${path}`);
    const { group } = route;
    const between = async (): Promise<void> => {
      if (what === 'is archived') group.archived = true;
      if (what === 'lets nobody make projects') group.attributes['project_creation_level'] = 'noone';
      if (what === 'is hidden') group.members = [];
      if (!what.includes('delet')) return;
      const headers = { 'private-token': gitlab.token('root') };
      await fetch(`${gitlab.url}/api/v4/groups/${group.id}`, { method: 'DELETE', headers });
      await gitlab.settle();
    };
    const { items } = await run(where, token, { between });
    const problem = items.get('team-b/three')?.problem;
    expect(problem?.code, problem?.message).toBe(code);
    expect(problem?.message).toContain(words);
    expect(problem?.message).toMatch(/ team-b[ :]|^team-b /);
  },
);
