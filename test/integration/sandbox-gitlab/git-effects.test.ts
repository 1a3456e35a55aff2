import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { git, gitOk, makeRepository, startGitServer, type GitServer } from './git-server.ts';
import { raw } from './git-wire.ts';

let gitlab: GitServer;
let dir: string;
let work: string;

beforeAll(async () => {
  gitlab = await startGitServer();
  dir = await mkdtemp(join(tmpdir(), 'sandbox-gitlab-effects-'));
  work = await makeRepository(dir);
});
afterAll(async () => {
  await gitlab.close();
  await rm(dir, { recursive: true, force: true });
});

describe('after a push', () => {
  it('a merge request is proposed for every branch but the default one', async () => {
    gitlab.addProject('hints');
    const run = await git(work, [
      'push',
      gitlab.remote('team/hints.git'),
      'main',
      'main:feature/x',
      'main:refs/tags/v1',
    ]);
    const text = run.stderr.replace(/ *$/gm, '');
    expect(text).toContain(
      `remote:\nremote: To create a merge request for feature/x, visit:\nremote:   ${gitlab.url}/team/hints/-/merge_requests/new?merge_request%5Bsource_branch%5D=feature%2Fx\nremote:\n`,
    );
    expect(text.match(/To create a merge request/g)).toHaveLength(1);
  });

  it('nothing is proposed when the project does not print links', async () => {
    gitlab.addProject('silent').attributes['printing_merge_request_link_enabled'] = false;
    const run = await git(work, ['push', gitlab.remote('team/silent.git'), 'main', 'main:feature/x']);
    expect(run.stderr).not.toContain('remote:');
  });

  it('user, refs, ids and options can be read from the log; refused pushes change no refs', async () => {
    const project = gitlab.addProject('logged');
    const tip = await gitOk(work, ['rev-parse', 'main']);
    await gitOk(work, ['push', '-q', '-o', 'ci.skip', gitlab.remote('team/logged.git'), 'main']);
    expect(gitlab.context.pushes.at(-1)).toEqual({
      projectId: project.id,
      fullPath: 'team/logged',
      wiki: false,
      username: 'owner',
      refs: [{ ref: 'refs/heads/main', old: '0'.repeat(40), new: tip }],
      options: ['ci.skip'],
    });
    await git(work, ['push', '-o', 'x=y', gitlab.remote('team/logged.git'), 'main:refs/heads/HEAD']);
    expect(gitlab.context.pushes.at(-1)).toMatchObject({ refs: [], options: ['x=y'] });
  });

  it('many refs are packed: no later request opens a file for each', async () => {
    const project = gitlab.addProject('packed');
    const names = Array.from({ length: 500 }, (_, index) => `refs/heads/many/\u{e9}${index}`);
    const url = gitlab.remote('team/packed.git');
    await gitOk(work, ['push', '-q', url, 'main', ...names.map((name) => `main:${name}`)]);
    const gitDir = gitlab.context.gitDir(project);
    expect(existsSync(join(gitDir, 'refs/heads/many'))).toBe(false);
    await gitOk(work, ['push', '-q', url, 'main~1:refs/heads/many/loose', `+main~1:${names[0]}`]);
    const shown = await gitOk(work, ['ls-remote', '--heads', url]);
    expect(shown).toBe(
      await gitOk(gitDir, ['for-each-ref', '--format=%(objectname)\t%(refname)', 'refs/heads']),
    );
    await gitlab.context.settle();
    expect(project.protectedBranches).toMatchObject([{ name: 'main' }]);
  });

  it('HEAD follows to the default branch and protects it, but only in the background', async () => {
    const project = gitlab.addProject('late', { defaultBranch: 'trunk' });
    gitlab.settings.asyncDelayMs = 60_000;
    await gitOk(work, ['push', '-q', gitlab.remote('team/late.git'), 'main:develop', 'main:master']);
    const gitDir = gitlab.context.gitDir(project);
    expect(await gitOk(gitDir, ['symbolic-ref', 'HEAD'])).toBe('refs/heads/trunk');
    expect(project.protectedBranches).toEqual([]);
    await gitlab.context.settle();
    gitlab.settings.asyncDelayMs = 20;
    expect(await gitOk(gitDir, ['symbolic-ref', 'HEAD'])).toBe('refs/heads/master');
    expect(project.protectedBranches).toMatchObject([
      { name: 'master', pushAccessLevel: 40, mergeAccessLevel: 40, allowForcePush: false },
    ]);
  });
});

