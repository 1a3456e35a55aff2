import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { sharedByAll } from '../../helpers/cleanup.ts';
import { tempDir } from '../../helpers/temp-dir.ts';
import { as } from './api-fixture.ts';
import { gitOk } from './git-server.ts';
import { memberLine, noteLine, startImportServer } from './import-fixture.ts';

const TEXT = Array.from({ length: 20 }, (_, index) => `line ${index + 1}\n`);

/** A local repository with `topic`: two commits that change line 3 of `src.txt` and add `new.txt`, merged into `main`. */
const local = sharedByAll(async () => {
  const work = await tempDir();
  const git = (...args: string[]) => gitOk(work, args);
  const commit = async (name: string, text: string, message: string) => {
    await writeFile(join(work, name), text);
    await git('add', '-A');
    await git('commit', '-q', '-m', message);
    return git('rev-parse', 'HEAD');
  };
  await git('init', '-q', '-b', 'main', '.');
  await commit('src.txt', TEXT.join(''), 'base');
  const base = await git('rev-parse', 'HEAD');
  await git('checkout', '-q', '-b', 'topic');
  const first = await commit('src.txt', TEXT.with(2, 'third\n').join(''), 'change the third');
  const head = await commit('new.txt', 'new\n', 'add a file');
  await git('checkout', '-q', 'main');
  const target = await commit('other.txt', 'meanwhile\n', 'meanwhile');
  await git('merge', '-q', '--no-ff', '-m', 'Merge topic', 'topic');
  const merge = await git('rev-parse', 'HEAD');
  return { git, ids: { base, first, head, target, merge } };
});

async function furnished() {
  const server = await startImportServer();
  const { gitlab, token } = server;
  const { git, ids } = local();
  const remote = `${gitlab.url.replace('//', `//oauth2:${token}@`)}/team/p.git`;
  const push = (...refs: string[]) => git('push', '-q', remote, ...refs);
  const gitDir = gitlab.gitDir('team/p');
  return {
    ...server,
    push,
    ids,
    refs: () => gitOk(gitDir, ['for-each-ref', '--format=%(refname) %(objectname)']),
    /** By REST: the request itself, or `commits`, `diffs`, `versions`. */
    show: async (iid: number, what = '') => {
      const path = `/projects/team%2Fp/merge_requests/${iid}${what && `/${what}`}`;
      return (await as(gitlab, token).get(path)).body;
    },
    gitDir,
  };
}

function requestLine(iid: unknown, others: object = {}): Record<string, unknown> {
  return {
    iid,
    title: `Request ${String(iid)}`,
    author_id: 101,
    source_project_id: 1,
    target_project_id: 1,
    source_branch: 'topic',
    target_branch: 'main',
    ...others,
  };
}

