import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { sharedByAll } from '../../helpers/cleanup.ts';
import {
  archiveOf,
  issueLine,
  memberLine,
  noteLine,
  startImportServer,
  type ImportServer,
} from './import-fixture.ts';

const WHOLE = {
  iid: 12,
  title: 'Stops 🚀',
  description: 'See !6\n/close\n@mika',
  author_id: 101,
  state: 'closed',
  created_at: '1969-01-12T10:20:30.000Z',
  updated_at: '2014-02-12T16:00:00.000Z',
  closed_at: '2099-02-12T16:00:00.000Z',
  closed_by_id: 102,
  issue_type: 'issue',
  confidential: false,
  discussion_locked: true,
  unknown_key: 1,
  milestone: {
    iid: 2,
    title: '1.0',
    description: 'First *delivery*',
    state: 'closed',
    start_date: '2014-01-01',
    due_date: '2014-02-28',
    created_at: '2014-01-05T08:00:00.000Z',
    updated_at: '2014-03-01T08:00:00.000Z',
  },
  label_links: [
    {
      target_type: 'Issue',
      label: { title: 'bug', color: '#d73a4a', description: 'Broken', type: 'ProjectLabel' },
    },
    { label: { title: 'plain' } },
  ],
  issue_assignees: [{ user_id: 102 }, { user_id: 101 }, { user_id: 102 }],
  notes: [
    noteLine('Text', { author_id: 102, system: false }),
    noteLine('changed the title', { author_id: 101, system: true, created_at: '2014-01-12T08:00:00.000Z' }),
    noteLine('Liked', {
      author_id: 101,
      award_emoji: [{ name: 'tada', user_id: 102, awardable_type: 'Note' }],
    }),
  ],
  award_emoji: [{ name: 'thumbsup', user_id: 102, awardable_type: 'Issue' }],
  resource_state_events: [{ state: 'closed', user_id: 102, created_at: '2014-02-12T16:00:00.000Z' }],
  resource_label_events: [
    {
      action: 'add',
      user_id: 101,
      created_at: '2014-01-12T11:00:00.000Z',
      label: { title: 'bug', color: '#d73a4a' },
    },
  ],
  resource_milestone_events: [
    {
      action: 'add',
      state: 'opened',
      user_id: 101,
      created_at: '2014-01-12T12:00:00.000Z',
      milestone: { title: '1.0' },
    },
  ],
  events: [
    { target_type: 'Issue', action: 'created', author_id: 101, created_at: '2014-01-12T10:20:30.000Z' },
    { target_type: 'Issue', action: 3, author_id: 102, created_at: '2014-02-12T16:00:00.000Z' },
  ],
};

