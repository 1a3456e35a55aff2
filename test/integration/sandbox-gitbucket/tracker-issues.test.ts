import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { addComment, addIssue, addLabel, addMilestone } from '../../../sandbox/gitbucket.ts';
import { startTrackerServer, TRACKER, userJson, type TrackerServer } from './tracker-setup.ts';

type IssueRow = { number: number; labels: unknown[]; state: string };

let server: TrackerServer;
beforeEach(async () => {
  server = await startTrackerServer();
});
afterEach(() => server.close());

function fill(count: number): void {
  for (let index = 1; index <= count; index += 1) {
    addIssue(server.gitbucket.context, 'team-a/tracker', {
      title: `Issue ${index}`,
      author: 'alice',
      closed: index % 2 === 0,
      createdAt: Date.UTC(2026, 0, index),
    });
  }
}

async function numbers(query: string): Promise<number[]> {
  const answer = await server.api(`${TRACKER}/issues?${query}`);
  expect(answer.status).toBe(200);
  return (answer.json() as IssueRow[]).map((row) => row.number);
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

function ascending(list: number[]): number[] {
  return list.toSorted((a, b) => a - b);
}

describe('the list of issues', () => {
  test('comes in pages of 25 whatever per_page says, without Link header, and ends with an empty page', async () => {
    fill(60);
    const query = 'state=all&sort=created&direction=asc&per_page=100';
    const first = await server.api(`${TRACKER}/issues?${query}`);
    expect(first.type).toBe('application/json');
    expect(first.headers.get('link')).toBeNull();
    expect(ascending((first.json() as IssueRow[]).map((row) => row.number))).toEqual(range(1, 25));
    expect(ascending(await numbers(`${query}&page=2`))).toEqual(range(26, 50));
    expect(ascending(await numbers(`${query}&page=3`))).toEqual(range(51, 60));
    const behind = await server.api(`${TRACKER}/issues?${query}&page=4`);
    expect(behind.text).toBe('[]');
  });

  test('has the right members on each page but in no order', async () => {
    fill(25);
    const listed = await numbers('state=all&sort=created&direction=asc');
    expect(listed).not.toEqual(range(1, 25));
    expect(ascending(listed)).toEqual(range(1, 25));
  });

  test('takes a bad page for the first one and an unknown state for open', async () => {
    fill(4);
    expect(await numbers('page=x')).toEqual([3, 1]);
    expect(await numbers('page=0&state=bogus')).toEqual([3, 1]);
    expect(await numbers('state=closed')).toEqual([4, 2]);
  });

  test('filters by author, label, milestone, assignee and mention, and ignores unknown parameters', async () => {
    const { context } = server.gitbucket;
    const { id } = addMilestone(context, 'team-a/tracker', { title: 'Sprint 1 – ünï' });
    addIssue(context, 'team-a/tracker', { title: 'a', author: 'alice', labels: ['bug'], milestone: id });
    addIssue(context, 'team-a/tracker', { title: 'b', author: 'bob', assignees: ['alice'] });
    addIssue(context, 'team-a/tracker', { title: 'c', author: 'bob' });
    addComment(context, 'team-a/tracker', 3, { author: 'alice', body: 'hi' });
    expect(await numbers('author=bob')).toEqual([3, 2]);
    expect(await numbers('labels=bug,wontfix')).toEqual([1]);
    expect(await numbers(`milestone=${encodeURIComponent('Sprint 1 – ünï')}`)).toEqual([1]);
    expect(await numbers('milestone=none')).toEqual([3, 2]);
    expect(await numbers('assigned=alice')).toEqual([2]);
    expect(await numbers('mentioned=alice')).toEqual([3, 2, 1]);
    expect(await numbers('creator=alice&since=2030-01-01T00:00:00Z&assignee=alice')).toEqual([3, 2, 1]);
  });

  test('shows an issue with the fields of the real server in their order', async () => {
    const { gitbucket } = server;
    fill(1);
    const answer = await server.api(`${TRACKER}/issues?state=all`);
    expect(answer.text).toBe(
      JSON.stringify([
        {
          number: 1,
          title: 'Issue 1',
          user: gitbucket.context.userJson(gitbucket.context.account('alice')!),
          assignees: [],
          labels: [],
          state: 'open',
          created_at: '2026-01-01T00:00:00Z',
          updated_at: '2026-01-01T00:00:00Z',
          body: '',
          id: 0,
          comments_url: `${gitbucket.url}/api/v3/repos/team-a/tracker/issues/1/comments`,
          html_url: `${gitbucket.url}/team-a/tracker/issues/1`,
        },
      ]),
    );
  });
});

describe('a single issue', () => {
  test('has milestone, labels and both forms of assignees', async () => {
    const { context, url } = server.gitbucket;
    addLabel(context, 'team-a/tracker', { name: 'needs review', color: 'ff0000' });
    const milestone = addMilestone(context, 'team-a/tracker', {
      title: 'Sprint 1 – ünï',
      description: 'desc *md*',
      dueOn: '2026-12-24',
    });
    addIssue(context, 'team-a/tracker', {
      title: 'Issue 1',
      author: 'alice',
      body: '- [ ] todo\n- [x] done',
      labels: ['needs review'],
      assignees: ['bob', 'alice'],
      milestone: milestone.id,
    });
    const answer = await server.api(`${TRACKER}/issues/1`);
    const keys = [
      'number title user assignees labels state created_at updated_at body milestone id assignee comments_url html_url',
    ];
    expect(Object.keys(answer.json() as object).join(' ')).toBe(keys[0]);
    expect(answer.json()).toMatchObject({
      assignees: [userJson(url, 'alice'), userJson(url, 'bob')],
      assignee: userJson(url, 'alice'),
      labels: [
        {
          name: 'needs review',
          color: 'ff0000',
          url: `${url}/api/v3/repos/team-a/tracker/labels/needs review`,
        },
      ],
      milestone: {
        url: `${url}/api/v3/repos/team-a/tracker/milestones/1`,
        html_url: `${url}/team-a/tracker/milestone/1`,
        id: 1,
        number: 1,
        state: 'open',
        title: 'Sprint 1 – ünï',
        description: 'desc *md*',
        open_issues: 1,
        closed_issues: 0,
        due_on: '2026-12-24T00:00:00Z',
      },
    });
  });

  test('is not found once its author is disabled, though the list still shows it', async () => {
    addIssue(server.gitbucket.context, 'team-a/tracker', { title: 'x', author: 'carol' });
    server.gitbucket.disable('carol');
    const single = await server.api(`${TRACKER}/issues/1`);
    expect([single.status, single.text]).toEqual([404, '{"message":"Not Found"}']);
    expect(await numbers('')).toEqual([1]);
  });

  test('is not found for a number that is none, without a server error', async () => {
    expect((await server.api(`${TRACKER}/issues/abc`)).status).toBe(404);
    expect((await server.api(`${TRACKER}/issues/7`)).status).toBe(404);
  });
});

describe('comments', () => {
  test('show only plain, closing and reopening ones, in the form of the real server', async () => {
    const { context, url } = server.gitbucket;
    addIssue(context, 'team-a/tracker', { title: 'x', author: 'alice' });
    for (const action of [
      'comment',
      'refer',
      'merge',
      'close_comment',
      'change_title',
      'reopen_comment',
    ] as const) {
      addComment(context, 'team-a/tracker', 1, { author: 'bob', body: action, action });
    }
    const answer = await server.api(`${TRACKER}/issues/1/comments`);
    const list = answer.json() as { id: number; body: string }[];
    expect(list.map(({ id, body }) => [id, body])).toEqual([
      [1, 'comment'],
      [4, 'close_comment'],
      [6, 'reopen_comment'],
    ]);
    expect(Object.keys(list[0] ?? {}).join(' ')).toBe('id user body created_at updated_at html_url');
    expect(list[0]).toMatchObject({
      user: userJson(url, 'bob'),
      html_url: `${url}/team-a/tracker/issues/1#comment-1`,
    });
  });

  test('close and reopen the issue on demand', async () => {
    addIssue(server.gitbucket.context, 'team-a/tracker', { title: 'x', author: 'alice' });
    const path = `${TRACKER}/issues/1/comments`;
    await server.api(`${path}?action=close`, { as: 'bob', body: { body: 'done' } });
    expect((await server.api(`${TRACKER}/issues/1`)).json()).toMatchObject({ state: 'closed' });
    await server.api(`${path}?action=close`, { as: 'dave', body: { body: 'no right' } });
    await server.api(`${path}?action=reopen`, { as: 'dave', body: { body: 'no right either' } });
    expect((await server.api(`${TRACKER}/issues/1`)).json()).toMatchObject({ state: 'closed' });
    await server.api(`${path}?action=reopen`, { as: 'alice', body: { body: 'again' } });
    expect((await server.api(`${TRACKER}/issues/1`)).json()).toMatchObject({ state: 'open' });
    expect((await server.api(path)).json()).toHaveLength(4);
  });

  test('can be fetched by id; an id that is no number is a server error', async () => {
    addIssue(server.gitbucket.context, 'team-a/tracker', { title: 'x', author: 'alice' });
    const made = await server.api(`${TRACKER}/issues/1/comments`, { as: 'bob', body: { body: 'hello' } });
    expect((await server.api(`${TRACKER}/issues/comments/1`)).json()).toEqual(made.json());
    const broken = await server.api(`${TRACKER}/issues/comments/abc`);
    expect([broken.status, broken.text]).toEqual([500, '{"message":"Internal Server Error"}']);
  });
});

describe('creating over HTTP', () => {
  test('numbers issues from 1 and keeps labels and assignees only from developers', async () => {
    const body = { title: 'One', body: 'text', labels: ['bug', 'unknown'], assignees: ['bob'] };
    const mine = await server.api(`${TRACKER}/issues`, { as: 'alice', body });
    expect(mine.json()).toMatchObject({
      number: 1,
      labels: [{ name: 'bug' }],
      assignees: [{ login: 'bob' }],
    });
    const stranger = await server.api(`${TRACKER}/issues`, { as: 'dave', body });
    expect([stranger.status, stranger.text]).toEqual([401, '{"message":"Requires authentication"}']);
    expect((await server.api(`${TRACKER}/issues`, { body })).status).toBe(401);
    expect((await server.api(`${TRACKER}/issues`, { as: 'bob', body: {} })).status).toBe(404);
  });

  test('makes labels once, by exact name', async () => {
    const made = await server.api(`${TRACKER}/labels`, { as: 'bob', body: { name: 'Bug', color: 'eeeeee' } });
    expect([made.status, made.json()]).toEqual([
      201,
      { name: 'Bug', color: 'eeeeee', url: `${server.gitbucket.url}/api/v3/repos/team-a/tracker/labels/Bug` },
    ]);
    const again = await server.api(`${TRACKER}/labels`, {
      as: 'bob',
      body: { name: 'Bug', color: '111111' },
    });
    expect([again.status, again.text]).toEqual([
      422,
      '{"message":"Validation Failed","documentation_url":"https://developer.github.com/v3/issues/labels/#create-a-label"}',
    ]);
    const bad = await server.api(`${TRACKER}/labels`, { as: 'bob', body: { name: '_x', color: '111111' } });
    expect(bad.status).toBe(404);
    expect((await server.api(`${TRACKER}/labels`, { as: 'dave', body: {} })).status).toBe(401);
  });

  test('refuses titles of milestones that the web form takes', async () => {
    const good = await server.api(`${TRACKER}/milestones`, {
      as: 'alice',
      body: { title: 'v1.0', due_on: '2027-01-31T00:00:00Z' },
    });
    expect(good.json()).toMatchObject({ number: 1, title: 'v1.0', due_on: '2027-01-31T00:00:00Z' });
    const bad = await server.api(`${TRACKER}/milestones`, { as: 'alice', body: { title: 'Sprint 1' } });
    expect([bad.status, bad.text]).toEqual([404, '{"message":"Not Found"}']);
  });
});

describe('labels', () => {
  test('are listed capitals first, with the six that every repository has', async () => {
    for (const name of ['Zed', 'area/api', 'Bug']) {
      addLabel(server.gitbucket.context, 'team-a/tracker', { name, color: 'eeeeee' });
    }
    const list = (await server.api(`${TRACKER}/labels`)).json() as { name: string; url: string }[];
    expect(list.map((row) => row.name)).toEqual([
      'Bug',
      'Zed',
      'area/api',
      'bug',
      'duplicate',
      'enhancement',
      'invalid',
      'question',
      'wontfix',
    ]);
    expect(list[2]?.url).toBe(`${server.gitbucket.url}/api/v3/repos/team-a/tracker/labels/area/api`);
  });

  test('with a slash cannot be reached one by one', async () => {
    addLabel(server.gitbucket.context, 'team-a/tracker', { name: 'area/api', color: '0000ff' });
    expect((await server.api(`${TRACKER}/labels/bug`)).json()).toMatchObject({ color: 'fc2929' });
    expect((await server.api(`${TRACKER}/labels/area%2Fapi`)).status).toBe(404);
  });

  test('put on an issue are made when unknown', async () => {
    addIssue(server.gitbucket.context, 'team-a/tracker', { title: 'x', author: 'alice' });
    const path = `${TRACKER}/issues/1/labels`;
    await server.api(path, { as: 'bob', body: { labels: ['bug', 'brand new'] } });
    expect((await server.api(path)).json()).toMatchObject([{ name: 'bug' }, { name: 'brand new' }]);
    expect((await server.api(`${TRACKER}/issues/abc/labels`)).status).toBe(500);
  });
});

describe('milestones', () => {
  test('are listed newest first, numbered over the whole server, open and closed', async () => {
    const { context, url } = server.gitbucket;
    server.gitbucket.addRepository({ owner: 'alice', name: 'other' });
    addMilestone(context, 'alice/other', { title: 'elsewhere' });
    addMilestone(context, 'team-a/tracker', { title: 'No due date' });
    addMilestone(context, 'team-a/tracker', { title: 'over', closed: true });
    const list = (await server.api(`${TRACKER}/milestones`)).json() as object[];
    expect(list[1]).toEqual({
      url: `${url}/api/v3/repos/team-a/tracker/milestones/2`,
      html_url: `${url}/team-a/tracker/milestone/2`,
      id: 2,
      number: 2,
      state: 'open',
      title: 'No due date',
      description: '',
      open_issues: 0,
      closed_issues: 0,
    });
    expect(list).toMatchObject([{ number: 3, state: 'closed' }, { number: 2 }]);
    expect((await server.api(`${TRACKER}/milestones?state=open`)).json()).toHaveLength(1);
    expect((await server.api(`${TRACKER}/milestones/abc`)).status).toBe(500);
    expect((await server.api(`${TRACKER}/milestones/1`)).status).toBe(404);
  });

  test('of a server in Tokyo fall due on the day before', async () => {
    const { context } = server.gitbucket;
    addMilestone(context, 'team-a/tracker', { title: 'Xmas', dueOn: '2026-12-24', zoneMinutes: 540 });
    const answer = await server.api(`${TRACKER}/milestones/1`);
    expect(answer.json()).toMatchObject({ due_on: '2026-12-23T15:00:00Z' });
  });
});

describe('an older server', () => {
  test('takes state=all for open, shows no milestone and loses several assignees before 4.37', async () => {
    await server.close();
    server = await startTrackerServer({ version: '4.36' });
    const { context } = server.gitbucket;
    const { id } = addMilestone(context, 'team-a/tracker', { title: 'v1' });
    addIssue(context, 'team-a/tracker', { title: 'open', author: 'alice', milestone: id });
    addIssue(context, 'team-a/tracker', { title: 'closed', author: 'alice', closed: true });
    addIssue(context, 'team-a/tracker', { title: 'both', author: 'alice', assignees: ['alice', 'bob'] });
    expect(await numbers('state=all')).toEqual([3, 1]);
    expect((await server.api(`${TRACKER}/issues/3`)).json()).toMatchObject({ assignees: [] });
    expect((await server.api(`${TRACKER}/issues/1`)).json()).not.toHaveProperty('milestone');
  });

  test('keeps the order inside a page before 4.38', async () => {
    await server.close();
    server = await startTrackerServer({ version: '4.36' });
    for (let index = 0; index < 10; index += 1) {
      addIssue(server.gitbucket.context, 'team-a/tracker', {
        title: `${index}`,
        author: 'alice',
        createdAt: index,
      });
    }
    expect(await numbers('sort=created&direction=asc')).toEqual(range(1, 10));
  });

  test('has neither milestones nor hooks before 4.35', async () => {
    await server.close();
    server = await startTrackerServer({ version: '4.30' });
    for (const route of ['milestones', 'hooks', 'releases']) {
      const answer = await server.api(`${TRACKER}/${route}`);
      expect([route, answer.status, answer.text]).toEqual([route, 404, '{"message":"Not Found"}']);
    }
  });
});

test('nothing of a private repository is told to a stranger', async () => {
  server.gitbucket.addRepository({ owner: 'alice', name: 'secret', private: true });
  for (const route of ['issues', 'pulls', 'labels', 'milestones', 'releases', 'collaborators', 'hooks']) {
    const answer = await server.api(`/repos/alice/secret/${route}`, { as: 'dave' });
    expect([route, answer.status, answer.text]).toEqual([
      route,
      401,
      '{"message":"Requires authentication"}',
    ]);
    expect((await server.api(`/repos/alice/secret/${route}`, { as: 'alice' })).status).toBe(200);
  }
});

test('every route of a broken repository is a server error', async () => {
  server.gitbucket.break('team-a', 'tracker');
  for (const route of ['issues', 'pulls', 'labels', 'milestones', 'releases', 'collaborators', 'hooks']) {
    expect([route, (await server.api(`${TRACKER}/${route}`)).status]).toEqual([route, 500]);
  }
});

test('issues survive a restart of the server on the same folder', async () => {
  fill(2);
  addComment(server.gitbucket.context, 'team-a/tracker', 1, { author: 'bob', body: 'kept' });
  await server.restart();
  expect((await server.api(`${TRACKER}/issues?state=all`)).json()).toHaveLength(2);
  expect((await server.api(`${TRACKER}/issues/1/comments`)).json()).toMatchObject([{ body: 'kept' }]);
  const next = await server.api(`${TRACKER}/issues`, { as: 'alice', body: { title: 'next' } });
  expect(next.json()).toMatchObject({ number: 3 });
});
