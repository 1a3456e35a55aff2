import { expect, it } from 'vitest';
import { issueLine, memberLine, noteLine, startImportServer } from './import-fixture.ts';

const SUFFIX = '\n\n *By Ren Abe on 2014-01-14T09:30:00*';

async function furnished() {
  const server = await startImportServer();
  const { gitlab } = server;
  const add = (username: string, others: object = {}) =>
    gitlab.addUser({ username, email: `${username}@corp.example`, ...others });
  const [mika, ren, owner] = [add('mika', { state: 'blocked' }), add('ren'), add('owner')];
  ren.emails = [{ address: 'second@corp.example', confirmed: true }];
  gitlab.addMember('team', 'owner', 50);
  const root = gitlab.context.routes.userByName('root');
  if (!root) throw new Error('no root');
  return { ...server, mika, ren, owner, root };
}

it("an administrator's import finds people by their primary address, lower case, blocked ones too (GL-425)", async () => {
  const { load, mika, root } = await furnished();
  const { issues } = await load({
    issues: [101, 102, 103, 104, 105].map((author_id, index) => issueLine(index + 1, { author_id })),
    project_members: [
      memberLine(101, 'mika@corp.example'),
      memberLine(102, 'second@corp.example', { user: { id: 102, public_email: 'second@corp.example' } }),
      memberLine(103, 'x', { user: { id: 103, username: 'ren' } }),
      memberLine(104, 'Ren@corp.example'),
      memberLine(105, 'x', { user: { id: 105, email: 'ren@corp.example' } }),
    ],
  });
  expect(issues.map(({ authorId }) => authorId).slice(0, 4)).toEqual([mika.id, root.id, root.id, root.id]);
  expect(issues[4]?.authorId).toBe(mika.id + 1);
});

it.each(['owner', 'sudo'] as const)('nobody is found by %s, and no member is added', async (how) => {
  const { gitlab, load, owner } = await furnished();
  const options = how === 'sudo' ? { sudo: 'owner' } : { token: gitlab.token('owner') };
  const lines = {
    issues: [
      issueLine(1, {
        notes: [noteLine('Text')],
        closed_by_id: 102,
        issue_assignees: [{ user_id: 101 }, { user_id: 102 }],
      }),
    ],
    project_members: [memberLine(101, 'mika@corp.example'), memberLine(102, 'ren@corp.example')],
  };
  const { issues } = await load(lines, options);
  expect(issues[0]).toMatchObject({
    authorId: owner.id,
    closedById: owner.id,
    assignees: [owner.id],
    notes: [{ authorId: owner.id, body: `Text${SUFFIX}` }],
  });
  expect(gitlab.project('team/p').members).toEqual([]);
});

it('people who are found become direct members, once, and 50 becomes 40', async () => {
  const { gitlab, load, mika, ren, owner } = await furnished();
  gitlab.addMember('team/p', 'ren', 20);
  const project_members = [
    memberLine(101, 'mika@corp.example', { access_level: 50 }),
    memberLine(102, 'ren@corp.example', { access_level: 40 }),
    memberLine(103, 'owner@corp.example'),
  ];
  await load({ issues: [], project_members }, { relation: 'issues' });
  await load({ issues: [], project_members }, { relation: 'issues' });
  expect(gitlab.project('team/p').members.map(({ userId, accessLevel }) => [userId, accessLevel])).toEqual([
    [ren.id, 20],
    [mika.id, 40],
    [owner.id, 10],
  ]);
  expect(gitlab.mails).toEqual([]);
});

it('notes of people who are not found say whose they are (GL-434)', async () => {
  const { load, ren, root } = await furnished();
  const notes = [
    noteLine('Known'),
    noteLine('', { author_id: 7 }),
    noteLine('Edited', { author_id: 7, updated_at: '2015-02-03T04:05:06Z' }),
    noteLine('changed the title', { author_id: 7, system: true }),
    noteLine('', { author_id: 102 }),
  ];
  const { issues } = await load({
    issues: [issueLine(1, { author_id: 102, notes })],
    project_members: [memberLine(102, 'ren@corp.example')],
  });
  expect(issues[0]?.authorId).toBe(ren.id);
  expect(issues[0]?.notes.map(({ body, authorId }) => [body, authorId])).toEqual([
    ['Known', ren.id],
    [`*Blank note*${SUFFIX}`, root.id],
    ['Edited\n\n *By Ren Abe on 2015-02-03T04:05:06Z*', root.id],
    [`changed the title${SUFFIX}`, root.id],
  ]);
});

it('nobody is nobody where no number stands', async () => {
  const { load } = await furnished();
  const { issues } = await load({ issues: [issueLine(1, { state: 'closed', closed_by_id: null })] });
  expect(issues[0]?.closedById).toBeNull();
});