it('brings everything of an issue as it was written (GL-422, GL-436)', async () => {
  const { gitlab, load } = await startImportServer();
  const mika = gitlab.addUser({ username: 'mika', email: 'mika@corp.example' });
  const ren = gitlab.addUser({ username: 'ren', email: 'ren@corp.example', state: 'blocked' });
  const before = new Date().toISOString();
  const { issues, milestones, activity } = await load({
    issues: [WHOLE],
    project_members: [memberLine(101, 'mika@corp.example'), memberLine(102, 'ren@corp.example')],
  });

  const labels = gitlab.project('team/p').labels;
  expect(labels).toMatchObject([
    { name: 'bug', color: '#d73a4a', description: 'Broken' },
    { name: 'plain', color: '#6699cc', description: null },
  ]);
  expect(milestones).toMatchObject([
    {
      iid: 2,
      title: '1.0',
      description: 'First *delivery*',
      state: 'closed',
      startDate: '2014-01-01',
      dueDate: '2014-02-28',
      createdAt: '2014-01-05T08:00:00.000Z',
      updatedAt: '2014-03-01T08:00:00.000Z',
    },
  ]);
  expect(issues).toHaveLength(1);
  expect(issues[0]).toMatchObject({
    iid: 12,
    title: WHOLE.title,
    description: WHOLE.description,
    state: 'closed',
    authorId: mika.id,
    createdAt: WHOLE.created_at,
    updatedAt: WHOLE.updated_at,
    closedAt: WHOLE.closed_at,
    closedById: ren.id,
    locked: true,
    confidential: false,
    imported: true,
    labels: labels.map(({ id }) => id),
    milestone: milestones[0]?.id,
    assignees: [ren.id, mika.id],
    awards: [{ name: 'thumbsup', userId: ren.id }],
    notes: [
      { body: 'changed the title', system: true, authorId: mika.id, createdAt: '2014-01-12T08:00:00.000Z' },
      { body: 'Text', authorId: ren.id, updatedAt: '2014-01-14T09:30:00.000Z', imported: true },
      { body: 'Liked', awards: [{ name: 'tada' }] },
    ],
    events: [
      { kind: 'label', action: 'add', subject: 'bug', userId: mika.id },
      { kind: 'milestone', action: 'add', subject: '1.0', createdAt: '2014-01-12T12:00:00.000Z' },
      { kind: 'state', action: 'closed', userId: ren.id, createdAt: '2014-02-12T16:00:00.000Z' },
    ],
  });
  expect((issues[0]?.notes[2]?.updatedAt ?? '') >= before).toBe(true);
  expect((issues[0]?.awards?.[0]?.createdAt ?? '') >= before).toBe(true);
  expect(activity).toMatchObject([
    { action: 'opened', authorId: mika.id, target: { type: 'Issue', iid: 12 } },
    { action: 'closed', createdAt: '2014-02-12T16:00:00.000Z' },
  ]);
  expect(gitlab.mails).toEqual([]);
});

it('fills in what may be left out of an issue (GL-432)', async () => {
  const { load } = await startImportServer();
  const before = new Date().toISOString();
  const { issues, lastIid } = await load({
    issues: [issueLine(5), { title: 'No number', author_id: 101 }, issueLine(9, { state: 'closed' })],
  });
  expect(issues.map(({ iid }) => iid)).toEqual([5, 6, 9]);
  expect(issues[1]).toMatchObject({ state: 'opened', description: null, closedAt: null, milestone: null });
  expect((issues[1]?.createdAt ?? '') >= before).toBe(true);
  expect(issues[2]).toMatchObject({ state: 'closed', closedAt: null });
  expect(lastIid.issue).toBe(9);
});

