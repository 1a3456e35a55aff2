import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { EmbeddedGitLab, GitLabOptions } from '../../../sandbox/gitlab.ts';
import { as, call, startGitLab } from './api-fixture.ts';

const run = promisify(execFile);
const ABSENT = '0'.repeat(40);

/** Puts a commit on every branch, behind the back of the server. */
async function commit(gitDir: string, refs: string[]): Promise<string> {
  const stream = refs
    .map((ref) => `commit ${ref}\ncommitter Ann <ann@example.com> 1700000000 +0000\ndata 5\nFirst\n`)
    .join('\n');
  const child = execFile('git', ['--git-dir', gitDir, 'fast-import', '--quiet']);
  child.stdin?.end(stream);
  await new Promise((resolve) => child.on('close', resolve));
  const { stdout } = await run('git', ['--git-dir', gitDir, 'rev-parse', refs[0] ?? '']);
  return stdout.trim();
}

/** A project with branches, as after a push. */
async function pushed(
  branches: string[],
  settings: GitLabOptions['settings'] = {},
): Promise<{ gitlab: EmbeddedGitLab; root: ReturnType<typeof as>; gitDir: string; id: number }> {
  const gitlab = await startGitLab({ settings });
  const project = gitlab.addProject({ namespace: 'root', path: 'app' });
  const gitDir = gitlab.gitDir('root/app');
  const refs = branches.map((branch) => `refs/heads/${branch}`);
  const head = await commit(gitDir, refs);
  gitlab.context.onPushed(
    project,
    refs.map((ref) => ({ ref, old: ABSENT, new: head })),
  );
  return { gitlab, root: as(gitlab, gitlab.token('root')), gitDir, id: project.id };
}

function head(gitDir: string): string {
  return readFileSync(join(gitDir, 'HEAD'), 'utf8').trim();
}

describe('default branch after the first push (GL-161, GL-162)', () => {
  it.each([
    ['the branch that HEAD names', ['develop', 'main'], 'main'],
    ['else main', ['aaa', 'main', 'master'], 'main'],
    ['else master', ['aaa', 'master'], 'master'],
    ['else the first by name', ['zzz', 'bbb'], 'bbb'],
  ])('is %s', async (_, branches, expected) => {
    const { gitlab, root, gitDir } = await pushed(branches);
    expect((await root.get('/projects/root%2Fapp')).body).toMatchObject({
      default_branch: expected,
      empty_repo: false,
    });
    await gitlab.settle();
    expect(head(gitDir)).toBe(`ref: refs/heads/${expected}`);
    expect(gitlab.protectedBranches('root/app')).toMatchObject([
      { name: expected, pushAccessLevel: 40, mergeAccessLevel: 40, allowForcePush: false },
    ]);
  });

  it('is protected a moment later, not at once', async () => {
    const { gitlab, root, id } = await pushed(['main'], { asyncDelayMs: 60_000 });
    const early = await root.delete(`/projects/${id}/protected_branches/main`);
    expect([early.status, early.text]).toEqual([404, '{"message":"404 Not found"}']);
    await gitlab.settle();
    const late = await root.post(`/projects/${id}/protected_branches`, { name: 'main' });
    expect([late.status, late.text]).toEqual([409, `{"message":"Protected branch 'main' already exists"}`]);
  });

  it('comes by itself when nobody brings it forward', async () => {
    const { gitlab } = await pushed(['main'], { asyncDelayMs: 5 });
    await expect.poll(() => gitlab.protectedBranches('root/app').length).toBe(1);
  });

  it.each([
    [0, []],
    [1, [{ pushAccessLevel: 30, mergeAccessLevel: 30 }]],
    [3, [{ pushAccessLevel: 40, mergeAccessLevel: 30 }]],
  ] as const)('gets what protection level %i of the instance means', async (level, expected) => {
    const { gitlab } = await pushed(['main'], { defaultBranchProtection: level });
    await gitlab.settle();
    expect(gitlab.protectedBranches('root/app')).toMatchObject(expected);
  });

  it('is decided by the level of the group when it has one', async () => {
    const gitlab = await startGitLab();
    gitlab.addGroup({ path: 'team', attributes: { default_branch_protection: 0 } });
    const project = gitlab.addProject({ namespace: 'team', path: 'app' });
    const id = await commit(gitlab.gitDir('team/app'), ['refs/heads/main']);
    gitlab.context.onPushed(project, [{ ref: 'refs/heads/main', old: ABSENT, new: id }]);
    await gitlab.settle();
    expect(gitlab.protectedBranches('team/app')).toEqual([]);
  });

  it('heeds the old number for a group only when it comes later (GL-100)', async () => {
    const gitlab = await startGitLab();
    const root = as(gitlab, gitlab.token('root'));
    const number = { default_branch_protection: 0 };
    const made = await root.post('/groups', { name: 'Team', path: 'team', ...number });
    expect(made.body).toMatchObject({
      default_branch_protection: 0,
      default_branch_protection_defaults: { allowed_to_push: [{ access_level: 40 }] },
    });
    async function rulesOfNewProject(path: string): Promise<number> {
      const project = gitlab.addProject({ namespace: 'team', path });
      const id = await commit(gitlab.gitDir(`team/${path}`), ['refs/heads/main']);
      gitlab.context.onPushed(project, [{ ref: 'refs/heads/main', old: ABSENT, new: id }]);
      await gitlab.settle();
      return gitlab.protectedBranches(`team/${path}`).length;
    }
    expect(await rulesOfNewProject('first')).toBe(1);
    expect((await root.put(`/groups/${made.body.id}`, number)).body).toMatchObject({
      default_branch_protection_defaults: { allowed_to_push: [{ access_level: 30 }], allow_force_push: true },
    });
    expect(await rulesOfNewProject('second')).toBe(0);
  });

  it('neither moves nor grows when the default branch is changed later (GL-162)', async () => {
    const { gitlab, root, id } = await pushed(['main', 'next'], {});
    await gitlab.settle();
    expect((await root.put(`/projects/${id}`, { default_branch: 'next' })).status).toBe(200);
    await gitlab.settle();
    expect(gitlab.protectedBranches('root/app').map(({ name }) => name)).toEqual(['main']);
  });

  it('understands the newer spelling of the group setting', async () => {
    const gitlab = await startGitLab();
    const root = as(gitlab, gitlab.token('root'));
    await root.post('/groups', {
      name: 'Team',
      path: 'team',
      default_branch_protection_defaults: {
        allowed_to_push: [{ access_level: 30 }],
        allow_force_push: false,
      },
    });
    const project = gitlab.addProject({ namespace: 'team', path: 'app' });
    const id = await commit(gitlab.gitDir('team/app'), ['refs/heads/main']);
    gitlab.context.onPushed(project, [{ ref: 'refs/heads/main', old: ABSENT, new: id }]);
    await gitlab.settle();
    expect(gitlab.protectedBranches('team/app')).toMatchObject([{ pushAccessLevel: 30 }]);
  });

  it('is not protected twice when a wildcard covers it', async () => {
    const gitlab = await startGitLab();
    const project = gitlab.addProject({ namespace: 'root', path: 'app' });
    await as(gitlab, gitlab.token('root')).post(`/projects/${project.id}/protected_branches`, { name: 'm*' });
    const id = await commit(gitlab.gitDir('root/app'), ['refs/heads/main']);
    gitlab.context.onPushed(project, [{ ref: 'refs/heads/main', old: ABSENT, new: id }]);
    await gitlab.settle();
    expect(gitlab.protectedBranches('root/app').map((each) => each.name)).toEqual(['m*']);
  });
});

