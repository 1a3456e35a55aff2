import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import * as z from 'zod';
import type { TrackerEvent, TrackerItem } from '../../src/model/tracker.ts';
import { writeArchives } from '../../src/tracker/archive/archive.ts';
import { lineOf, milestoneMade } from '../../src/tracker/archive/lines.ts';
import type { FileDiff, Making } from '../../src/tracker/archive/making.ts';
import { createProblems } from '../../src/tracker/archive/problems.ts';
import { tempDir } from '../helpers/temp-dir.ts';
import { issue, pull, sampleMaking, sampleMembers } from '../helpers/tracker-items.ts';
import { call } from './sandbox-gitlab/api-fixture.ts';
import { gitOk } from './sandbox-gitlab/git-server.ts';
import { startImportServer, type ImportServer } from './sandbox-gitlab/import-fixture.ts';

/** What is built comes out of the embedded GitLab, which loses what a real one loses. */

const at = '2014-03-01T08:00:00.000Z';
const comment = (id: number, author: string, body: string) => ({
  id,
  author,
  body,
  createdAt: `2014-02-01T08:00:${String(id).padStart(2, '0')}.000Z`,
  updatedAt: at,
});

async function load(server: ImportServer, items: TrackerItem[], making: Making): Promise<void> {
  const directory = await tempDir();
  const problems = createProblems();
  const lines = items.map((item) => lineOf(item, making, problems)).filter((line) => line !== null);
  expect(problems.refused()).toEqual([]);
  for await (const { file, relation } of writeArchives(lines, { directory, members: sampleMembers() })) {
    expect(await server.ask(relation, await readFile(file))).toMatchObject({ status: 201 });
    await server.gitlab.settle();
  }
}

test('issues arrive whole, by those whom GitLab knows and by others', async () => {
  const server = await startImportServer();
  const mika = server.gitlab.addUser({ username: 'mika', email: 'mika@corp.example' });
  const ren = server.gitlab.addUser({ username: 'ren.abe', email: 'ren@corp.example', state: 'blocked' });
  const events: TrackerEvent[] = [
    { id: 3, author: 'mika', at, kind: 'label', added: true, name: 'bug' },
    { id: 4, author: 'zoe', at, kind: 'close' },
    { id: 5, author: 'ren', at, kind: 'reopen' },
    { id: 6, author: 'ren', at, kind: 'close' },
    { id: 7, author: 'mika', at, kind: 'title', from: 'Old', to: 'Stops' },
  ];
  await load(
    server,
    [
      issue({ comments: [comment(1, 'ren', 'One'), comment(2, 'zoe', 'Two'), comment(8, 'mika', ' ')] }),
      issue({
        number: 4,
        author: 'zoe',
        state: 'closed',
        closedAt: at,
        closedBy: 'ren',
        events,
        labels: ['bug'],
      }),
      issue({
        number: 9,
        assignees: ['mika', 'ren', 'zoe'],
        milestone: '1.0',
        fields: [{ name: 'OS', value: 'x' }],
      }),
    ],
    sampleMaking(),
  );
  const { issues, milestones } = server.tracker();
  const root = server.gitlab.context.state.users.find(({ username }) => username === 'root');
  expect(issues.map(({ iid, state, authorId }) => [iid, state, authorId])).toEqual([
    [1, 'opened', mika.id],
    [4, 'closed', root?.id],
    [9, 'opened', mika.id],
  ]);
  const [first, second, third] = issues;
  expect(first?.notes.map(({ body, authorId }) => [body, authorId])).toEqual([
    ['One', ren.id],
    ['Two\n\n *By Zoe Lang on 2014-03-01T08:00:00*', root?.id],
    ['*Blank note*', mika.id],
  ]);
  expect(second).toMatchObject({
    closedAt: at,
    closedById: ren.id,
    description: '> *opened by zoe, 2014-01-12*\n\nSee !6',
  });
  expect(second?.events.map(({ kind, action, userId }) => [kind, action, userId])).toEqual([
    ['state', 'reopened', ren.id],
    ['state', 'closed', ren.id],
    ['label', 'add', mika.id],
  ]);
  expect(second?.notes.map(({ system, body }) => [system, body])).toEqual([
    [true, 'closed\n\n *By Zoe Lang on 2014-03-01T08:00:00*'],
    [true, 'changed title from `Old` to `Stops`'],
  ]);
  expect(third?.assignees).toEqual([mika.id, ren.id]);
  expect(milestones).toMatchObject([{ iid: 1, title: '1.0', state: 'closed', dueDate: '2014-02-28' }]);
});

