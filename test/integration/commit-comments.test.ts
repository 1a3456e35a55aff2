import { rm } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { addAttachment, addCommitComment, addIssue, sourceTrackerOf } from '../../sandbox/gitbucket.ts';
import { trackerOf } from '../../sandbox/gitlab.ts';
import { journalFile } from '../../src/journal/journal.ts';
import { plannedStep } from '../../src/model/plan.ts';
import { sharedByAll } from '../helpers/cleanup.ts';
import { commitOn } from '../helpers/commits.ts';
import {
  killed,
  migrated,
  verified,
  verifiedAfterRuns,
  type Migrated,
  type Migration,
} from '../helpers/migrated.ts';
import { filesOf } from '../helpers/odd-objects.ts';
import { setRef } from '../helpers/refs.ts';
import { testServers, type TestServers } from '../helpers/servers.ts';
import { tempDir } from '../helpers/temp-dir.ts';

const id = 'team/app';
const on: Migration = { password: 'root', config: { migrate: { tracker: 'auto' } } };
const day = 86_400_000;
const written = (days: number): number => Date.UTC(2022, 5, 7, 8, 9, 10) + days * day;

type World = TestServers & { root: string; tip: string };

/** Comments on two commits and one that is lost: on the whole, on lines that the diff shows and one that it does not. */
async function world(many = 6): Promise<World> {
  const servers = await testServers();
  const { gitbucket, gitlab } = servers;
  const { context } = gitbucket;
  gitlab.settings.importSources = ['gitlab_project'];
  for (const login of ['ann', 'bob']) gitbucket.addUser({ login, email: `${login}@example.com` });
  gitbucket.addGroup({ login: 'team', members: [{ login: 'root', manager: true }] });
  gitbucket.addRepository({ owner: 'team', name: 'app', defaultBranch: 'main' });
  const dir = gitbucket.gitDir('team', 'app');
  const root = commitOn(dir, 'main', 'one');
  const files = { 'file.txt': 'one', 'lines.txt': 'first\nsecond\nthird\n' };
  const tip = filesOf(dir, files, { parents: [root], message: 'two' });
  setRef(dir, 'refs/heads/main', tip);
  const link = await addAttachment(context, id, 'plan.txt', Buffer.from('the plan'));
  addIssue(context, id, { title: 'First', author: 'ann' });
  const remarks: [author: string, sha: string, body: string, place: object][] = [
    ['ann', root, `see #1, @bob and [plan.txt](${link})\r\n\r\n/tag v9 \r\n`, {}],
    ['ann', tip, 'why?', { file: 'lines.txt', newLine: 2 }],
    ['bob', tip, 'because', { file: 'lines.txt', newLine: 2 }],
    ['bob', tip, 'not here', { file: 'lines.txt', newLine: 40 }],
    ['bob', root, 'the first line', { file: 'file.txt', newLine: 1 }],
    ['bob', '1'.repeat(40), 'of a commit that is lost', {}],
  ];
  for (const [index, [author, sha, body, place]] of remarks.slice(0, many).entries())
    addCommitComment(context, id, { author, sha, body, at: written(index), ...place });
  return { ...servers, root, tip };
}

function stepIn(run: { steps: Migrated['items'][number]['steps'] }) {
  return run.steps.find(({ step }) => step === 'commit-comments');
}

function told(run: Migrated): string[] {
  const step = stepIn(run.item(id));
  return [...(step?.notices ?? []), ...(step?.check?.differences ?? [])].map(({ code }) => code);
}

/** What is written on commits, in the order of its making. */
function notesAt({ gitlab }: TestServers) {
  return trackerOf(gitlab.project(id)).commitNotes;
}

/** Everything that must be there once. */
function endOf(servers: TestServers) {
  return notesAt(servers)
    .map(({ commitId, type, body, createdAt, position }) => ({
      commitId,
      type,
      body: body
        .replaceAll(/\/uploads\/[\da-f]{32}/g, '/uploads/-')
        .replaceAll(servers.gitbucket.url, 'GITBUCKET'),
      createdAt,
      line: position?.['new_line'] ?? null,
    }))
    .toSorted((a, b) => (a.createdAt < b.createdAt ? -1 : 1));
}

function sourceComments({ gitbucket }: TestServers) {
  const repository = gitbucket.context.repository('team', 'app');
  if (!repository) throw new Error('there is no such repository');
  return sourceTrackerOf(gitbucket.context, repository).commitComments;
}