describe('PUT default_branch (GL-164, GL-165)', () => {
  it('moves HEAD, and leaves all protections as they are', async () => {
    const { gitlab, root, gitDir, id } = await pushed(['main', 'develop']);
    await gitlab.settle();
    const answer = await root.put(`/projects/${id}`, { default_branch: 'develop' });
    expect([answer.status, answer.body.default_branch]).toEqual([200, 'develop']);
    expect(head(gitDir)).toBe('ref: refs/heads/develop');
    expect(gitlab.protectedBranches('root/app').map((each) => each.name)).toEqual(['main']);
  });

  it('refuses a branch that is not there, unless it is the shown one', async () => {
    const { root, id } = await pushed(['main']);
    const answer = await root.put(`/projects/${id}`, { default_branch: 'nope' });
    expect([answer.status, answer.text]).toEqual([
      400,
      `{"message":{"base":["Could not change HEAD: branch 'nope' does not exist"]}}`,
    ]);
    expect((await root.put(`/projects/${id}`, { default_branch: 'main' })).status).toBe(200);
  });

  it('does not know branches of a moment ago while the caches are stale', async () => {
    const { gitlab, root, gitDir, id } = await pushed(['main'], { asyncDelayMs: 60_000 });
    const branch = (name: string) => root.get(`/projects/${id}/repository/branches/${name}`);
    expect((await branch('main')).status).toBe(200);
    const oid = await commit(gitDir, ['refs/heads/develop']);
    const project = gitlab.project('root/app');
    gitlab.context.onPushed(project, [{ ref: 'refs/heads/develop', old: ABSENT, new: oid }]);
    expect((await root.put(`/projects/${id}`, { default_branch: 'develop' })).status).toBe(400);
    expect((await root.get(`/projects/${id}/repository/branches`)).body).toMatchObject([{ name: 'main' }]);
    expect((await branch('develop')).status).toBe(200);
    await gitlab.settle();
    expect((await root.put(`/projects/${id}`, { default_branch: 'develop' })).status).toBe(200);
  });

  it('stays where it was seen first, whatever branches come (GL-163)', async () => {
    const { gitlab, root, gitDir, id } = await pushed(['feature'], { asyncDelayMs: 60_000 });
    const shown = async () => (await root.get(`/projects/${id}`)).body.default_branch;
    expect(await shown()).toBe('feature');
    await commit(gitDir, ['refs/heads/main']);
    expect(await shown()).toBe('feature');
    await gitlab.settle();
    expect(head(gitDir)).toBe('ref: refs/heads/feature');
  });

  it('is a no-op for the prescribed name of an empty project, an error for anything else', async () => {
    const gitlab = await startGitLab({ settings: { defaultBranchName: 'main' } });
    const { id } = gitlab.addProject({ namespace: 'root', path: 'app' });
    const root = as(gitlab, gitlab.token('root'));
    expect((await root.put(`/projects/${id}`, { default_branch: 'main' })).status).toBe(200);
    expect((await root.put(`/projects/${id}`, { default_branch: 'develop' })).status).toBe(400);
    gitlab.settings.defaultBranchName = null;
    expect((await root.put(`/projects/${id}`, { default_branch: 'main' })).status).toBe(400);
  });

  it('answers 200 with null when a branch HEAD exists, and changes nothing', async () => {
    const { root, gitDir, id } = await pushed(['main', 'develop', 'HEAD']);
    const before = head(gitDir);
    const answer = await root.put(`/projects/${id}`, { default_branch: 'develop' });
    expect([answer.status, answer.text]).toEqual([200, 'null']);
    expect(head(gitDir)).toBe(before);
  });
});

