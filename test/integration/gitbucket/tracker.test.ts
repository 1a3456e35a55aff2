import { describe, expect, test } from 'vitest';
import { addComment, addIssue, type GitBucketOptions } from '../../../sandbox/gitbucket.ts';
import type { TrackerItem, TrackerPull, TrackerReader } from '../../../src/model/tracker.ts';
import { sourceOf } from '../../helpers/adapters.ts';
import { git } from '../../helpers/commits.ts';
import { refsIn, testServers } from '../../helpers/servers.ts';
import {
  trackerRepository,
  trackerWorld,
  worldTime,
  type TrackerWorld,
} from '../../helpers/tracker-world.ts';

const administrator = { username: 'root', password: 'root' };

function readerOf({ gitbucket }: Pick<TrackerWorld, 'gitbucket'>, way: object = {}): TrackerReader {
  return sourceOf(gitbucket, 'root', way).tracker(trackerRepository);
}

async function itemsOf(reader: TrackerReader, numbers?: readonly number[]): Promise<TrackerItem[]> {
  const wanted = numbers ?? (await reader.numbers()).map(({ number }) => number);
  const items: TrackerItem[] = [];
  for await (const item of reader.items(wanted)) items.push(item);
  return items;
}

async function itemOf(reader: TrackerReader, number: number): Promise<TrackerItem> {
  const [item] = await itemsOf(reader, [number]);
  if (item === undefined) throw new Error(`no item ${number}`);
  return item;
}

function utc(number: number): string {
  return `${new Date(worldTime(number)).toISOString().slice(0, 19)}Z`;
}

/** What both ways tell. */
function toldByBoth(item: TrackerItem, minor: number): object {
  const { events: _events, priority: _priority, fields: _fields, closedAt, closedBy, ...rest } = item;
  const { assignees, milestone, ...told } = rest;
  const merged = item.kind === 'pull' && item.state === 'merged';
  const pull = item.kind === 'pull' ? { lineComments: null, draft: minor >= 34 ? item.draft : false } : {};
  return {
    ...told,
    ...pull,
    ...(merged ? { closedAt, closedBy } : {}),
    ...(minor >= 33 ? { assignees } : {}),
    ...(minor >= 35 ? { milestone } : {}),
  };
}

function undated<T extends { updatedAt?: string | undefined }>(item: T): Omit<T, 'updatedAt'> {
  const { updatedAt: _, ...rest } = item;
  return rest;
}

function dateOf(
  wanted: number,
  numbers: readonly { number: number; updatedAt: string }[],
): string | undefined {
  return numbers.find(({ number }) => number === wanted)?.updatedAt;
}

const zones = {
  '4.30': 'America/New_York',
  '4.36': 'Asia/Tokyo',
  '4.42': 'Pacific/Auckland',
  '4.47': 'Europe/Berlin',
} as const;

describe('both ways of reading a tracker', () => {
  for (const [version, timeZone] of Object.entries(zones))
    test(`agree on GitBucket ${version} with its clocks in ${timeZone}`, async () => {
      const settings: Partial<GitBucketOptions> = { timeZone, version: version as keyof typeof zones };
      const world = await trackerWorld(settings);
      const { minor } = world.gitbucket.context;
      const api = readerOf(world);
      const database = readerOf(world, administrator);
      const numbers = await api.numbers();
      expect(numbers).toHaveLength(65);
      const inDatabase = await database.numbers();
      expect(inDatabase.map(undated)).toEqual(numbers.map(undated));
      // The API does not tell of remarks on lines when it tells the numbers (GB-198).
      const later = inDatabase.filter(({ updatedAt }, at) => updatedAt !== numbers[at]?.updatedAt);
      expect(later).toHaveLength(1);
      expect(later.every(({ number, updatedAt }) => updatedAt > (dateOf(number, numbers) ?? ''))).toBe(true);
      const byApi = await itemsOf(api);
      const byDatabase = await itemsOf(database);
      expect(byDatabase.map((item) => undated(toldByBoth(item, minor)))).toEqual(
        byApi.map((item) => undated(toldByBoth(item, minor))),
      );
      expect(await database.labels()).toEqual(await api.labels());
      const milestones = await api.milestones();
      expect(milestones).toEqual(minor < 35 ? null : await database.milestones());
      expect((await database.milestones())?.[0]?.dueOn).toBe('2026-12-24');
      const releases = await api.releases();
      const withoutDates = (await database.releases())?.map((release) => ({ ...release, createdAt: null }));
      expect(releases).toEqual(minor < 31 ? null : withoutDates);
    });
});