it('brings a merged request with its diff, though its branch was never there (GL-426, GL-433)', async () => {
  const { gitlab, load, push, ids, refs, show, gitDir } = await furnished();
  await push('main', 'topic:refs/pull/6/head');
  const mika = gitlab.addUser({ username: 'mika', email: 'mika@corp.example' });
  const { mergeRequests } = await load({
    project_members: [memberLine(101, 'mika@corp.example')],
    merge_requests: [
      requestLine(6, {
        title: 'Draft: Reset',
        description: 'Closes #1',
        state: 'merged',
        source_branch_sha: ids.head,
        target_branch_sha: ids.target,
        merge_commit_sha: ids.merge,
        squash_commit_sha: ids.first,
        merge_user_id: 101,
        created_at: '2014-02-11T09:30:00.000Z',
        updated_at: '2014-02-12T09:00:00.000Z',
        metrics: { merged_at: '2014-02-12T09:00:00.000Z', merged_by_id: 101 },
        merge_request_assignees: [{ user_id: 101 }, { user_id: 102 }],
        merge_request_reviewers: [{ user_id: 101, state: 'unreviewed' }],
        approvals: [{ user_id: 101, created_at: '2014-02-12T08:00:00.000Z' }],
        resource_state_events: [{ state: 'merged', user_id: 101, created_at: '2014-02-12T09:00:00.000Z' }],
      }),
    ],
  });
  const [request] = mergeRequests;
  if (!request) throw new Error('no request');
  expect(request).toMatchObject({
    iid: 6,
    title: 'Draft: Reset',
    state: 'merged',
    headSha: ids.head,
    mergeCommitSha: ids.merge,
    squashCommitSha: ids.first,
    mergedAt: '2014-02-12T09:00:00.000Z',
    mergedById: mika.id,
    closedAt: null,
    assignees: [mika.id, 1],
    reviewers: [mika.id],
    approvals: [{ userId: mika.id, createdAt: '2014-02-12T08:00:00.000Z' }],
    updatedAt: '2014-02-12T09:00:00.000Z',
    events: [{ kind: 'state', action: 'merged' }],
    imported: true,
  });
  expect(await show(6)).toMatchObject({
    draft: true,
    sha: ids.head,
    changes_count: '2',
    diff_refs: { base_sha: ids.base, head_sha: ids.head, start_sha: ids.target },
    merge_user: { username: 'mika' },
    imported: true,
    imported_from: 'gitlab_project',
  });
  expect(await show(6, 'commits')).toMatchObject([{ id: ids.head }, { id: ids.first }]);
  expect(await show(6, 'diffs')).toMatchObject([{ new_path: 'new.txt' }, { new_path: 'src.txt' }]);
  expect((await show(6, 'changes')).changes).toHaveLength(2);
  expect(await show(6, 'versions')).toMatchObject([
    { state: 'collected', real_size: '2', base_commit_sha: ids.base, start_commit_sha: ids.target },
  ]);
  expect(await refs()).toContain(`refs/keep-around/${ids.head}`);
  expect(await refs()).toContain(`refs/keep-around/${ids.target}`);
  expect(await refs()).not.toContain('refs/merge-requests/');

  // What carried the commits may go: they stay.
  await push(':refs/pull/6/head');
  await gitOk(gitDir, ['gc', '-q', '--prune=now']);
  expect(await show(6, 'diffs')).toHaveLength(2);
  expect(await show(6, 'commits')).toHaveLength(2);
});

it.each(['source_project_id', 'target_project_id', 'source_branch', 'target_branch', 'author_id', 'title'])(
  'a request without %s is lost (GL-433)',
  async (key) => {
    const { load } = await startImportServer();
    const lines = [requestLine(1), requestLine(2, { [key]: undefined }), requestLine(3)];
    expect((await load({ merge_requests: lines })).mergeRequests.map(({ iid }) => iid)).toEqual([1, 3]);
  },
);

it('a request without its commits has an empty diff for good (GL-426)', async () => {
  const { load, push, ids, show, gitlab } = await furnished();
  await push(`${ids.target}:refs/heads/main`);
  const shas = { source_branch_sha: ids.head, target_branch_sha: ids.target };
  const { mergeRequests } = await load({
    merge_requests: [
      requestLine(1, { ...shas, notes: [noteLine('kept')] }),
      requestLine(2, { ...shas, state: 'closed' }),
    ],
  });
  await push('main', 'topic:refs/pull/1/head');
  await gitlab.settle();
  for (const request of mergeRequests) {
    expect(request).toMatchObject({
      headSha: ids.head,
      diff: null,
      versions: [{ state: 'empty', files: 0 }],
    });
    expect(await show(request.iid)).toMatchObject({ sha: ids.head, changes_count: null });
    expect([await show(request.iid, 'diffs'), await show(request.iid, 'commits')]).toEqual([[], []]);
    expect(await show(request.iid, 'versions')).toMatchObject([{ state: 'empty', real_size: '0' }]);
  }
  expect(mergeRequests[0]?.notes).toHaveLength(1);
});

it('branches are not looked at: equal ones, two open requests of one pair, names of nothing', async () => {
  const { load } = await startImportServer();
  const { mergeRequests } = await load({
    merge_requests: [requestLine(1), requestLine(2), requestLine(3, { source_branch: 'main' })],
  });
  expect(mergeRequests.map(({ iid, state }) => `${iid} ${state}`)).toEqual([
    '1 opened',
    '2 opened',
    '3 opened',
  ]);
});