describe('what is lost in silence, or changed', () => {
  const server = sharedByAll(() => startImportServer());
  let number = 0;
  /** An issue of that shape between two good ones: what became of it, and whether the good ones are there. */
  async function among(line: object): Promise<ReturnType<ImportServer['tracker']>['issues'][number] | null> {
    number += 10;
    const { issues } = await server().load({
      issues: [issueLine(number), { ...issueLine(number + 1), ...line }, issueLine(number + 2)],
    });
    const iids = issues.map(({ iid }) => iid);
    expect(iids).toEqual(expect.arrayContaining([number, number + 2]));
    return issues.find(({ iid }) => iid === number + 1) ?? null;
  }

  it.each([
    ['without an author', { author_id: undefined }],
    ['without a title', { title: undefined }],
    ['with a blank title', { title: '  ' }],
    ['with a title of 256 characters', { title: 'x'.repeat(256) }],
    ['with a state that is no state', { state: 'open' }],
    [
      'with a note of an unknown person who has no name',
      { notes: [noteLine('a'), noteLine('b', { author: undefined })] },
    ],
    [
      'with a note of an unknown person that has no date of change',
      { notes: [noteLine('a', { updated_at: null })] },
    ],
    ['with a milestone in a state that is none', { milestone: { title: 'odd', state: 'open' } }],
    ['with a NUL in its text', { description: 'a\0b' }],
    ['with half a surrogate pair in its title', { title: 'a\ud800b' }],
    ['with more than 1 MiB of long letters', { description: 'あ'.repeat(400_000) }],
  ])('an issue %s is not there, the others are (GL-423, GL-430)', async (_, line) => {
    expect(await among(line)).toBeNull();
  });

  it('a title of 255 emoji is kept', async () => {
    expect((await among({ title: '🚀'.repeat(255) }))?.title).toBe('🚀'.repeat(255));
  });

  it('titles lose the blanks at both ends', async () => {
    const label_links = [{ label: { title: ' c ', color: '#ff0000' } }];
    const issue = await among({ title: '\n Title\t\0', label_links, milestone: { title: ' 1.0 ' } });
    const { labels, tracker } = server().gitlab.project('team/p');
    expect(issue?.title).toBe('Title');
    expect(labels.find(({ id }) => issue?.labels.includes(id))?.name).toBe('c');
    expect(tracker?.milestones.find(({ id }) => issue?.milestone === id)?.title).toBe('1.0');
  });

  it('a label with a comma is left out', async () => {
    const label_links = [
      { label: { title: 'a,b', color: '#ff0000' } },
      { label: { title: 'c', color: '#ff0000' } },
    ];
    expect((await among({ label_links }))?.labels).toHaveLength(1);
  });

  it('a note of 1.2 M characters is lost, the others are there', async () => {
    const issue = await among({
      notes: [noteLine('one'), noteLine('x'.repeat(1_200_000)), noteLine('three')],
    });
    expect(issue?.notes.map(({ body }) => body.slice(0, 5))).toEqual(['one\n\n', 'three']);
  });

  it("a note without its author's number is lost", async () => {
    expect(
      (await among({ notes: [noteLine('a', { author_id: undefined }), noteLine('b')] }))?.notes,
    ).toHaveLength(1);
  });

  it('a description is cut', async () => {
    const issue = await among({ description: 'x'.repeat(1_200_000) });
    expect(issue?.description).toBe('x'.repeat(1_048_576));
  });

  it('a bad date becomes that of the import', async () => {
    const before = new Date().toISOString();
    const issue = await among({ created_at: 'yesterday', updated_at: '2014-01-12T10:20:30.000Z' });
    expect((issue?.createdAt ?? '') >= before).toBe(true);
    expect(issue?.updatedAt).toBe('2014-01-12T10:20:30.000Z');
  });

  it('350 notes are all there', async () => {
    const notes = Array.from({ length: 350 }, (_, index) => noteLine(`note ${index}`));
    expect((await among({ notes }))?.notes).toHaveLength(350);
  });
});

it('a known number is ignored wholly, new ones beside it are added (GL-424)', async () => {
  const { gitlab, load } = await startImportServer();
  const first = [issueLine(1, { title: 'First' }), issueLine(1, { title: 'Twice' })];
  const before = structuredClone((await load({ issues: first })).issues);
  expect(before.map(({ title }) => title)).toEqual(['First']);
  const changed = issueLine(1, {
    title: 'Other',
    state: 'closed',
    notes: [noteLine('new')],
    label_links: [{ label: { title: 'late' } }],
  });
  const { issues } = await load({ issues: [changed, issueLine(2)] });
  expect(issues[0]).toEqual(before[0]);
  expect(issues.map(({ iid }) => iid)).toEqual([1, 2]);
  expect(gitlab.project('team/p').labels).toEqual([]);
});

it('what was deleted is made again by the same archive', async () => {
  const { load, tracker } = await startImportServer();
  await load({ issues: [issueLine(1), issueLine(2)] });
  tracker().issues.splice(0, 1);
  expect((await load({ issues: [issueLine(1), issueLine(2)] })).issues.map(({ iid }) => iid)).toEqual([2, 1]);
});

it.each([
  [0, 0],
  ['abc', 0],
  ['7', 7],
  [-1, -1],
])('the number %j becomes %i (GL-429)', async (given, iid) => {
  const { load } = await startImportServer();
  expect((await load({ issues: [issueLine(given)] })).issues.map((issue) => issue.iid)).toEqual([iid]);
});

it.each([
  ['a broken line', '{"iid":'],
  ['an empty line', ''],
])('%s ends the reading (GL-421)', async (_, line) => {
  const { load } = await startImportServer();
  const lines = [issueLine(1), issueLine(2), null, issueLine(3)];
  const text = lines.map((each) => `${each === null ? line : JSON.stringify(each)}\n`).join('');
  expect((await load({ issues: text })).issues.map(({ iid }) => iid)).toEqual([1, 2]);
});