describe('a tracker by the API', () => {
  test('names what only the database tells, and what is neither issue nor pull request', async () => {
    const world = await trackerWorld();
    const reader = readerOf(world);
    const before = refsIn(world.gitbucket.gitDir('team', 'app'), ['refs']);
    const items = await itemsOf(reader);
    expect(items.map(({ number }) => number)).toEqual([...Array.from({ length: 64 }, (_, at) => at + 1), 66]);
    expect(await reader.commitComments()).toBeNull();
    expect(reader.gaps().map(({ what, count, of }) => `${what} ${count} ${of}`)).toEqual([
      'pull-request 1 #65',
      'history null ',
      'line-comments null ',
      'priorities null ',
      'custom-fields null ',
      'commit-comments null ',
    ]);
    const { requests } = world.gitbucket.server;
    expect(requests.filter(({ method }) => method !== 'GET')).toEqual([]);
    expect(requests.filter(({ url }) => /merge/.test(url))).toEqual([]);
    expect(refsIn(world.gitbucket.gitDir('team', 'app'), ['refs'])).toEqual(before);
  });

  test('takes a list page once, a request for the comments of each item, and one more for each pull request', async () => {
    const world = await trackerWorld();
    const reader = readerOf(world);
    await reader.numbers();
    expect(world.gitbucket.server.requests.splice(0)).toHaveLength(11);
    await itemsOf(reader, [1, 2, 3, 61]);
    const asked = world.gitbucket.server.requests.map(({ url }) =>
      url.replace('/api/v3/repos/team/app/', ''),
    );
    expect(asked.filter((url) => /comments|^pulls\/|^issues\?state=open&sort/.test(url)).sort()).toEqual([
      'issues/1/comments',
      'issues/2/comments',
      'issues/3/comments',
      'issues/61/comments',
      'issues?state=open&sort=created&direction=asc&page=1',
      'pulls/61',
    ]);
  });

  test('tells pull requests in all states, from forks that are there or gone', async () => {
    const world = await trackerWorld();
    const items = (await itemsOf(readerOf(world), [59, 60, 61, 62, 63, 64])) as TrackerPull[];
    expect(items.map(({ state, draft, head }) => [state, draft, head.repository, head.branch])).toEqual([
      ['merged', false, 'team/app', 'merged'],
      ['closed', false, 'team/app', 'closed'],
      ['open', false, 'team/app', 'open'],
      ['open', true, 'team/app', 'draft'],
      ['open', false, 'bob/app', 'topic'],
      ['open', false, null, 'gone'],
    ]);
    expect(items.map(({ number, head }) => [number, head.commit])).toEqual([...world.heads]);
    expect(items[0]).toMatchObject({
      mergedAt: utc(61),
      mergedBy: 'ann',
      closedAt: utc(61),
      closedBy: 'ann',
    });
    expect(items[1]).toMatchObject({ milestone: 'Sprint 1: ünï', mergedAt: null, closedAt: null });
  });

  test('knows a head that the repository has lost', async () => {
    const world = await trackerWorld();
    const dir = world.gitbucket.gitDir('team', 'app');
    for (const ref of ['refs/pull/64/head', 'refs/pull/61/head']) git(dir, 'update-ref', '-d', ref);
    git(dir, 'prune', '--expire=now');
    const items = (await itemsOf(readerOf(world), [61, 64])) as TrackerPull[];
    // The branch of the first still has it.
    expect(items.map(({ head }) => head.commit)).toEqual([world.heads.get(61), null]);
  });

  test('finds one that was closed since the lists were read', async () => {
    const world = await trackerWorld();
    const reader = readerOf(world);
    await reader.numbers();
    const { issues } = world.gitbucket.context.state.tracker['team/app'] ?? { issues: [] };
    for (const issue of issues) if (issue.number === 5) issue.closed = true;
    expect(await itemOf(reader, 5)).toMatchObject({ number: 5, state: 'closed', title: 'Issue 5' });
  });

  test('goes on where comments cannot be read, and says so', async () => {
    const world = await trackerWorld();
    const body = '{"message":"Internal Server Error"}';
    world.gitbucket.server.faults.add({
      url: /issues\/1\/comments/,
      times: 3,
      action: { kind: 'status', status: 500, body, headers: { 'content-type': 'application/json' } },
    });
    const reader = readerOf(world);
    expect((await itemsOf(reader, [1, 2])).map(({ comments }) => comments.length)).toEqual([0, 0]);
    expect(reader.gaps().find(({ what }) => what === 'comments')).toMatchObject({ count: null, of: '#1' });
  });

  test('reads beyond a page that has lost entries', async () => {
    const { gitbucket } = await testServers();
    gitbucket.addUser({ login: 'ghost', email: 'ghost@example.com' });
    gitbucket.addRepository({ owner: 'root', name: 'app', defaultBranch: 'main' });
    for (let number = 1; number <= 30; number += 1)
      addIssue(gitbucket.context, 'root/app', {
        title: `Issue ${number}`,
        author: number === 7 ? 'ghost' : 'root',
        createdAt: worldTime(number),
      });
    const { state } = gitbucket.context;
    state.accounts.splice(
      state.accounts.findIndex(({ login }) => login === 'ghost'),
      1,
    );
    const reader = sourceOf(gitbucket).tracker({ owner: 'root', name: 'app' });
    expect((await reader.numbers()).map(({ number }) => number)).toEqual(
      Array.from({ length: 30 }, (_, at) => at + 1).filter((number) => number !== 7),
    );
    expect(reader.gaps()).toMatchObject([{ what: 'issue', count: 1, of: '#7' }]);
  });
});