it('a project without any repository takes requests, too', async () => {
  const { load } = await startImportServer();
  const shas = { source_branch_sha: 'a'.repeat(40), target_branch_sha: 'b'.repeat(40) };
  expect((await load({ merge_requests: [requestLine(1, shas)] })).mergeRequests).toHaveLength(1);
});

it('a target that holds the head makes an empty diff (GL-433)', async () => {
  const { load, push, ids } = await furnished();
  await push('main', 'topic:refs/pull/1/head');
  const { mergeRequests } = await load({
    merge_requests: [
      requestLine(1, { state: 'merged', source_branch_sha: ids.head, target_branch_sha: ids.merge }),
      requestLine(2, { state: 'merged', source_branch_sha: ids.head }),
      requestLine(3, { merge_request_diff: { state: 'empty' } }),
      requestLine(4, { state: 'open' }),
    ],
  });
  expect(mergeRequests.map(({ iid, versions }) => [iid, versions?.[0]?.state])).toEqual([
    [1, 'empty'],
    [2, 'empty'],
    [3, 'empty'],
  ]);
});

it('a request that was deleted is imported again, with its diff this time (GL-424, GL-426)', async () => {
  const { gitlab, load, push, ids, show, token } = await furnished();
  await push(`${ids.target}:refs/heads/main`);
  const merge_requests = [requestLine(1, { source_branch_sha: ids.head, target_branch_sha: ids.target })];
  await load({ merge_requests });
  await push('topic:refs/pull/1/head');
  await load({ merge_requests });
  expect(await show(1)).toMatchObject({ changes_count: null });
  const gone = await as(gitlab, token).delete('/projects/team%2Fp/merge_requests/1');
  expect(gone.status).toBe(204);
  await load({ merge_requests });
  expect(await show(1)).toMatchObject({ iid: 1, changes_count: '2' });
});

it('refs/merge-requests/N/head is made where the branch is there (GL-437)', async () => {
  const { load, push, ids, refs, show, tracker } = await furnished();
  await push(`${ids.target}:refs/heads/main`, 'topic');
  await load({
    merge_requests: [
      requestLine(7, {
        state: 'closed',
        metrics: { latest_closed_at: '2014-02-12T09:00:00.000Z', latest_closed_by_id: null },
      }),
    ],
  });
  expect(await refs()).toContain(`refs/merge-requests/7/head ${ids.head}`);
  await push(':topic');
  const [request] = tracker().mergeRequests;
  expect(request).toMatchObject({ state: 'closed', closedAt: '2014-02-12T09:00:00.000Z', closedById: null });
  expect(await show(7, 'diffs')).toHaveLength(2);
});

it('an open request of a fork gets the branch that is missing, a closed one does not (GL-438)', async () => {
  const { load, push, ids, refs } = await furnished();
  await push(`${ids.target}:refs/heads/main`, 'topic:refs/pull/1/head');
  const fork = {
    source_project_id: 2,
    diff_head_sha: ids.head,
    source_branch_sha: ids.head,
    target_branch_sha: ids.base,
  };
  const { mergeRequests } = await load({
    merge_requests: [
      requestLine(1, { ...fork, source_branch: 'of-a-fork' }),
      requestLine(2, { ...fork, source_branch: 'closed-one', state: 'closed' }),
      requestLine(3, { ...fork, source_branch: 'lost', diff_head_sha: 'a'.repeat(40) }),
    ],
  });
  expect(await refs()).toContain(`refs/heads/of-a-fork ${ids.head}`);
  expect(await refs()).not.toMatch(/refs\/heads\/(?:closed-one|lost)/);
  expect(mergeRequests.map(({ versions }) => versions?.[0]?.files)).toEqual([2, 2, 2]);
});

