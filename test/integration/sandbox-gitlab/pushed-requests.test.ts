import { cp } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { sharedByAll } from '../../helpers/cleanup.ts';
import { tempDir } from '../../helpers/temp-dir.ts';
import { as } from './api-fixture.ts';
import { gitOk } from './git-server.ts';
import { startImportServer } from './import-fixture.ts';

/** A local repository with `main` and `topic`. */
const local = sharedByAll(async () => {
  const work = await tempDir();
  const git = (...args: string[]) => gitOk(work, args);
  await git('init', '-q', '-b', 'main', '.');
  await git('commit', '-q', '--allow-empty', '-m', 'base');
  await git('checkout', '-q', '-b', 'topic');
  await git('commit', '-q', '--allow-empty', '-m', 'topic');
  const [head = '', base = ''] = (await git('rev-list', 'topic')).split('\n');
  return { work, base, head };
});

/** A project with `main` and `topic`, one commit ahead of it, and an open request from it. */
async function furnished(title = 'Request') {
  const server = await startImportServer({ asyncDelayMs: 60_000, pipelineDelayMs: 60_000 });
  const { gitlab, token } = server;
  gitlab.addUser({ username: 'pusher', email: 'pusher@corp.example' });
  gitlab.addMember('team/p', 'pusher', 40);
  const work = await tempDir();
  const { base, head } = local();
  await cp(local().work, work, { recursive: true });
  const git = (...args: string[]) => gitOk(work, args);
  const commit = async (message: string) => {
    await git('commit', '-q', '--allow-empty', '-m', message);
    return git('rev-parse', 'HEAD');
  };
  const remote = (as: string) => `${gitlab.url.replace('//', `//o:${as}@`)}/team/p.git`;
  const push = async (...refs: string[]) => {
    await git('push', '-q', '--force', remote(gitlab.token('pusher')), ...refs);
    await gitlab.settle();
  };
  await push('main', 'topic');
  await server.load({
    merge_requests: [
      {
        iid: 3,
        title,
        author_id: 1,
        source_project_id: 1,
        target_project_id: 1,
        source_branch: 'topic',
        target_branch: 'main',
        updated_at: '2014-01-01T00:00:00.000Z',
      },
    ],
  });
  const request = () => {
    const [found] = server.tracker().mergeRequests;
    if (!found) throw new Error('no request');
    return found;
  };
  const pusher = gitlab.context.routes.userByName('pusher')?.id ?? 0;
  return { ...server, admin: as(gitlab, token), git, commit, push, request, base, head, pusher };
}

it.each(['Request', 'Draft: Request'])(
  'a push that brings the head of an open request into its target marks it merged: %s (GL-402)',
  async (title) => {
    const { request, push, head, pusher } = await furnished(title);
    const before = new Date().toISOString();
    await push('topic:main');
    expect(request()).toMatchObject({
      state: 'merged',
      mergedById: pusher,
      mergeCommitSha: head,
      events: [{ kind: 'state', action: 'merged', userId: pusher }],
    });
    expect((request().mergedAt ?? '') >= before).toBe(true);
    expect(request().versions).toHaveLength(1);
  },
);

it('by a merge commit it is that commit', async () => {
  const { request, push, git, commit } = await furnished();
  await git('checkout', '-q', 'main');
  await commit('meanwhile');
  await git('merge', '-q', '--no-ff', '-m', 'Merge', 'topic');
  const merge = await git('rev-parse', 'HEAD');
  await commit('afterwards');
  await push('main');
  expect(request()).toMatchObject({ state: 'merged', mergeCommitSha: merge });
});

it('neither a new branch that holds it nor a push beside it does (GL-404)', async () => {
  const { request, push, git, commit } = await furnished();
  await push('topic:other');
  await git('checkout', '-q', 'main');
  await commit('beside');
  await push('main');
  await push('topic:refs/pull/3/head');
  expect(request()).toMatchObject({ state: 'opened', updatedAt: '2014-01-01T00:00:00.000Z' });
  expect(request().versions).toHaveLength(1);
});