describe('branches and tags of the repository', () => {
  it('are listed with their commits', async () => {
    const { gitlab, root, gitDir, id } = await pushed(['main', 'release/1.0', 'develop']);
    await gitlab.settle();
    const list = await root.get(`/projects/${id}/repository/branches`);
    expect(list.body.map((branch: { name: string }) => branch.name)).toEqual([
      'develop',
      'main',
      'release/1.0',
    ]);
    expect(list.headers.get('x-total')).toBe('3');
    const { stdout } = await run('git', ['--git-dir', gitDir, 'rev-parse', 'main']);
    expect((await root.get(`/projects/${id}/repository/branches/main`)).body).toMatchObject({
      default: true,
      protected: true,
      commit: { id: stdout.trim(), title: 'First', author_email: 'ann@example.com' },
    });
    const slash = await root.get(`/projects/${id}/repository/branches/release%2F1.0`);
    expect(slash.body).toMatchObject({ name: 'release/1.0', default: false, protected: false });
    const missing = await root.get(`/projects/${id}/repository/branches/release`);
    expect([missing.status, missing.text]).toEqual([404, '{"message":"404 Branch Not Found"}']);
    expect((await root.get(`/projects/${id}/repository/branches?search=^rel`)).body).toHaveLength(1);
    const below = await root.delete(`/projects/${id}/repository/branches/main%2Fx`);
    expect(below.status).toBe(404);
  });

  it('page by token when keyset paging is asked for', async () => {
    const { root, id } = await pushed(['aa', 'bb', 'cc']);
    const base = `/projects/${id}/repository/branches?pagination=keyset&per_page=2`;
    const first = await root.get(base);
    expect(first.body.map((branch: { name: string }) => branch.name)).toEqual(['aa', 'bb']);
    expect(first.headers.get('x-total')).toBeNull();
    expect(first.headers.get('link')).toMatch(/page_token=bb.*rel="next"/);
    const second = await root.get(`${base}&page_token=bb`);
    expect(second.body.map((branch: { name: string }) => branch.name)).toEqual(['cc']);
    expect(second.headers.get('link')).toBeNull();
  });

  it('shows annotated and light tags', async () => {
    const { root, gitDir, id } = await pushed(['main']);
    await run('git', ['--git-dir', gitDir, 'tag', 'light', 'main']);
    const person = ['-c', 'user.name=Ann', '-c', 'user.email=ann@example.com'];
    await run('git', ['--git-dir', gitDir, ...person, 'tag', '-a', '-m', 'Note', 'v1', 'main']);
    const { stdout } = await run('git', ['--git-dir', gitDir, 'rev-parse', 'v1', 'main']);
    const [tagId, commitId] = stdout.trim().split('\n');
    expect((await root.get(`/projects/${id}/repository/tags/v1`)).body).toMatchObject({
      target: tagId,
      message: 'Note',
      commit: { id: commitId },
    });
    expect((await root.get(`/projects/${id}/repository/tags`)).body).toHaveLength(2);
    expect((await root.delete(`/projects/${id}/repository/tags/light`)).status).toBe(204);
    expect((await root.get(`/projects/${id}/repository/tags/light`)).text).toBe(
      '{"message":"404 Tag Not Found"}',
    );
  });

  it('deletes branches, the default one never, protected ones for maintainers', async () => {
    const { gitlab, root, gitDir, id } = await pushed(['main', 'old', 'kept']);
    gitlab.addUser({ username: 'dev', email: 'd@example.com' });
    gitlab.addMember('root/app', 'dev', 30);
    await root.post(`/projects/${id}/protected_branches`, { name: 'kept' });
    const dev = as(gitlab, gitlab.token('dev'));
    const branch = (name: string) => `/projects/${id}/repository/branches/${name}`;
    expect((await dev.delete(branch('old'))).status).toBe(204);
    expect((await dev.delete(branch('kept'))).status).toBe(400);
    expect((await root.delete(branch('kept'))).status).toBe(204);
    expect((await root.delete(branch('main'))).body.message).toBe(
      '7:deletion denied by access checks: running pre-receive hooks: GitLab: The default branch of a project cannot be deleted..',
    );
    const { stdout } = await run('git', ['--git-dir', gitDir, 'for-each-ref', '--format=%(refname:short)']);
    expect(stdout.trim()).toBe('main');
  });
});

