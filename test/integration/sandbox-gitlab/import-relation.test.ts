import { expect, it, vi } from 'vitest';
import { as, call } from './api-fixture.ts';
import { archiveOf, issueLine, startImportServer } from './import-fixture.ts';

const FORBIDDEN = { message: 'You are not authorized to perform this action' };

it('takes an archive, queues it and tells how far it is (GL-420)', async () => {
  const { gitlab, ask, token, tracker } = await startImportServer({
    importMsPerItem: 1,
    asyncDelayMs: 60_000,
  });
  const archive = await archiveOf({ issues: [issueLine(1), issueLine(7)] });

  const asked = await ask('issues', archive);
  expect(asked.status).toBe(201);
  expect(asked.body).toEqual({
    id: expect.any(Number),
    project_path: 'team/p',
    relation: 'issues',
    status: 'created',
    created_at: expect.any(String),
    updated_at: expect.any(String),
  });
  await gitlab.settle();

  const list = await as(gitlab, token).get('/projects/team%2Fp/relation-imports');
  expect(list.status).toBe(200);
  expect(list.body).toMatchObject([{ id: asked.body.id, status: 'finished' }]);
  expect(tracker().issues.map(({ iid }) => iid)).toEqual([1, 7]);
});

it('asks for the import source before anything else (GL-440)', async () => {
  const { gitlab, ask, token } = await startImportServer({ importSources: ['git'] });
  expect((await ask('issues', null, { path: 'team/none' })).body).toEqual({ message: '403 Forbidden' });
  await as(gitlab, token).put('/application/settings', { import_sources: ['git', 'gitlab_project'] });
  expect((await as(gitlab, token).get('/application/settings')).body.import_sources).toContain(
    'gitlab_project',
  );
  expect((await ask('issues', 'x', { path: 'team/none' })).status).toBe(404);
});

it.each([
  ['a project that is not there', 'issues', 'team/none', 404, { message: 'Project not found' }],
  ['a number instead of a path', 'issues', '1', 404, { message: 'Project not found' }],
  ...['labels', 'releases', 'notes'].map(
    (relation) =>
      [
        `the relation ${relation}`,
        relation,
        'team/p',
        400,
        { message: 'Imported relation must be one of issues, merge_requests, milestones, or ci_pipelines' },
      ] as const,
  ),
] as const)('refuses %s', async (_, relation, path, status, body) => {
  const { ask } = await startImportServer();
  const answer = await ask(relation, 'x', { path });
  expect([answer.status, answer.body]).toEqual([status, body]);
});

it('wants a file whose name ends in .gz', async () => {
  const { gitlab, ask, token } = await startImportServer();
  const ending = 'You need to upload a GitLab project export archive (ending in .gz).';
  for (const name of ['a.tgz', 'a.zip', 'a.tar']) {
    const answer = await ask('issues', 'x', { name });
    expect([answer.status, answer.body]).toEqual([422, { message: { error: ending } }]);
  }
  expect((await ask('issues', null)).body).toEqual({ error: 'file is missing' });
  const json = await as(gitlab, token).post('/projects/import-relation', {
    path: 'team/p',
    relation: 'issues',
  });
  expect([json.status, json.body]).toEqual([400, { error: 'file is missing' }]);
});

it('is for maintainers, and shows its list to nobody else', async () => {
  const { gitlab, ask } = await startImportServer();
  for (const username of ['dev', 'maint', 'own', 'groupmaint', 'out'])
    gitlab.addUser({ username, email: `${username}@corp.example` });
  gitlab.addMember('team/p', 'dev', 30);
  gitlab.addMember('team/p', 'maint', 40);
  gitlab.addMember('team', 'own', 50);
  gitlab.addMember('team', 'groupmaint', 40);
  const archive = await archiveOf({});
  for (const username of ['dev', 'out']) {
    const token = gitlab.token(username);
    const answer = await ask('issues', archive, { token });
    expect([answer.status, answer.body]).toEqual([403, FORBIDDEN]);
  }
  const list = (username: string) =>
    as(gitlab, gitlab.token(username)).get('/projects/team%2Fp/relation-imports');
  expect((await list('dev')).body).toEqual({ message: '403 Forbidden - Project' });
  expect((await list('out')).status).toBe(404);
  for (const username of ['maint', 'own', 'groupmaint']) {
    expect((await ask('issues', archive, { token: gitlab.token(username) })).status).toBe(201);
    await gitlab.settle();
  }
  expect((await list('maint')).body).toHaveLength(3);
});

it('is not there before 17.1', async () => {
  const { gitlab, ask, token } = await startImportServer({ version: '17.0.5' });
  const answers = [
    await ask('issues', 'x'),
    await as(gitlab, token).get('/projects/team%2Fp/relation-imports'),
  ];
  expect(answers.map(({ status, body }) => [status, body])).toEqual([
    [404, { error: '404 Not Found' }],
    [404, { error: '404 Not Found' }],
  ]);
});

