import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gitOk, makeRepository, startGitServer, type GitServer } from './git-server.ts';
import { raw } from './git-wire.ts';

const HIDDEN = ['refs/keep-around/1', 'refs/remotes/up/main', 'refs/tmp/x'];
const READ_ONLY = ['refs/merge-requests/1/head', 'refs/pipelines/7', 'refs/environments/prod/deployments/1'];
const ZERO = '0'.repeat(40);

let gitlab: GitServer;
let dir: string;
let gitDir: string;

beforeAll(async () => {
  gitlab = await startGitServer();
  dir = await mkdtemp(join(tmpdir(), 'sandbox-gitlab-refs-'));
  const work = await makeRepository(dir, 3);
  await gitOk(work, ['branch', 'a/deep/name', 'main~1']);
  await gitOk(work, ['branch', 'grün']);
  await gitOk(work, ['tag', 'light']);
  await gitOk(work, ['tag', '-a', '-m', 'note', 'heavy']);
  await gitOk(work, ['tag', '-a', '-m', 'note', 'nested', 'heavy']);
  gitDir = gitlab.context.gitDir(gitlab.addProject('many'));
  gitlab.addProject('empty');
  await gitOk(work, [
    'push',
    '-q',
    gitlab.remote('team/many.git'),
    'refs/heads/*:refs/heads/*',
    'refs/tags/*:refs/tags/*',
  ]);
  await gitOk(work, [
    'push',
    '-q',
    gitlab.remote('team/many.git'),
    'main:refs/pull/1/head',
    'main:refs/notes/commits',
  ]);
  for (const ref of [...HIDDEN, ...READ_ONLY]) await gitOk(gitDir, ['update-ref', ref, 'refs/heads/main']);
});
afterAll(async () => {
  await gitlab.close();
  await rm(dir, { recursive: true, force: true });
});

function ask(project: string, service: string, protocol?: string) {
  const headers = protocol === undefined ? {} : { 'git-protocol': protocol };
  return raw(`${gitlab.url}/team/${project}.git/info/refs?service=${service}`, {
    token: gitlab.token,
    headers,
  });
}

/** What git itself writes with the same configuration and agent. */
function gitsOwn(command: string, settings: string[], version?: string): string {
  const args = settings.flatMap((setting) => ['-c', setting]);
  const env = {
    ...process.env,
    GIT_USER_AGENT: 'git/2.54.0-Linux',
    ...(version && { GIT_PROTOCOL: version }),
  };
  return execFileSync('git', [...args, command, '--http-backend-info-refs', gitDir], { env }).toString(
    'latin1',
  );
}

const FETCH_SETTINGS = [
  'uploadpack.allowFilter=true',
  'uploadpack.allowAnySHA1InWant=true',
  'transfer.hideRefs=refs/keep-around/',
  'transfer.hideRefs=refs/remotes/',
  'transfer.hideRefs=refs/tmp/',
];
const PUSH_SETTINGS = ['environments', 'keep-around', 'merge-requests', 'pipelines', 'remotes', 'tmp']
  .map((name) => `receive.hideRefs=refs/${name}/`)
  .concat('receive.advertisePushOptions=true', 'receive.advertiseAtomic=true');