it('a push to its branch makes a new version (GL-405)', async () => {
  const { gitlab, admin, request, push, commit, pusher } = await furnished();
  const next = await commit('more');
  await push('topic');
  expect(request().headSha).toBe(next);
  expect(request().versions?.map(({ state }) => state)).toEqual(['collected', 'collected']);
  expect((await admin.get('/projects/team%2Fp/merge_requests/3/commits')).body).toHaveLength(2);
  expect(request().notes).toMatchObject([
    { system: true, authorId: pusher, body: expect.stringContaining('added 1 commit') },
  ]);
  expect(await gitOk(gitlab.gitDir('team/p'), ['rev-parse', 'refs/merge-requests/3/head'])).toBe(next);
});

it('a branch that goes closes its open request and leaves the diff, by push or by REST (GL-405)', async () => {
  const first = await furnished();
  await first.push(':topic');
  expect(first.request()).toMatchObject({
    state: 'closed',
    closedById: first.pusher,
    versions: [{ state: 'collected' }],
  });
  const second = await furnished();
  expect((await second.admin.delete('/projects/team%2Fp/repository/branches/topic')).status).toBe(204);
  await second.gitlab.settle();
  expect(second.request()).toMatchObject({ state: 'closed', closedById: 1 });
  await second.admin.post('/projects/team%2Fp/repository/branches', { branch: 'topic', ref: 'main' });
  await second.gitlab.settle();
  expect(second.request().state).toBe('closed');
});

it('a closed or merged request stays as it is', async () => {
  const { request, push } = await furnished();
  request().state = 'closed';
  await push('topic:main');
  await push(':topic');
  expect(request()).toMatchObject({ state: 'closed', mergedAt: null, closedAt: null });
});

it('a target whose history was changed makes a new diff', async () => {
  const { gitlab, request, push, git, commit } = await furnished();
  gitlab.project('team/p').protectedBranches = [];
  await git('checkout', '-q', '--orphan', 'fresh');
  await commit('unrelated');
  await push('fresh:main');
  expect(request().versions?.map(({ state }) => state)).toEqual(['collected', 'empty']);
});

it('a merged request closes what it says it closes, where the project lets it (GL-402)', async () => {
  for (const autoclose of [true, false]) {
    const { gitlab, request, push, tracker } = await furnished();
    gitlab.project('team/p').attributes['autoclose_referenced_issues'] = autoclose;
    for (let i = 0; i < 3; i += 1) gitlab.addIssue('team/p');
    request().description = 'Closes #2';
    await push('topic:main');
    expect(request().state).toBe('merged');
    expect(tracker().issues.map(({ state }) => state)).toEqual([
      'opened',
      autoclose ? 'closed' : 'opened',
      'opened',
    ]);
  }
});

it('mails whoever takes part, unless the mails are off', async () => {
  for (const enabled of [true, false]) {
    const { gitlab, push, commit } = await furnished();
    gitlab.project('team/p').attributes['emails_enabled'] = enabled;
    await commit('more');
    await push('topic');
    await push('topic:main');
    expect(gitlab.mails.map(({ kind }) => kind)).toEqual(enabled ? ['new-commits', 'merged'] : []);
  }
});

it('a request of a fork follows the branch of the fork, and shows its commits', async () => {
  const { gitlab, admin, git, commit, token, base } = await furnished();
  await admin.post('/projects/team%2Fp/fork', { path: 'f', name: 'f' });
  await gitlab.settle();
  const fork = `${gitlab.url.replace('//', `//o:${token}@`)}/root/f.git`;
  await git('checkout', '-q', '-b', 'mine', base);
  const first = await commit('of the fork');
  await git('push', '-q', fork, 'mine');
  const asked = await admin.post('/projects/root%2Ff/merge_requests', {
    title: 'From a fork',
    source_branch: 'mine',
    target_branch: 'main',
    target_project_id: gitlab.project('team/p').id,
  });
  expect(asked.status).toBe(201);
  await gitlab.settle();
  const commits = async () => {
    const { body } = await admin.get(`/projects/team%2Fp/merge_requests/${asked.body.iid}/commits`);
    return body.map(({ id }: { id: string }) => id);
  };
  expect(await commits()).toEqual([first]);
  const second = await commit('and more');
  await git('push', '-q', fork, 'mine');
  await gitlab.settle();
  expect(await commits()).toEqual([second, first]);
});