describe('protected branches and tags (GL-171, GL-172, GL-174)', () => {
  it('protects with maintainers by default, wildcards and branches to come included', async () => {
    const gitlab = await startGitLab();
    const { id } = gitlab.addProject({ namespace: 'root', path: 'app' });
    const root = as(gitlab, gitlab.token('root'));
    const url = `/projects/${id}/protected_branches`;
    const made = await root.post(url, { name: 'release/*' });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      name: 'release/*',
      push_access_levels: [{ access_level: 40, access_level_description: 'Maintainers' }],
      allow_force_push: false,
    });
    const patched = await root.patch(`${url}/release%2F*`, { allow_force_push: true });
    expect([patched.status, patched.body.allow_force_push]).toEqual([200, true]);
    expect((await root.post(url, { name: 'x', push_access_level: 35 })).text).toBe(
      '{"error":"push_access_level does not have a valid value"}',
    );
    expect((await root.post(url, {})).text).toBe('{"error":"name is missing"}');
    expect((await root.delete(`${url}/release%2F*`)).status).toBe(204);
    expect((await root.get(url)).body).toEqual([]);
  });

  it('answers a second protection of a tag with 422', async () => {
    const gitlab = await startGitLab();
    const { id } = gitlab.addProject({ namespace: 'root', path: 'app' });
    const root = as(gitlab, gitlab.token('root'));
    const url = `/projects/${id}/protected_tags`;
    expect((await root.post(url, { name: 'v*' })).body).toMatchObject({
      name: 'v*',
      create_access_levels: [{ access_level: 40 }],
    });
    const again = await root.post(url, { name: 'v*' });
    expect([again.status, again.text]).toEqual([422, '{"message":["Name has already been taken"]}']);
    expect((await root.delete(`${url}/v*`)).status).toBe(204);
  });

  it('is for maintainers', async () => {
    const gitlab = await startGitLab();
    gitlab.addUser({ username: 'dev', email: 'd@example.com' });
    const { id } = gitlab.addProject({ namespace: 'root', path: 'app' });
    gitlab.addMember('root/app', 'dev', 30);
    const dev = as(gitlab, gitlab.token('dev'));
    expect((await dev.post(`/projects/${id}/protected_branches`, { name: 'x' })).status).toBe(403);
  });
});

describe('a wiki that is switched on later (GL-270, GL-273)', () => {
  it('has no repository until somebody lists its pages, and shows the branch that came first', async () => {
    const gitlab = await startGitLab();
    const root = as(gitlab, gitlab.token('root'));
    const made = await root.post('/projects', { name: 'late', wiki_access_level: 'disabled' });
    const project = `/projects/${made.body.id}`;
    const pages = () => root.get(`${project}/wikis`);
    const refs = () =>
      call(gitlab, 'GET', `${gitlab.url}/root/late.wiki.git/info/refs?service=git-receive-pack`, {
        headers: { authorization: `Basic ${Buffer.from(`root:${gitlab.token('root')}`).toString('base64')}` },
      });
    expect((await pages()).status).toBe(403);
    await root.put(project, { wiki_access_level: 'enabled' });
    expect((await refs()).status).toBe(404);
    expect((await pages()).body).toEqual([]);
    expect((await refs()).status).toBe(200);

    await commit(gitlab.wikiDir('root/late'), ['refs/heads/master']);
    const first = (await pages()).body;
    await commit(gitlab.wikiDir('root/late'), ['refs/heads/main']);
    expect((await pages()).body).toEqual(first);
    expect(gitlab.project('root/late').wikiBranch).toBe('master');
  });
});