describe('advertisements', () => {
  it('of loose refs to a fetch equal git byte for byte', async () => {
    const { body } = await ask('many', 'git-upload-pack');
    expect(body).toBe(`001e# service=git-upload-pack\n0000${gitsOwn('upload-pack', FETCH_SETTINGS)}`);
    expect(body).toContain(' refs/tags/nested^{}');
  });

  it('to a push equal git byte for byte', async () => {
    const { body } = await ask('many', 'git-receive-pack');
    expect(body).toBe(`001f# service=git-receive-pack\n0000${gitsOwn('receive-pack', PUSH_SETTINGS)}`);
  });

  it('of version 1 equal git byte for byte', async () => {
    const { body } = await ask('many', 'git-upload-pack', 'version=1');
    expect(body).toBe(
      `001e# service=git-upload-pack\n0000${gitsOwn('upload-pack', FETCH_SETTINGS, 'version=1')}`,
    );
    const push = await ask('many', 'git-receive-pack', 'version=1');
    expect(push.body).toContain('0000000eversion 1\n');
  });

  it('of packed refs and packed tags equal git byte for byte', async () => {
    await gitOk(gitDir, ['pack-refs', '--all']);
    expect((await ask('many', 'git-upload-pack')).body).toContain(gitsOwn('upload-pack', FETCH_SETTINGS));
    await gitOk(gitDir, ['repack', '-adq']);
    const work = join(dir, 'work');
    await gitOk(work, ['tag', '-a', '-m', 'later', 'later']);
    await gitOk(work, ['push', '-q', gitlab.remote('team/many.git'), 'later']);
    await gitOk(gitDir, ['repack', '-adq']);
    const first = await ask('many', 'git-upload-pack');
    const second = await ask('many', 'git-upload-pack');
    expect(first.body).toContain(gitsOwn('upload-pack', FETCH_SETTINGS));
    expect(second.body).toBe(first.body);
  });

  it('hide internal refs: three kinds from a fetch, all six from a push', async () => {
    const fetch = (await ask('many', 'git-upload-pack')).body;
    const push = (await ask('many', 'git-receive-pack')).body;
    for (const ref of HIDDEN) expect(fetch).not.toContain(ref);
    for (const ref of READ_ONLY) expect(fetch).toContain(ref);
    for (const ref of [...HIDDEN, ...READ_ONLY]) expect(push).not.toContain(ref);
    expect(push).toContain('refs/pull/1/head');
    expect(push).toContain('refs/notes/commits');
  });

  it('of an empty project have one line of zeros', async () => {
    const fetch = await ask('empty', 'git-upload-pack');
    expect(fetch.body).toMatch(
      /^001e# service=git-upload-pack\n0000[0-9a-f]{4}0{40} capabilities\^\{\}\0multi_ack [^\n]+\n0000$/,
    );
    expect(fetch.body).not.toContain('symref');
    const push = await ask('empty', 'git-receive-pack');
    expect(push.body.slice(35)).toBe(
      `00c4${ZERO} capabilities^{}\0report-status report-status-v2 delete-refs side-band-64k quiet atomic ofs-delta push-options object-format=sha1 agent=git/2.54.0-Linux\n0000`,
    );
  });

  it('of an empty project say nothing to a fetch before 16.1 (GL-226)', async () => {
    const { settings } = gitlab.context;
    const now = settings.version;
    settings.version = '16.0.0-ee';
    expect((await ask('empty', 'git-upload-pack')).body).toBe('001e# service=git-upload-pack\n00000000');
    expect((await ask('empty', 'git-receive-pack')).body).toContain('capabilities^{}');
    expect((await ask('many', 'git-upload-pack')).body).toContain('refs/heads/main');
    settings.version = now;
  });

  it('show no HEAD while the branch it names does not exist', async () => {
    const headless = gitlab.context.gitDir(gitlab.addProject('headless', { defaultBranch: 'trunk' }));
    // After a push GitLab would point HEAD to what there is, sooner or later.
    await gitOk(headless, ['fetch', '-q', join(dir, 'work'), 'main:refs/heads/other']);
    const { body } = await ask('headless', 'git-upload-pack');
    expect(body).not.toContain(' HEAD');
    expect(body).toContain(' refs/heads/other\0');
  });

  it('of version 2 list what the real server lists', async () => {
    const { body } = await ask('many', 'git-upload-pack', 'version=2');
    expect(body).toBe(
      '001e# service=git-upload-pack\n0000000eversion 2\n001bagent=git/2.54.0-Linux\n0013ls-refs=unborn\n0027fetch=shallow wait-for-done filter\n0012server-option\n0017object-format=sha1\n0000',
    );
  });

  it('are compressed when the client takes gzip, and forbid caching', async () => {
    const url = `${gitlab.url}/team/many.git/info/refs?service=git-upload-pack`;
    const answer = await raw(url, { token: gitlab.token, headers: { 'accept-encoding': 'deflate, gzip' } });
    expect(answer.headers['content-encoding']).toBe('gzip');
    expect(answer.headers['content-type']).toBe('application/x-git-upload-pack-advertisement');
    expect(answer.headers['cache-control']).toBe('no-cache');
    const plain = await ask('many', 'git-upload-pack');
    expect(gunzipSync(Buffer.from(answer.body, 'latin1')).toString('latin1')).toBe(plain.body);
  });
});

describe('fetching with git', () => {
  it.each(['0', '1', '2'])('clones with protocol version %s', async (version) => {
    const target = join(dir, `clone-${version}.git`);
    await gitOk(dir, [
      '-c',
      `protocol.version=${version}`,
      'clone',
      '-q',
      '--mirror',
      gitlab.remote('team/many.git'),
      target,
    ]);
    const refs = await gitOk(target, ['for-each-ref', '--format=%(refname)']);
    expect(refs.split('\n')).toContain('refs/heads/a/deep/name');
    expect(refs).not.toContain('keep-around');
    expect(await gitOk(target, ['fsck', '--full'])).toBe('');
  });

  it('serves an object that only a hidden ref holds', async () => {
    const id = await gitOk(gitDir, ['commit-tree', '-m', 'kept', 'main^{tree}']);
    await gitOk(gitDir, ['update-ref', 'refs/keep-around/kept', id]);
    await gitOk(dir, ['init', '-q', 'bare-minimum']);
    await gitOk(join(dir, 'bare-minimum'), ['fetch', '-q', gitlab.remote('team/many.git'), id]);
    expect(await gitOk(join(dir, 'bare-minimum'), ['cat-file', '-t', id])).toBe('commit');
  });
});
