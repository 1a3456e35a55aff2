import { expect, test } from 'vitest';
import { addComment, addIssue } from '../../sandbox/gitbucket.ts';
import { plannedStep } from '../../src/model/plan.ts';
import type { Migration } from '../helpers/migrated.ts';
import type { TestServers } from '../helpers/servers.ts';
import {
  app,
  at,
  differencesIn,
  numbersOf,
  run,
  smallTracker,
  sourceItem,
  stepIn,
  trackerAt,
} from './tracker-setup.ts';

const byRest: Migration = { config: { migrate: { tracker: 'rest', createUsers: true } } };

function issue(where: TestServers, number: number) {
  const found = trackerAt(where).issues.find(({ iid }) => iid === number);
  if (!found) throw new Error(`no #${number}`);
  return found;
}

function commentsOf(where: TestServers, number: number): string[] {
  return issue(where, number)
    .notes.filter(({ system }) => !system)
    .map(({ body }) => body);
}

/** The token's user, with a role in the group of the repositories. */
async function moverWith(level: number): Promise<TestServers & { role: (level: number) => void }> {
  const where = await smallTracker();
  const { gitlab } = where;
  gitlab.addUser({ username: 'mover', email: 'mover@example.com' });
  gitlab.addGroup({ path: 'team' });
  gitlab.addMember('team', 'mover', level);
  const user = gitlab.context.state.users.find(({ username }) => username === 'mover');
  const members = gitlab.context.state.groups.find(({ path }) => path === 'team')?.members ?? [];
  const member = members.find(({ userId }) => userId === user?.id);
  return {
    ...where,
    role(now) {
      if (member) member.accessLevel = now;
    },
  };
}

const mover: Migration = { user: 'mover', config: { migrate: { tracker: 'rest' } } };

test('commands in texts are carried out by nobody, and look as they did (T03)', async () => {
  const where = await smallTracker();
  const { context } = where.gitbucket;
  addIssue(context, app, {
    title: 'Odd',
    author: 'ann',
    body: 'text\r\n\r\n/merge\r\n/tmp/x\r\n\r\n```\r\n/close\r\n```  \r\n',
    createdAt: at(7),
  });
  for (const [index, body] of ['/close', '/assign @bob\r\n/shrug', 'see /tmp\r\n/title other'].entries())
    addComment(context, app, 5, { author: 'ann', body, at: at(8 + index) });
  const first = await run(where, byRest);
  expect(differencesIn(first)).toEqual([expect.stringMatching(/^tracker-pulls-stay/)]);
  expect(issue(where, 5)).toMatchObject({ title: 'Odd', state: 'opened', assignees: [] });
  expect(issue(where, 5).description).toMatch(/\n\ntext\n\n\\\/merge {2}\n\\\/tmp\/x\n\n```\n\/close\n```$/);
  expect(commentsOf(where, 5).map((text) => text.replace(/\n\n \*By[^]*/, ''))).toEqual([
    String.raw`\/close`,
    '\\/assign `@bob`  \n\\/shrug',
    'see /tmp  \n\\/title other',
  ]);
  expect((await run(where, byRest)).writes).toEqual([]);
});

test('a Maintainer sends nothing, which the plan says: GitLab would drop numbers and dates', async () => {
  const where = await moverWith(40);
  const first = await run(where, mover);
  expect(plannedStep(first.planned(app), 'tracker')?.notices.map(({ code }) => code)).toEqual([
    'tracker-not-owner',
    'tracker-pulls-stay',
  ]);
  expect(stepIn(first)).toMatchObject({ state: 'refused', changed: false });
  expect(trackerAt(where)).toMatchObject({ issues: [], uploads: [] });
  expect(first.writes.filter((write) => /labels|milestones|issues/.test(write))).toEqual([]);
});

test('an Owner sends all, and one who is none any more when it comes to that sends nothing', async () => {
  const where = await moverWith(50);
  const demoted = await run(where, { ...mover, between: () => where.role(40) });
  expect(demoted.item(app).problem?.code).toBe('tracker-not-owner');
  expect(trackerAt(where).issues).toEqual([]);
  where.role(50);
  const first = await run(where, mover);
  expect(stepIn(first)).toMatchObject({ state: 'proven', counts: { create: 2 } });
  expect(issue(where, 1)).toMatchObject({ iid: 1, state: 'closed', createdAt: '2023-05-02T10:20:30.000Z' });
});