test('a milestone that nothing uses arrives by itself', async () => {
  const server = await startImportServer();
  const milestone = sampleMaking().milestone('1.0');
  const lines = milestone === null ? [] : [milestoneMade(milestone)];
  for await (const { file } of writeArchives(lines, { directory: await tempDir(), members: sampleMembers() }))
    await server.ask('milestones', await readFile(file));
  await server.gitlab.settle();
  expect(server.tracker().milestones.map(({ iid, title }) => [iid, title])).toEqual([[1, '1.0']]);
});

test('requests arrive with their diffs, and comments stand on their lines', async () => {
  const server = await startImportServer();
  server.gitlab.addUser({ username: 'mika', email: 'mika@corp.example' });
  const work = await tempDir();
  const git = (...args: string[]) => gitOk(work, args);
  const text = Array.from({ length: 20 }, (_, index) => `line ${index + 1}\n`);
  async function commit(lines: string[]): Promise<string> {
    await writeFile(join(work, 'src.txt'), lines.join(''));
    await git('add', '-A');
    await git('commit', '-q', '-m', 'change');
    return git('rev-parse', 'HEAD');
  }
  await git('init', '-q', '-b', 'main', '.');
  const base = await commit(text);
  await git('checkout', '-q', '-b', 'topic');
  const head = await commit(text.with(2, 'third\n').toSpliced(14, 1));
  await git('checkout', '-q', 'main');
  await git('merge', '-q', '--no-ff', '-m', 'Merge topic', 'topic');
  const mergeCommit = await git('rev-parse', 'HEAD');
  const remote = `${server.gitlab.url.replace('//', `//oauth2:${server.token}@`)}/team/p.git`;
  await git('push', '-q', remote, 'main', 'topic:refs/pull/6/head');

  const path = `/projects/team%2Fp/repository/compare?from=${base}&to=${head}`;
  const compared = await call(server.gitlab, 'GET', path, { token: server.token });
  const Diffs = z.object({
    diffs: z.array(z.object({ old_path: z.string(), new_path: z.string(), diff: z.string() })),
  });
  const files: FileDiff[] = Diffs.parse(JSON.parse(compared.text)).diffs.map((file) => ({
    oldPath: file.old_path,
    newPath: file.new_path,
    text: file.diff,
  }));
  const making = sampleMaking({
    place: (request) => ({
      head: request.number === 6 ? head : null,
      start: base,
      mergeCommit,
      squashCommit: null,
      diff: () => ({ base, start: base, head, files }),
    }),
  });
  const on = (id: number, oldLine: number | null, newLine: number | null, replyTo: number | null = null) => ({
    ...comment(id, 'mika', `text ${id}`),
    commit: head,
    path: 'src.txt',
    oldLine,
    newLine,
    replyTo,
  });
  await load(
    server,
    [
      pull({
        state: 'merged',
        mergedAt: at,
        mergedBy: 'mika',
        lineComments: [on(1, null, 3), on(2, 15, null), on(3, 4, 4), on(4, null, 3, 1), on(5, null, 10)],
      }),
      pull({
        number: 8,
        state: 'closed',
        draft: true,
        head: { repository: null, branch: 'gone', commit: null },
      }),
    ],
    making,
  );
  const [merged, lost] = server.tracker().mergeRequests;
  expect(merged).toMatchObject({
    iid: 6,
    state: 'merged',
    mergedAt: at,
    mergeCommitSha: mergeCommit,
    headSha: head,
  });
  const request = '/projects/team%2Fp/merge_requests/6/diffs';
  const shown = await call(server.gitlab, 'GET', request, { token: server.token });
  expect(JSON.parse(shown.text)).toMatchObject([{ new_path: 'src.txt' }]);
  expect(
    merged?.notes.map(({ type, body, lineCode = null }) => [type, body, lineCode?.slice(40) ?? null]),
  ).toEqual([
    ['DiffNote', 'text 1', '_4_3'],
    ['DiffNote', 'text 2', '_15_15'],
    ['DiffNote', 'text 3', '_4_4'],
    ['DiffNote', 'text 4', '_4_3'],
    [null, '*On src.txt:10 of ' + head.slice(0, 7) + '*\n\ntext 5', null],
  ]);
  const [thread, , , reply] = merged?.notes ?? [];
  expect(reply?.discussionId).toBe(thread?.discussionId);
  expect(lost).toMatchObject({
    iid: 8,
    title: 'Reset',
    state: 'closed',
    sourceBranch: 'pr-8-gone',
    diff: null,
  });
});