describe("a tracker by the database, to an administrator's login", () => {
  test('tells history, priorities, custom fields and comments on lines, in seven queries for many items', async () => {
    const world = await trackerWorld({ timeZone: 'Europe/Berlin' });
    const reader = readerOf(world, administrator);
    await reader.numbers();
    world.gitbucket.server.requests.length = 0;
    const items = new Map((await itemsOf(reader, [2, 4, 5, 59, 61])).map((item) => [item.number, item]));
    const asked = world.gitbucket.server.requests.map(({ method, url }) => `${method} ${url}`);
    expect(asked.filter((line) => line === 'POST /admin/dbviewer/_query')).toHaveLength(4 + 7);
    expect(asked).toHaveLength(4 + 7 + 1);
    expect(items.get(2)).toMatchObject({
      priority: 'high',
      fields: [{ name: 'Customer', value: 'Ürsli & Co.' }],
    });
    expect(items.get(4)).toMatchObject({ closedAt: utc(50), closedBy: 'ann' });
    expect(items.get(5)?.events?.map(({ id: _id, author: _author, at: _at, ...event }) => event)).toEqual([
      { kind: 'mention', of: '#1', text: 'Issue 1: with a colon' },
      { kind: 'mention', of: 'other/repo#3', text: 'Their issue' },
      { kind: 'mention', of: '0123456789012345678901234567890123456789', text: 'Fix it' },
      { kind: 'label', added: true, name: 'bug' },
      { kind: 'label', added: false, name: 'bug' },
      { kind: 'assignee', added: true, name: 'bob' },
      { kind: 'assignee', added: false, name: 'bob' },
      { kind: 'assignee', added: true, name: 'ann' },
      { kind: 'title', from: 'Old', to: 'Issue 5' },
      { kind: 'milestone', from: '', to: 'Sprint 1: ünï' },
      { kind: 'priority', from: 'default', to: 'high' },
      { kind: 'reopen' },
    ]);
    expect(items.get(59)?.events).toMatchObject([
      { kind: 'merge', text: 'Merge it', author: 'ann', at: utc(61) },
      { kind: 'close' },
    ]);
    const lines = (items.get(61) as TrackerPull).lineComments ?? [];
    const sha = world.heads.get(61);
    expect(
      lines.map(({ body, commit, newLine, replyTo, now }) => [body, commit === sha, newLine, replyTo, now]),
    ).toEqual([
      ['why?', true, 1, null, undefined],
      ['because', true, 1, lines[0]?.id, undefined],
      ['written before', false, 7, lines[0]?.id, { commit: sha, oldLine: null, newLine: 1 }],
    ]);
    expect(await reader.commitComments()).toMatchObject([
      { body: 'of the commit', path: null, createdAt: utc(63) },
    ]);
    expect((await reader.releases())?.map(({ createdAt }) => createdAt)).toEqual([utc(20), utc(30)]);
    expect(reader.gaps()).toMatchObject([{ what: 'pull-request', of: '#65' }]);
  });

  test('texts that the database cuts are read by the API, and others named', async () => {
    const { gitbucket } = await testServers();
    gitbucket.addUser({ login: 'left', email: 'left@example.com' });
    gitbucket.addRepository({ owner: 'root', name: 'app', defaultBranch: 'main' });
    const body = 'x'.repeat(1_100_000);
    for (const author of ['root', 'left'])
      addIssue(gitbucket.context, 'root/app', { title: 'long', author, body });
    addComment(gitbucket.context, 'root/app', 1, { author: 'root', body: `${body}y` });
    gitbucket.disable('left');
    const reader = sourceOf(gitbucket, 'root', administrator).tracker({ owner: 'root', name: 'app' });
    const items = await itemsOf(reader);
    expect(items.map((item) => [item.body.length, item.comments[0]?.body.length])).toEqual([
      [1_100_000, 1_100_001],
      [1_048_576, undefined],
    ]);
    expect(reader.gaps()).toMatchObject([{ what: 'comments', count: 1, of: '#2' }]);
  });

  test('a member who signs in reads by the API', async () => {
    const world = await trackerWorld();
    const login = { username: 'ann', password: 'ann' };
    const reader = sourceOf(world.gitbucket, 'ann', login).tracker(trackerRepository);
    expect(await itemOf(reader, 2)).toMatchObject({ priority: null, events: null });
  });

  test('a query that fails for another reason than a missing table is no missing table', async () => {
    const world = await trackerWorld();
    const reader = readerOf(world, administrator);
    await reader.numbers();
    world.gitbucket.server.faults.add({
      url: /_query/,
      skip: 6,
      action: {
        kind: 'status',
        status: 200,
        body: '{"type":"error","message":"java.sql.SQLTransientConnectionException: timeout"}',
        headers: { 'content-type': 'application/json' },
      },
    });
    await expect(itemsOf(reader, [1])).rejects.toMatchObject({ code: 'server-error' });
  });
});