test('comments on commits keep date, thread and line, and each names its author', async () => {
  const servers = await world();
  const { root, tip } = servers;
  const first = await migrated(servers, on);
  expect(plannedStep(first.planned(id), 'commit-comments')).toMatchObject({
    changes: true,
    counts: { create: 6 },
  });
  expect(stepIn(first.item(id))).toMatchObject({
    state: 'proven',
    changed: true,
    counts: { create: 5 },
    check: { compared: 5 },
  });
  const end = endOf(servers);
  expect(end.map(({ commitId, type, line }) => [commitId, type, line])).toEqual([
    [root, 'DiscussionNote', null],
    [tip, 'DiffNote', 2],
    [tip, 'DiffNote', 2],
    [tip, 'DiscussionNote', null],
    [root, 'DiffNote', 1],
  ]);
  expect(end.map(({ createdAt }) => Date.parse(createdAt))).toEqual([0, 1, 2, 3, 4].map(written));
  const [whole, why, because, apart] = end.map(({ body }) => body);
  expect(whole).toMatch(
    /^> \*Commented by \[ann\].* 2022-06-07 08:09 UTC\*\n\nsee #1, `@bob` and \[plan\.txt\]/,
  );
  expect(whole).toMatch(/\(\/uploads\/-\/plan\.txt\)\n\n\\\/tag v9$/);
  expect(why).toMatch(/\n\nwhy\?$/);
  expect(because).toMatch(/^> \*Commented by \[bob\][^]*because$/);
  expect(apart).toMatch(new RegExp(`^> \\*On \`lines.txt:40\` in ${tip}\\*\n\n> \\*Commented by \\[bob\\]`));
  expect(new Set(notesAt(servers).map(({ discussionId }) => discussionId)).size).toBe(4);
  expect(told(first)).toEqual(expect.arrayContaining(['tracker-place-lost', 'commit-comments-left']));
  expect(servers.gitlab.mails).toEqual([]);

  const again = await migrated(servers, on);
  expect(again.writes).toEqual([]);
  expect(plannedStep(again.planned(id), 'commit-comments')).toMatchObject({
    changes: false,
    counts: { unchanged: 6 },
  });
  for (const proof of [verified, verifiedAfterRuns]) {
    const project = (await proof(servers, on)).find((item) => item.id === id);
    expect(project && stepIn(project)).toMatchObject({
      state: 'proven',
      check: { compared: 5, differences: [{ code: 'commit-comments-left' }] },
    });
  }
});

test('comments on commits that GitLab does not have are told, by commit and number', async () => {
  const servers = await world();
  const { context } = servers.gitbucket;
  addCommitComment(context, id, { sha: '1'.repeat(40), author: 'ann', body: 'another' });
  const run = await migrated(servers, on);
  const left = stepIn(run.item(id))?.check?.differences.find(({ code }) => code === 'commit-comments-left');
  expect(left?.message).toContain('2 comments on commits');
  expect(left?.message).toContain(`${'1'.repeat(40)} (2)`);
  expect(run.item(id).state).toBe('proven');
});

test('what changed on GitBucket alone is changed; what changed on both sides is told and kept', async () => {
  const servers = await world();
  await migrated(servers, on);
  const [whole, why, because, apart] = sourceComments(servers);
  for (const comment of [why, because]) if (comment) comment.body += ' (edited)';
  const kept = notesAt(servers).find(({ body }) => body.endsWith('because'));
  Object.assign(kept ?? {}, { body: 'written on GitLab' });
  const untouched = notesAt(servers).find(({ body }) => body.endsWith('not here'));
  Object.assign(untouched ?? {}, { body: 'only on GitLab' });
  const tracker = trackerOf(servers.gitlab.project(id));
  tracker.commitNotes = tracker.commitNotes.filter(({ body }) => !body.endsWith('the first line'));
  const comments = sourceComments(servers);
  comments.splice(comments.indexOf(whole ?? comments[0]!), 1);
  const run = await migrated(servers, on);
  expect(stepIn(run.item(id))).toMatchObject({ state: 'failed', counts: { update: 1 } });
  expect(told(run).toSorted()).toEqual([
    'commit-comment-diverged',
    'commit-comment-kept',
    'commit-comment-kept',
    'commit-comments-gone',
    'commit-comments-left',
  ]);
  expect(notesAt(servers).map(({ body }) => body)).toEqual([
    expect.stringContaining('plan.txt'),
    expect.stringMatching(/why\? \(edited\)$/),
    'written on GitLab',
    'only on GitLab',
  ]);
  expect(apart?.body).toBe('not here');
  expect((await migrated(servers, on)).writes).toEqual([]);
});