it.each([
  ['rubbish', 'no gzip at all'],
  ['an empty file', ''],
  ['gzip without a tar', gzipSync('hello')],
])('nothing comes of %s, and it is finished (GL-442)', async (_, bytes) => {
  const { gitlab, ask, tracker } = await startImportServer();
  await ask('issues', bytes);
  await gitlab.settle();
  expect(tracker()).toMatchObject({ issues: [], relationImports: [{ status: 'finished' }] });
});

it.each(['', './'])('names in the archive may begin with %j', async (prefix) => {
  const { gitlab, ask, tracker } = await startImportServer();
  await ask(
    'issues',
    await archiveOf({ issues: [issueLine(1)], milestones: [{ title: 'not asked for' }] }, prefix),
  );
  await gitlab.settle();
  expect([tracker().issues.length, tracker().milestones.length]).toEqual([1, 0]);
});

it('nothing comes of an archive that has no such relation, or the lines elsewhere (GL-442)', async () => {
  const { gitlab, ask, tracker } = await startImportServer();
  for (const archive of [await archiveOf({}), await archiveOf({ issues: [issueLine(1)] }, 'export/')]) {
    await ask('issues', archive);
    await gitlab.settle();
  }
  expect(tracker()).toMatchObject({
    issues: [],
    relationImports: [{ status: 'finished' }, { status: 'finished' }],
  });
});

it('a broken line of project_members blocks the project until the import fails (GL-429)', async () => {
  const { gitlab, ask, tracker, load } = await startImportServer({ asyncDelayMs: 0 });
  await ask('issues', await archiveOf({ project_members: '{', issues: [issueLine(1)] }));
  await expect.poll(() => tracker().relationImports[0]?.status, { timeout: 5000 }).toBe('started');
  expect((await ask('issues', 'x')).status).toBe(409);
  await gitlab.settle();
  expect(tracker()).toMatchObject({ issues: [], relationImports: [{ status: 'failed' }] });
  expect((await load({ issues: [issueLine(1)] })).issues).toHaveLength(1);
});

it('labels and milestones of the group are used instead of new ones (GL-443)', async () => {
  const { gitlab, load } = await startImportServer();
  const group = gitlab.context.routes.group(gitlab.project('team/p').namespaceId);
  if (!group) throw new Error('no group');
  const times = { createdAt: '2026-01-01T00:00:00.000Z', updatedAt: '2026-01-01T00:00:00.000Z' };
  group.labels = [{ id: 9001, name: 'bug', color: '#000000' }];
  group.milestones = [
    {
      id: 9002,
      iid: 1,
      title: '1.0',
      description: '',
      state: 'active',
      startDate: null,
      dueDate: null,
      ...times,
    },
  ];
  const { issues, milestones } = await load({
    issues: [
      issueLine(1, {
        label_links: [
          { label: { title: 'bug', color: '#ff0000' } },
          { label: { title: 'Bug', color: '#ff0000' } },
        ],
        milestone: { iid: 5, title: '1.0', state: 'closed' },
      }),
    ],
  });
  expect(issues[0]?.labels).toEqual([9001, gitlab.project('team/p').labels[0]?.id]);
  expect(gitlab.project('team/p').labels.map(({ name }) => name)).toEqual(['Bug']);
  expect(issues[0]?.milestone).toBe(9002);
  expect(milestones).toEqual([]);
});

it('milestones of their own relation: a known title is skipped, a taken number moves the earlier one (GL-432)', async () => {
  const { load } = await startImportServer();
  const { milestones, lastIid } = await load({
    milestones: [
      { iid: 1, title: 'a', state: 'closed', due_date: '2014-02-28' },
      { iid: 3, title: 'a' },
      { iid: 1, title: 'b' },
      { title: 'c' },
      { iid: 9, title: 'd', state: 'opened' },
      { iid: 9 },
    ],
  });
  expect(milestones.map(({ iid, title, state }) => `${iid} ${title} ${state}`)).toEqual([
    '2 a closed',
    '1 b active',
    '3 c active',
  ]);
  expect(lastIid.milestone).toBe(3);
});
