import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { EmbeddedGitLab } from '../../../sandbox/gitlab.ts';
import { tempDir } from '../../helpers/temp-dir.ts';
import { gitOk, makeRepository } from './git-server.ts';
import { trackerWorld, type TrackerWorld } from './tracker-fixture.ts';

const LINES = ['one', 'two', 'three', 'four', 'five'];

/** `main`, and `topic` with a line less and a line more. */
async function pushed(gitlab: EmbeddedGitLab): Promise<string> {
  const work = await makeRepository(await tempDir(), 1);
  const commit = async (lines: string[]) => {
    await writeFile(join(work, 'a.txt'), `${lines.join('\n')}\n`);
    await gitOk(work, ['add', '-A']);
    await gitOk(work, ['commit', '-q', '-m', 'lines']);
  };
  await commit(LINES);
  await gitOk(work, ['checkout', '-q', '-b', 'topic']);
  await commit(['one', 'three', 'four', 'new', 'five']);
  const remote = `${gitlab.url.replace('//', `//oauth2:${gitlab.token('root')}@`)}/team/app.git`;
  await gitOk(work, ['push', '-q', remote, 'main', 'topic']);
  await gitlab.settle();
  return work;
}

const open = (root: TrackerWorld['root'], app: string, fields: object = {}) =>
  root.post(`${app}/merge_requests`, {
    title: 'mr',
    source_branch: 'topic',
    target_branch: 'main',
    ...fields,
  });

describe('a new merge request', () => {
  it('has no number and date of its own, and gets its diff later (GL-400, GL-401)', async () => {
    const { root, app, gitlab } = await trackerWorld({ settings: { asyncDelayMs: 600_000 } });
    const work = await pushed(gitlab);
    const made = await open(root, app, { iid: 50, created_at: '2015-01-01T00:00:00Z', state: 'merged' });
    expect(made.body).toMatchObject({
      iid: 1,
      state: 'opened',
      merge_status: 'checking',
      detailed_merge_status: 'preparing',
      diff_refs: null,
      changes_count: null,
      sha: await gitOk(work, ['rev-parse', 'topic']),
    });
    await gitlab.settle();
    const later = await root.get(`${app}/merge_requests/1`);
    expect(later.body).toMatchObject({ changes_count: '1', detailed_merge_status: 'mergeable' });
    expect((await root.get(`${app}/merge_requests/1/commits`)).body).toMatchObject([{ title: 'lines' }]);
    const changes = (await root.get(`${app}/merge_requests/1/changes`)).body;
    expect(changes.changes).toMatchObject([{ new_path: 'a.txt', new_file: false }]);
    expect((await root.get(`${app}/merge_requests/1/versions`)).body).toMatchObject([{ state: 'collected' }]);
    const [{ diff }] = (await root.get(`${app}/merge_requests/1/diffs`)).body;
    expect(diff).toContain('-two');
  });

  it('is refused for its branches and texts', async () => {
    const { root, call: by, app, gitlab } = await trackerWorld();
    await pushed(gitlab);
    const refusal = async (fields: object) => {
      const { status, body } = await open(root, app, fields);
      return [status, body.message ?? body.error ?? body.sha];
    };
    await open(root, app);
    expect(await refusal({})).toEqual([
      409,
      ['Another open merge request already exists for this source branch: !1'],
    ]);
    expect(await refusal({ source_branch: 'main' })).toEqual([
      422,
      ["You can't use same project/branch for source and target"],
    ]);
    expect(await refusal({ source_branch: 'a b' })).toEqual([400, { source_branch: ['is invalid'] }]);
    expect(await refusal({ source_branch: 'nope' })).toEqual([201, null]);
    expect(await refusal({ source_branch: 'x', title: 'x'.repeat(256) })).toEqual([
      400,
      { title: ['is too long (maximum is 255 characters)'] },
    ]);
    expect((await open(by.gus, app, { source_branch: 'x' })).status).toBe(403);
  });
});