describe('a push that git sends in chunks', () => {
  it('is preceded by a probe and arrives whole', async () => {
    gitlab.addProject('chunked');
    await gitOk(work, ['checkout', '-q', '-B', 'noise', 'main']);
    await writeFile(join(work, 'noise.bin'), randomBytes(200_000));
    await gitOk(work, ['add', 'noise.bin']);
    await gitOk(work, ['commit', '-q', '-m', 'noise']);
    const before = gitlab.server.requests.length;
    await gitOk(work, [
      '-c',
      'http.postBuffer=65536',
      'push',
      '-q',
      gitlab.remote('team/chunked.git'),
      'noise:main',
    ]);
    const posts = gitlab.server.requests.slice(before).filter(({ method }) => method === 'POST');
    expect(posts.map(({ status }) => status)).toEqual([200, 200]);
    expect(await gitOk(work, ['ls-remote', gitlab.remote('team/chunked.git'), 'refs/heads/main'])).toContain(
      await gitOk(work, ['rev-parse', 'noise']),
    );
  });
});

describe('a push to a path without a project', () => {
  it('creates a private project and says so', async () => {
    const run = await git(work, ['push', gitlab.remote('team/made-by-push.git'), 'main']);
    expect(run.code).toBe(0);
    expect(run.stderr).toContain('remote: The private project team/made-by-push was successfully created.');
    expect(run.stderr).toContain(`git remote add origin ${gitlab.url}/team/made-by-push.git`);
    expect(gitlab.context.findProjectByPath('team/made-by-push')?.visibility).toBe('private');
    const again = await git(work, ['push', gitlab.remote('team/made-by-push.git'), 'main:x']);
    expect(again.stderr).not.toContain('successfully created');
  });

  it('needs no more than the scope write_repository', async () => {
    const token = gitlab.addToken(gitlab.owner, ['write_repository']);
    expect((await git(work, ['push', gitlab.remote('owner/personal.git', token), 'main'])).code).toBe(0);
    expect(gitlab.context.findProjectByPath('owner/personal')).not.toBeNull();
  });

  it('tells what is wrong with the path', async () => {
    const answer = await raw(`${gitlab.url}/team/a--b.git/info/refs?service=git-receive-pack`, {
      token: gitlab.token,
    });
    expect(answer.status).toBe(422);
    expect(answer.body).toMatch(/^Could not create project: .*Path can only include non-accented letters/);
  });

  it('takes the wiki of nothing for a project of that name (GL-55)', async () => {
    const ask = (service: string) =>
      raw(`${gitlab.url}/team/unmade.wiki.git/info/refs?service=git-${service}-pack`, {
        token: gitlab.token,
      });
    expect((await ask('upload')).status).toBe(404);
    expect((await ask('receive')).status).toBe(200);
    expect(gitlab.context.findProjectByPath('team/unmade')).toBeNull();
    expect(gitlab.context.findProjectByPath('team/unmade.wiki')).toMatchObject({ visibility: 'private' });
    await gitOk(work, ['push', '-q', gitlab.remote('team/unmade.wiki.git'), 'main']);
    expect(gitlab.context.pushes.at(-1)).toMatchObject({ fullPath: 'team/unmade.wiki', wiki: false });
  });

  it('creates nothing on a fetch, nor for those who may not', async () => {
    const fetch = await raw(`${gitlab.url}/team/unmade.git/info/refs?service=git-upload-pack`, {
      token: gitlab.token,
    });
    const stranger = gitlab.addToken(gitlab.addUser({ username: 'stranger' }));
    const push = await raw(`${gitlab.url}/team/unmade.git/info/refs?service=git-receive-pack`, {
      token: stranger,
    });
    expect([fetch.status, push.status]).toEqual([404, 404]);
    expect(gitlab.context.findProjectByPath('team/unmade')).toBeNull();
  });
});

