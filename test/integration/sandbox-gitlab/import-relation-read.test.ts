import { expect, it } from 'vitest';
import { as } from './api-fixture.ts';
import { issueLine, memberLine, noteLine, startImportServer } from './import-fixture.ts';

it('what was imported is read, deleted and imported again by REST (GL-424, GL-446)', async () => {
  const { gitlab, load, token } = await startImportServer();
  gitlab.addUser({ username: 'mika', email: 'mika@corp.example' });
  const project_members = [memberLine(101, 'mika@corp.example')];
  const lines = [1, 5, 9].map((iid) =>
    issueLine(iid, {
      state: iid === 5 ? 'closed' : 'opened',
      created_at: '2014-01-12T10:20:30.000Z',
      updated_at: '2014-02-12T16:00:00.000Z',
      closed_at: iid === 5 ? '2014-02-12T16:00:00.000Z' : null,
      label_links: [{ label: { title: 'bug', color: '#d73a4a' } }],
      milestone: { iid: 2, title: '1.0', state: 'closed' },
      notes: [noteLine('Text'), noteLine('changed', { system: true })],
    }),
  );
  await load({ issues: lines, project_members });
  const admin = as(gitlab, token);
  const list = async () =>
    (await admin.get('/projects/team%2Fp/issues?scope=all&state=all&order_by=created_at&sort=asc')).body;
  expect(await list()).toMatchObject(
    [1, 5, 9].map((iid) => ({
      iid,
      title: `Issue ${iid}`,
      state: iid === 5 ? 'closed' : 'opened',
      author: { username: 'mika' },
      created_at: '2014-01-12T10:20:30.000Z',
      updated_at: '2014-02-12T16:00:00.000Z',
      closed_at: iid === 5 ? '2014-02-12T16:00:00.000Z' : null,
      labels: ['bug'],
      milestone: { iid: 2, title: '1.0', state: 'closed' },
      user_notes_count: 1,
      imported: true,
      imported_from: 'gitlab_project',
    })),
  );

  expect((await admin.delete('/projects/team%2Fp/issues/9')).status).toBe(204);
  expect((await admin.post('/projects/team%2Fp/issues', { title: 'By hand' })).body.iid).toBe(10);
  await load({ issues: lines, project_members });
  expect((await list()).map(({ iid }: { iid: number }) => iid).toSorted()).toEqual([1, 10, 5, 9]);
  expect((await admin.get('/projects/team%2Fp/issues/9/notes')).body).toHaveLength(2);
  expect((await admin.post('/projects/team%2Fp/issues', { title: 'By hand' })).body.iid).toBe(11);
  expect((await admin.delete('/projects/team%2Fp/issues/11')).status).toBe(204);
  await load({ issues: lines, project_members });
  expect((await admin.post('/projects/team%2Fp/issues', { title: 'By hand' })).body.iid).toBe(11);
});

it('one number below zero breaks every list of issues (GL-429)', async () => {
  const { gitlab, load, token } = await startImportServer();
  await load({ issues: [issueLine(1), issueLine(-1)] });
  expect((await as(gitlab, token).get('/projects/team%2Fp/issues?state=all')).status).toBe(500);
});

it('issues may be switched off meanwhile (GL-431)', async () => {
  const { gitlab, load, token } = await startImportServer();
  const admin = as(gitlab, token);
  await admin.put('/projects/team%2Fp', { issues_access_level: 'disabled' });
  await load({ issues: [issueLine(1)] });
  await admin.put('/projects/team%2Fp', { issues_access_level: 'enabled' });
  expect((await admin.get('/projects/team%2Fp/issues')).body).toHaveLength(1);
});

it('a member whom the project does not know yet is refused (GL-40)', async () => {
  const { gitlab, ask, token } = await startImportServer({ memberLateness: 1 });
  const user = gitlab.addUser({ username: 'late', email: 'late@corp.example' });
  await as(gitlab, token).post('/groups/team/members', { user_id: user.id, access_level: 50 });
  const by = { token: gitlab.token('late') };
  expect((await ask('issues', 'x', by)).status).toBe(403);
  expect((await ask('issues', 'x', by)).status).toBe(201);
});