test.each([true, false])(
  'an issue that GitLab takes for spam ends the sending, and the next run goes on where it stopped (captcha: %s)',
  async (captcha) => {
    const where = await smallTracker();
    where.gitlab.settings.spam = { is: (title) => title === 'Second', captcha };
    const first = await run(where, byRest);
    expect(first.item(app).problem).toMatchObject({
      code: 'tracker-spam',
      fix: expect.stringContaining('--tracker auto'),
    });
    expect(numbersOf(where)).toEqual([1]);
    where.gitlab.settings.spam = null;
    const { notes } = structuredClone(issue(where, 1));
    expect(stepIn(await run(where, byRest))).toMatchObject({ state: 'proven', counts: { create: 1 } });
    expect(numbersOf(where)).toEqual([1, 2]);
    expect(issue(where, 1).notes).toEqual(notes);
  },
);

test('a number that somebody takes meanwhile stays theirs', async () => {
  const where = await smallTracker();
  where.gitlab.server.faults.add({
    method: 'POST',
    url: /\/issues$/,
    action: { kind: 'notice', call: () => void where.gitlab.addIssue(app, { iid: 1, title: 'A stranger' }) },
  });
  const first = await run(where, byRest);
  expect(differencesIn(first)).toEqual([
    expect.stringMatching(/^tracker-taken #1/),
    expect.stringMatching(/^tracker-pulls-stay/),
  ]);
  expect(stepIn(first)?.counts).toEqual({ create: 1 });
  expect(
    trackerAt(where)
      .issues.map(({ iid, title }) => `${iid} ${title}`)
      .toSorted(),
  ).toEqual(['1 A stranger', '2 Second']);
  expect((await run(where, byRest)).writes).toEqual([]);
});

test('what changed on GitBucket alone is sent again, with a milestone that is closed by now', async () => {
  const where = await smallTracker();
  const { context } = where.gitbucket;
  await run(where, byRest);
  addComment(context, app, 2, { author: 'ann', body: 'news', at: at(22) });
  addIssue(context, app, { title: 'Late', author: 'ann', milestone: 2, createdAt: at(23) });
  where.gitlab.addNote(`${app}#1`, { body: 'written on GitLab' });
  sourceItem(where, 1).updatedAt = context.now();
  const second = await run(where, byRest);
  expect(stepIn(second)?.counts).toEqual({ create: 1, update: 1 });
  expect(differencesIn(second)).toEqual([
    expect.stringMatching(/^tracker-diverged #1/),
    expect.stringMatching(/^tracker-pulls-stay/),
  ]);
  expect(commentsOf(where, 2)).toEqual([expect.stringMatching(/^news\n/)]);
  const over = trackerAt(where).milestones.find(({ title }) => title === 'Over');
  expect(over?.state).toBe('closed');
  expect(issue(where, 5).milestone).toBe(over?.id);
  expect((await run(where, byRest)).writes).toEqual([]);
});

test('assignees are accounts that see the project, and one of them without EE: the others are told', async () => {
  const where = await smallTracker();
  sourceItem(where, 1).assignees = ['ann', 'bob'];
  const first = await run(where, byRest);
  expect(issue(where, 1).assignees).toHaveLength(1);
  expect(stepIn(first)?.notices.map(({ code }) => code)).toContain('tracker-assignee-dropped');
});

test('a comment that GitLab takes later, for there were too many, comes once, and nobody is mailed of any', async () => {
  const where = await smallTracker();
  const headers = { 'content-type': 'application/json', 'retry-after': '0' };
  const body = JSON.stringify({ message: { error: 'This endpoint has been requested too many times.' } });
  const action = { kind: 'status', status: 429, body, headers } as const;
  where.gitlab.server.faults.add({ method: 'POST', url: /\/notes$/, action });
  const first = await run(where, byRest);
  expect(stepIn(first)).toMatchObject({ state: 'proven' });
  expect(commentsOf(where, 1)).toHaveLength(2);
  expect(where.gitlab.mails).toEqual([]);
});