describe('a renamed project', () => {
  it('takes pushes to its old path and tells the new one', async () => {
    const project = gitlab.addProject('before');
    project.path = 'after';
    gitlab.context.routes.moveProject(project);
    const run = await git(work, ['push', gitlab.remote('team/before.git'), 'main']);
    expect(run.code).toBe(0);
    expect(run.stderr).toContain("remote: Project 'team/before' was moved to 'team/after'.");
    expect(run.stderr).toContain(`git remote set-url origin ${gitlab.url}/team/after.git`);
    expect(await gitOk(work, ['ls-remote', gitlab.remote('team/after.git'), 'main'])).toContain(
      'refs/heads/main',
    );
  });
});

describe('a wiki', () => {
  it('goes on showing what was there when the job after its first push looked (GL-273)', async () => {
    const project = gitlab.addProject('sticky');
    const remote = gitlab.remote('team/sticky.wiki.git');
    await gitOk(work, ['push', '-q', remote, 'main:master']);
    await gitlab.context.settle();
    await gitOk(work, ['push', '-q', remote, 'main']);
    await gitlab.context.settle();
    expect(project.wikiBranch).toBe('master');
    await gitOk(work, ['push', '-q', remote, ':master']);
    await gitlab.context.settle();
    expect(project.wikiBranch).toBe('main');
  });

  it('is a repository of its own, without checks and without protection', async () => {
    const project = gitlab.addProject('documented');
    const remote = gitlab.remote('team/documented.wiki.git');
    await gitOk(work, ['push', '-q', remote, 'main']);
    await gitlab.context.settle();
    const forced = await git(work, ['push', remote, '+main~1:main', 'main:refs/tags/main']);
    expect(forced.code).toBe(0);
    expect(forced.stderr).not.toContain('remote:');
    expect(project.protectedBranches).toEqual([]);
    expect(gitlab.context.pushes.at(-1)?.wiki).toBe(true);
    expect(await gitOk(work, ['ls-remote', gitlab.remote('team/documented.git')])).toBe('');
  });

  it('refuses those who may not write it, and exists only where it is enabled', async () => {
    const project = gitlab.addProject('closed', { visibility: 'public' });
    const reporter = gitlab.addUser({ username: 'reader' });
    gitlab.addMember(reporter, 20);
    const ask = (service: string, token: string, name = 'closed') =>
      raw(`${gitlab.url}/team/${name}.wiki.git/info/refs?service=${service}`, { token });
    const write = await ask('git-receive-pack', gitlab.addToken(reporter));
    expect([write.status, write.body]).toEqual([403, "You are not allowed to write to this project's wiki."]);
    project.attributes['wiki_access_level'] = 'disabled';
    const switchedOff = await ask('git-receive-pack', gitlab.token);
    expect([switchedOff.status, switchedOff.body]).toEqual([403, write.body]);
    const read = await ask('git-upload-pack', gitlab.token);
    expect([read.status, read.body]).toEqual([403, 'You are not allowed to download files from this wiki.']);
    project.archived = true;
    const archived = await ask('git-receive-pack', gitlab.token);
    expect([archived.status, archived.body]).toEqual([403, "You can't push code to an archived project."]);
    const unmade = gitlab.addProject('bare');
    unmade.attributes['wiki_access_level'] = 'disabled';
    unmade.withoutWiki = true;
    const none = await ask('git-receive-pack', gitlab.token, 'bare');
    expect([none.status, none.body]).toEqual([404, 'A repository for this wiki does not exist yet.']);
    const missing = await ask('git-upload-pack', gitlab.token, 'missing');
    expect([missing.status, missing.body]).toEqual([
      404,
      'The wiki you were looking for could not be found.',
    ]);
  });
});