it('a diff that the archive brings is shown without any commit (GL-444)', async () => {
  const { load } = await startImportServer();
  const file = {
    new_path: 'a.txt',
    old_path: 'a.txt',
    a_mode: '0',
    b_mode: '100644',
    new_file: true,
    utf8_diff: '@@ -0,0 +1 @@\n+a\n',
  };
  const { mergeRequests } = await load({
    merge_requests: [
      requestLine(1, {
        merge_request_diff: {
          state: 'collected',
          base_commit_sha: 'a'.repeat(40),
          start_commit_sha: 'a'.repeat(40),
          head_commit_sha: 'b'.repeat(40),
          created_at: '2014-02-12T09:00:00.000Z',
          merge_request_diff_files: [file],
        },
      }),
    ],
  });
  expect(mergeRequests[0]).toMatchObject({
    headSha: 'b'.repeat(40),
    versions: [
      {
        state: 'collected',
        files: 1,
        createdAt: '2014-02-12T09:00:00.000Z',
        shipped: [{ diff: file.utf8_diff }],
      },
    ],
  });
});

it('a comment on a line has its place, or says where it was (GL-427, GL-439)', async () => {
  const { load, push, ids } = await furnished();
  await push('main', 'topic:refs/pull/1/head');
  const position = {
    position_type: 'text',
    base_sha: ids.base,
    start_sha: ids.target,
    head_sha: ids.head,
    old_path: 'src.txt',
    new_path: 'src.txt',
  };
  const sha1 = createHash('sha1').update('src.txt').digest('hex');
  const on = (note: string, old_line: number | null, new_line: number | null, others: object = {}) =>
    noteLine(note, {
      author_id: 101,
      type: 'DiffNote',
      noteable_type: 'MergeRequest',
      line_code: `${sha1}_3_3`,
      position: { ...position, old_line, new_line },
      ...others,
    });
  const thread = 'c'.repeat(40);
  const { mergeRequests } = await load({
    project_members: [memberLine(101, 'admin@example.com')],
    merge_requests: [
      requestLine(1, {
        state: 'merged',
        source_branch_sha: ids.head,
        target_branch_sha: ids.target,
        notes: [
          on('added', null, 3, {
            discussion_id: thread,
            resolved_at: '2014-02-01T00:00:00.000Z',
            resolved_by_id: 101,
          }),
          on('answer', null, 3, { discussion_id: thread }),
          on('removed', 3, null),
          on('unchanged', 2, 2),
          on('wrong code is taken', 2, 2, { line_code: 'nonsense' }),
          on('no code', 2, 2, { line_code: undefined }),
          on('both on an added line', 3, 3),
          on('only the new line of an unchanged one', null, 2),
          on('outside of the hunks', 15, 15),
          on('other file', null, 1, {
            position: { ...position, new_path: 'none.txt', old_path: 'none.txt', new_line: 1 },
          }),
          on('older head', null, 3, {
            position: { ...position, head_sha: ids.first, old_line: null, new_line: 3 },
          }),
          on('lost head', null, 3, { position: { ...position, head_sha: 'd'.repeat(40), new_line: 3 } }),
        ],
      }),
    ],
  });
  const notes = mergeRequests[0]?.notes ?? [];
  expect(notes.map(({ type, body }) => [type, body])).toEqual([
    ['DiffNote', 'added'],
    ['DiffNote', 'answer'],
    ['DiffNote', 'removed'],
    ['DiffNote', 'unchanged'],
    ['DiffNote', 'wrong code is taken'],
    ['DiscussionNote', '*Comment on src.txt:3 --> 3*\n\nboth on an added line'],
    ['DiscussionNote', '*Comment on src.txt:2*\n\nonly the new line of an unchanged one'],
    ['DiscussionNote', '*Comment on src.txt:15 --> 15*\n\noutside of the hunks'],
    ['DiscussionNote', '*Comment on none.txt:1*\n\nother file'],
    ['DiffNote', 'older head'],
    ['DiscussionNote', '*Comment on src.txt:3*\n\nlost head'],
  ]);
  expect(notes.slice(0, 2).map(({ discussionId }) => discussionId)).toEqual([thread, thread]);
  expect(notes[0]).toMatchObject({
    lineCode: `${sha1}_3_3`,
    position: { new_line: 3 },
    resolvedAt: '2014-02-01T00:00:00.000Z',
    resolvedById: 1,
  });
  expect(notes[4]?.lineCode).toBe('nonsense');
});