describe('a merge request', () => {
  it('is closed, opened and deleted, but not merged when it is closed', async () => {
    const { root, call: by, app, gitlab } = await trackerWorld();
    await pushed(gitlab);
    await open(root, app, { title: 'Draft: mr', description: 'text\n/assign @mika' });
    const path = `${app}/merge_requests/1`;
    const { body } = await root.get(path);
    expect([body.draft, body.description, body.assignee.username]).toEqual([true, 'text', 'mika']);
    const closed = await root.put(path, { state_event: 'close' });
    expect(closed.body).toMatchObject({ state: 'closed', closed_by: { username: 'root' } });
    const merged = await root.put(`${path}/merge`, {});
    expect([merged.status, merged.body.message]).toEqual([405, '405 Method Not Allowed']);
    expect((await root.put(path, { state_event: 'reopen' })).body.state).toBe('opened');
    expect((await root.put(path, {})).body.error).toContain('are missing, at least one');
    expect((await by.mika.delete(path)).status).toBe(403);
    expect((await by.olga.delete(path)).status).toBe(204);
    expect((await root.get(path)).body.message).toBe('404 Not found');
  });

  it('is listed by state and branches, and tells what it closes', async () => {
    const { root, app, gitlab } = await trackerWorld();
    await pushed(gitlab);
    gitlab.addIssue('team/app', { iid: 3 });
    await open(root, app, { description: 'Closes #3 and #4' });
    await open(root, app, { source_branch: 'other', title: 'second' });
    await root.put(`${app}/merge_requests/2`, { state_event: 'close' });
    const iids = async (query: string) =>
      (await root.get(`${app}/merge_requests?${query}`)).body.map(({ iid }: { iid: number }) => iid);
    expect(await iids('state=all&order_by=created_at&sort=asc')).toEqual([1, 2]);
    expect(await iids('state=closed')).toEqual([2]);
    expect(await iids('source_branch=topic')).toEqual([1]);
    expect((await root.get(`${app}/merge_requests/1/closes_issues`)).body).toMatchObject([{ iid: 3 }]);
  });

  it('takes comments on lines, of which GitLab computes the code (GL-439)', async () => {
    const { root, app, gitlab } = await trackerWorld();
    await pushed(gitlab);
    await open(root, app);
    await gitlab.settle();
    const { diff_refs } = (await root.get(`${app}/merge_requests/1`)).body;
    const say = (line: object) =>
      root.post(`${app}/merge_requests/1/discussions`, {
        body: 'on a line',
        created_at: '2015-01-01T00:00:00Z',
        position: { ...diff_refs, position_type: 'text', old_path: 'a.txt', new_path: 'a.txt', ...line },
      });
    const added = await say({ new_line: 4 });
    expect(added.body.notes).toMatchObject([
      {
        type: 'DiffNote',
        created_at: '2015-01-01T00:00:00.000Z',
        resolvable: true,
        resolved: false,
        position: { new_line: 4, old_line: null, ...diff_refs },
      },
    ]);
    expect((await say({ old_line: 2 })).status).toBe(201);
    expect((await say({ old_line: 1, new_line: 1 })).status).toBe(201);
    expect((await say({ new_line: 400 })).status).toBe(400);
    const codes = gitlab
      .project('team/app')
      .tracker?.mergeRequests[0]?.notes.map(({ lineCode }) => lineCode?.slice(41));
    expect(codes).toEqual(['5_4', '2_2', '1_1']);
    const solved = await root.put(`${app}/merge_requests/1/discussions/${added.body.id}`, { resolved: true });
    expect(solved.body.notes).toMatchObject([{ resolved: true, resolved_by: { username: 'root' } }]);
  });
});

describe('a comment on a commit', () => {
  it('keeps its date as a thread only (GL-453)', async () => {
    const { root, app, gitlab } = await trackerWorld();
    const work = await pushed(gitlab);
    const sha = await gitOk(work, ['rev-parse', 'topic']);
    const path = `${app}/repository/commits/${sha}`;
    const created_at = '2015-01-01T00:00:00.000Z';
    const thread = await root.post(`${path}/discussions`, { body: 'old', created_at });
    expect(thread.body.notes).toMatchObject([{ noteable_type: 'Commit', created_at, noteable_iid: null }]);
    const { body } = await root.post(`${path}/comments`, { note: 'new', created_at });
    expect([body.note, body.created_at > created_at, body.line]).toEqual(['new', true, null]);
    await root.post(`${path}/discussions/${thread.body.id}/notes`, { body: 'answer' });
    const notes = (await root.get(`${path}/comments`)).body.map(({ note }: { note: string }) => note);
    expect(notes).toEqual(['old', 'new', 'answer']);
    const nowhere = await root.post(`${app}/repository/commits/${'0'.repeat(40)}/comments`, { note: 'x' });
    expect(nowhere.body.message).toBe('404 Commit Not Found');
  });
});