test('a Maintainer cannot keep dates: the line of each comment tells them', async () => {
  const servers = await world();
  const { gitlab } = servers;
  const user = gitlab.addUser({ username: 'mover', email: 'mover@example.com' });
  const group = gitlab.addGroup({ path: 'team' });
  group.members.push({
    userId: user.id,
    accessLevel: 40,
    createdAt: new Date(written(0)).toISOString(),
    expiresAt: null,
    createdBy: null,
  });
  const config = { migrate: { tracker: 'auto', attribution: '> {name} wrote' } };
  const run = await migrated(servers, { ...on, user: 'mover', config });
  expect(stepIn(run.item(id))).toMatchObject({ state: 'proven', check: { compared: 5 } });
  expect(told(run)).toContain('commit-comments-undated');
  for (const { body, createdAt } of notesAt(servers)) {
    expect(body).toMatch(/> (?:ann|bob) wrote \(2022-06-\d\d 08:09 UTC\)/);
    expect(Date.parse(createdAt)).toBeGreaterThan(written(1000));
  }
});

test('a lost answer makes no second comment, with a journal and without', async () => {
  const servers = await world();
  const { faults } = servers.gitlab.server;
  faults.add({ method: 'POST', url: /\/discussions$/, skip: 1, action: { kind: 'lost-answer' } });
  faults.add({ method: 'POST', url: /\/notes$/, action: { kind: 'lost-answer' } });
  await migrated(servers, on);
  const run = await migrated(servers, on);
  expect(stepIn(run.item(id))).toMatchObject({ state: 'proven' });
  expect(notesAt(servers)).toHaveLength(5);
  const stranger = await migrated({ ...servers, folder: await tempDir() }, on);
  expect(stranger.writes.filter((write) => write.includes('/commits/'))).toEqual([]);
  expect(notesAt(servers)).toHaveLength(5);
});

test('a refusal fails this step of the repository, and the next run goes on', async () => {
  const servers = await world();
  const body = JSON.stringify({ message: '403 Forbidden' });
  servers.gitlab.server.faults.add({
    method: 'POST',
    url: /\/discussions$/,
    skip: 1,
    action: { kind: 'status', status: 403, body, headers: { 'content-type': 'application/json' } },
  });
  const first = await migrated(servers, on);
  expect(stepIn(first.item(id))).toMatchObject({ state: 'failed' });
  expect(notesAt(servers)).toHaveLength(1);
  const second = await migrated(servers, on);
  expect(stepIn(second.item(id))).toMatchObject({ state: 'proven' });
  expect(notesAt(servers)).toHaveLength(5);
});

test('nothing moves where trackers stay, or where nobody may ask the database', async () => {
  const servers = await world();
  const off = await migrated(servers, { ...on, config: { migrate: { tracker: 'off' } } });
  expect(plannedStep(off.planned(id), 'commit-comments')).toBe(null);
  const { password: _, ...withoutSession } = on;
  const blind = await migrated(servers, withoutSession);
  expect(plannedStep(blind.planned(id), 'commit-comments')).toBe(null);
  const gaps = blind.item(id).steps.flatMap(({ notices }) => notices);
  expect(gaps.filter(({ code }) => code === 'tracker-gap').map(({ message }) => message)).toContainEqual(
    expect.stringContaining('comments on commits'),
  );
});

/** Of the whole commit with a file, on a line, and an answer to that: each kind of write. */
const few = 3;

const undisturbed = sharedByAll(async () => {
  const servers = await world(few);
  const { writes } = await migrated(servers, on);
  const own = writes.filter((write) => write.includes('/repository/commits/') || write.includes('/uploads'));
  return { count: own.length, end: endOf(servers) };
});

test('a run that is killed at any write, before or after it is served, is finished by the next one, with nothing twice', async () => {
  const { count, end } = undisturbed();
  expect(count).toBe(4);
  for (let write = 1; write <= count; write += 1) {
    const servers = await world(few);
    const killAt = { write, served: write % 2 === 1, of: /repository\/commits\/|uploads$/ };
    expect(await killed(servers, { ...on, killAt }), `${write}`).toBe(true);
    await servers.gitlab.settle();
    expect(stepIn((await migrated(servers, on)).item(id)), `${write}`).toMatchObject({ state: 'proven' });
    expect(endOf(servers), `${write}`).toEqual(end);
    expect((await migrated(servers, on)).writes, `${write}`).toEqual([]);
  }
});

test('without a journal one that was changed on GitLab, or on GitBucket, is not written a second time', async () => {
  const servers = await world(2);
  await migrated(servers, on);
  await rm(journalFile(servers.folder));
  const [first] = notesAt(servers);
  if (first) first.body += '\n\nEdited.';
  const [, second] = sourceComments(servers);
  if (second) second.body = 'why not?';
  const again = await migrated(servers, on);
  expect(again.writes.filter((write) => write.includes('/discussions'))).toEqual([]);
  expect(notesAt(servers)).toHaveLength(2);
  expect(told(again).slice(-2)).toEqual(['commit-comment-differs', 'commit-comment-differs']);
});
