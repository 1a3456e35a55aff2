import { expect, test } from 'vitest';
import { addIssue } from '../../sandbox/gitbucket.ts';
import { plannedStep } from '../../src/model/plan.ts';
import {
  app,
  at,
  numbersOf,
  differencesIn,
  endOf,
  run,
  smallTracker,
  sourceItem,
  stepIn,
  trackerAt,
  withTracker,
} from './tracker-setup.ts';

test.each(['the import source is off', 'GitLab is older than 17.1'])(
  'nothing is written of trackers, and the plan says what to do, while %s',
  async (why) => {
    const where = await smallTracker();
    if (why.startsWith('GitLab')) where.gitlab.settings.version = '17.0.0';
    else where.gitlab.settings.importSources = [];
    const first = await run(where);
    const planned = plannedStep(first.planned(app), 'tracker');
    expect(planned?.notices).toEqual([
      expect.objectContaining({ code: 'tracker-closed', fix: expect.stringContaining('Import sources') }),
    ]);
    expect(planned?.counts).toEqual({ refused: 4 });
    expect(stepIn(first)).toMatchObject({ state: 'refused', changed: false, counts: { refused: 4 } });
    expect(first.writes.filter((write) => /uploads|labels|milestones|refs\/pull/.test(write))).toEqual([]);
    expect(trackerAt(where)).toMatchObject({ issues: [], mergeRequests: [], uploads: [] });
    expect(first.item(app).steps.find(({ step }) => step === 'code')?.state).toBe('proven');
  },
);

test('a Maintainer moves everything: texts name the authors, nobody else is a guest, and what changed later is told', async () => {
  const where = await smallTracker();
  const { gitbucket, gitlab } = where;
  gitlab.addUser({ username: 'mover', email: 'mover@example.com' });
  const group = gitlab.addGroup({ path: 'team' });
  group.members.push({
    userId: gitlab.context.state.users.find(({ username }) => username === 'mover')?.id ?? 0,
    accessLevel: 40,
    createdAt: new Date(at(0)).toISOString(),
    expiresAt: null,
    createdBy: null,
  });
  const maintainer = { user: 'mover', config: { migrate: { tracker: 'auto' } } };
  const first = await run(where, maintainer);
  expect(differencesIn(first)).toEqual([]);
  const [one] = trackerAt(where).issues;
  expect(one).toMatchObject({
    iid: 1,
    assignees: [],
    createdAt: new Date(at(0)).toISOString().replace('.125', '.000'),
  });
  expect(one?.description).toContain('ann');
  expect(stepIn(first)?.notices.map(({ code }) => code)).toContain('tracker-assignee-left-out');
  expect(endOf(where)).toMatchObject({ labels: ['bug', 'unused'], pulls: [] });
  sourceItem(where, 2).updatedAt = gitbucket.context.now();
  const second = await run(where, maintainer);
  expect(second.writes.filter((write) => !write.endsWith('/import-relation'))).toEqual([]);
  expect(differencesIn(second)).toEqual([expect.stringMatching(/^tracker-changed #2: .*only an Owner/)]);
});

test('a number that somebody has taken stays theirs', async () => {
  const where = await smallTracker();
  await run(where, { config: { migrate: { tracker: 'off' } } });
  where.gitlab.addIssue(app, { title: 'A stranger' });
  const first = await run(where);
  expect(
    trackerAt(where)
      .issues.map(({ iid, title }) => `${iid} ${title}`)
      .toSorted(),
  ).toEqual(['1 A stranger', '2 Second']);
  expect(differencesIn(first)).toEqual([expect.stringMatching(/^tracker-taken #1/)]);
  expect((await run(where)).writes).toEqual([]);
});

test('issues that a project hides are neither loaded blindly nor taken for removed', async () => {
  const where = await smallTracker();
  await run(where);
  where.gitlab.project(app).attributes['issues_access_level'] = 'disabled';
  addIssue(where.gitbucket.context, app, { title: 'Fifth', author: 'ann', createdAt: at(20) });
  const second = await run(where);
  expect(differencesIn(second).map((text) => text.slice(0, 18))).toEqual([
    'tracker-unseen #1 ',
    'tracker-unseen #2 ',
    'tracker-hidden #5:',
  ]);
  expect(trackerAt(where).issues.map(({ iid }) => iid)).toEqual([1, 2]);
});

test('what GitLab loads by half is loaded again, once', async () => {
  const where = await smallTracker();
  const { gitlab } = where;
  let halves = 1;
  gitlab.server.faults.add({
    url: /\/issues\?scope=all/,
    skip: 1,
    action: {
      kind: 'notice',
      call() {
        const tracker = trackerAt(where);
        for (const issue of tracker.issues) if (halves > 0) issue.notes.length = 0;
        tracker.issues = tracker.issues.filter(({ iid }) => halves <= 0 || iid !== 2);
        halves -= 1;
      },
    },
  });
  const first = await run(where);
  expect(stepIn(first)).toMatchObject({ state: 'proven' });
  expect(numbersOf(where)).toEqual([1, 2]);
  expect(trackerAt(where).issues.find(({ iid }) => iid === 1)?.notes).toHaveLength(1);
  expect((await run(where)).writes).toEqual([]);
});

test('what GitLab loses each time is named, and the others are there', async () => {
  const where = await smallTracker();
  where.gitlab.server.faults.add({
    url: /\/issues\?scope=all/,
    times: Infinity,
    action: {
      kind: 'notice',
      call() {
        const tracker = trackerAt(where);
        tracker.issues = tracker.issues.filter(({ iid }) => iid !== 2);
      },
    },
  });
  const first = await run(where);
  expect(differencesIn(first)).toEqual(['tracker-missing #2: GitLab loaded the archive without it']);
  expect(endOf(where)).toMatchObject({ members: [], pulls: [] });
});

test('more imports than GitLab takes in a minute wait their turn', async () => {
  const where = await smallTracker();
  const error = 'This endpoint has been requested too many times. Try again later.';
  const body = JSON.stringify({ message: { error } });
  const headers = { 'content-type': 'application/json' };
  where.gitlab.server.faults.add({
    url: /import-relation/,
    action: { kind: 'status', status: 429, body, headers },
  });
  const waits: number[] = [];
  const first = await run(where, { slept: (ms) => waits.push(ms) });
  expect(stepIn(first)).toMatchObject({ state: 'proven' });
  expect(waits).toContain(60_000);
});

test('an import that somebody else began is waited for, but not for ever', async () => {
  const where = await smallTracker();
  await run(where, { config: { migrate: { tracker: 'off' } } });
  const now = new Date(at(0)).toISOString();
  trackerAt(where).relationImports.push({
    id: 7,
    relation: 'issues',
    status: 'started',
    userId: 1,
    createdAt: now,
    updatedAt: now,
  });
  const first = await run(where, withTracker);
  expect(first.item(app).problem?.code).toBe('tracker-stuck');
  const [running] = trackerAt(where).relationImports;
  if (running) running.status = 'failed';
  expect(stepIn(await run(where))).toMatchObject({ state: 'proven' });
});