it('counts six imports of a user in a minute of the clock, refused ones too (GL-428)', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-01-01T00:00:10Z') });
  try {
    const { gitlab, ask, token } = await startImportServer({ asyncDelayMs: 60_000 });
    await as(gitlab, token).put('/application/settings', { project_import_limit: 6 });
    for (let i = 0; i < 3; i += 1) expect((await ask('issues', 'x', { path: 'team/none' })).status).toBe(404);
    for (let i = 0; i < 2; i += 1) expect((await ask('issues', 'x', { name: 'x.txt' })).status).toBe(422);
    expect((await ask('issues', await archiveOf({}))).status).toBe(201);
    // What is refused before is not counted, and reading is free.
    expect((await ask('issues', null)).status).toBe(400);
    const seventh = await ask('issues', 'x');
    expect([seventh.status, seventh.headers.get('retry-after')]).toEqual([429, '60']);
    expect(seventh.body.message.error).toBe(
      'This endpoint has been requested too many times. Try again later.',
    );
    expect((await as(gitlab, token).get('/projects/team%2Fp/relation-imports')).status).toBe(200);
    gitlab.addUser({ username: 'other', email: 'other@corp.example', admin: true });
    expect((await ask('issues', 'x', { token: gitlab.token('other') })).status).toBe(201);
    vi.setSystemTime(Date.parse('2026-01-01T00:01:00Z'));
    expect((await ask('issues', 'x')).status).toBe(201);
    await as(gitlab, token).put('/application/settings', { project_import_limit: 0 });
    for (let i = 0; i < 7; i += 1) expect((await ask('issues', 'x', { path: 'team/none' })).status).toBe(404);
  } finally {
    vi.useRealTimers();
  }
});

it('takes no second import while one is running, and shows half an item meanwhile (GL-441)', async () => {
  const { gitlab, ask, token, tracker } = await startImportServer({ importMsPerItem: 2000, asyncDelayMs: 0 });
  const note = { note: 'later', author_id: 1, author: { name: 'A' }, updated_at: '2014-01-01T00:00:00.000Z' };
  await ask('issues', await archiveOf({ issues: [issueLine(1, { notes: [note] })] }));
  await vi.waitFor(() => expect(tracker().issues).toHaveLength(1), 5000);
  expect(tracker().issues[0]?.notes).toEqual([]);
  const list = await as(gitlab, token).get('/projects/team%2Fp/relation-imports');
  expect(list.body).toMatchObject([{ status: 'started' }]);
  const second = await ask('issues', await archiveOf({}));
  expect([second.status, second.body]).toEqual([
    409,
    { message: 'A relation import is already in progress for this project' },
  ]);
  await gitlab.settle();
  expect(tracker().issues[0]?.notes).toHaveLength(1);
});

it('queues two while the last one waits, and the second file takes the place of the first (GL-445)', async () => {
  const { gitlab, ask, token, tracker } = await startImportServer({ asyncDelayMs: 60_000 });
  const first = await ask('issues', await archiveOf({ issues: [issueLine(1)] }));
  const second = await ask('issues', await archiveOf({ issues: [issueLine(2)] }));
  expect([first.status, second.status]).toEqual([201, 201]);
  await gitlab.settle();
  const list = await as(gitlab, token).get('/projects/team%2Fp/relation-imports');
  expect(list.body.map(({ status }: { status: string }) => status)).toEqual(['finished', 'finished']);
  expect(tracker().issues.map(({ iid }) => iid)).toEqual([2]);
});

it('keeps the files of two users apart', async () => {
  const { gitlab, ask, tracker } = await startImportServer({ asyncDelayMs: 60_000 });
  gitlab.addUser({ username: 'maint', email: 'maint@corp.example' });
  gitlab.addMember('team/p', 'maint', 40);
  await ask('issues', await archiveOf({ issues: [issueLine(1)] }));
  await ask('issues', await archiveOf({ issues: [issueLine(2)] }), { token: gitlab.token('maint') });
  await gitlab.settle();
  expect(tracker().issues.map(({ iid }) => iid)).toEqual([1, 2]);
});

it('says nothing of the import where other imports are told of', async () => {
  const { gitlab, load, token } = await startImportServer();
  await load({ issues: '{"broken' });
  const { body } = await call(gitlab, 'GET', '/projects/team%2Fp/import', { token });
  expect(body).toMatchObject({ import_status: 'none', failed_relations: [] });
});

it('makes a project for a whole archive, which fails here, and counts it as an import (GL-473)', async () => {
  const { gitlab, token, ask } = await startImportServer();
  await as(gitlab, token).put('/application/settings', { project_import_limit: 2 });
  const raw = new FormData();
  raw.append('path', 'whole');
  raw.append('namespace', 'team');
  raw.append('file', new Blob(['rubbish']), 'x.tar.gz');
  const asked = await call(gitlab, 'POST', '/projects/import', { token, raw });
  expect([asked.status, asked.body.import_status, asked.body.path_with_namespace]).toEqual([
    201,
    'scheduled',
    'team/whole',
  ]);
  await gitlab.settle();
  const { body } = await as(gitlab, token).get('/projects/team%2Fwhole/import');
  expect(body).toMatchObject({
    import_status: 'failed',
    import_type: 'gitlab_project',
    failed_relations: [],
  });
  expect((await ask('issues', 'x')).status).toBe(201);
  expect((await ask('issues', 'x')).status).toBe(429);
});

it('lets nobody below a Maintainer make a project by an archive (GL-473)', async () => {
  const { gitlab } = await startImportServer();
  gitlab.addUser({ username: 'dev', email: 'dev@corp.example' });
  gitlab.addMember('team', 'dev', 30);
  const raw = new FormData();
  raw.append('path', 'whole');
  raw.append('namespace', 'team');
  raw.append('file', new Blob(['rubbish']), 'x.tar.gz');
  const answer = await call(gitlab, 'POST', '/projects/import', { token: gitlab.token('dev'), raw });
  expect([answer.status, answer.body]).toEqual([400, { message: 'User is not allowed to import projects' }]);
});
