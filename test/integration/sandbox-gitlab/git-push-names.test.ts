import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gitOk, makeRepository, startGitServer, type GitServer } from './git-server.ts';
import { EMPTY_PACK, pushBody, raw, readAnswer } from './git-wire.ts';

const BRANCH_ID = 'GitLab: You cannot create a branch with a SHA-1 or SHA-256 branch name.';
const BRANCH_NAME = 'GitLab: You cannot create a branch with an invalid name.';
const TAG_ID = 'GitLab: You cannot create a tag with a SHA-1 or SHA-256 tag name.';
const TAG_NAME = 'GitLab: You cannot create a tag with a prohibited pattern.';
const TAG_DEFAULT = 'GitLab: You cannot use default branch name to create a tag';
const DECLINED = 'pre-receive hook declined';
const HEX = '0123456789abcdef'.repeat(4);

let gitlab: GitServer;
let dir: string;
let tip: string;

beforeAll(async () => {
  gitlab = await startGitServer();
  dir = await mkdtemp(join(tmpdir(), 'sandbox-gitlab-names-'));
  const work = await makeRepository(dir);
  tip = await gitOk(work, ['rev-parse', 'main']);
  gitlab.addProject('full');
  for (const name of ['empty', 'first', 'second']) gitlab.addProject(name);
  await gitOk(work, ['push', '-q', gitlab.remote('team/full.git'), 'main']);
  // The objects are there, the project has no branch: only a foreign ref.
  for (const name of ['empty', 'first', 'second']) {
    await gitOk(work, ['push', '-q', gitlab.remote(`team/${name}.git`), 'main:refs/pull/1/head']);
  }
});
afterAll(async () => {
  await gitlab.close();
  await rm(dir, { recursive: true, force: true });
});

async function push(project: string, ...refs: string[]) {
  const answer = await raw(`${gitlab.url}/team/${project}.git/git-receive-pack`, {
    method: 'POST',
    token: gitlab.token,
    headers: { 'content-type': 'application/x-git-receive-pack-request' },
    body: pushBody({ commands: refs.map((ref) => ({ new: tip, ref })), pack: EMPTY_PACK }),
  });
  expect(answer.status).toBe(200);
  return readAnswer(answer.body);
}

describe('branch names that GitLab refuses', () => {
  it.each([
    [HEX.slice(0, 40), BRANCH_ID],
    [HEX, BRANCH_ID],
    [`${HEX.slice(0, 40)}-fix`, BRANCH_ID],
    [HEX.slice(0, 40).toUpperCase(), BRANCH_ID],
    ['HEAD', BRANCH_NAME],
    ['-dash', BRANCH_NAME],
    ['refs/heads/twice', BRANCH_NAME],
    ['refs/remotes/up/main', BRANCH_NAME],
    ['a..b', BRANCH_NAME],
    ['a b', BRANCH_NAME],
    ['a~1', BRANCH_NAME],
    ['a^', BRANCH_NAME],
    ['a:b', BRANCH_NAME],
    ['a?', BRANCH_NAME],
    ['a*', BRANCH_NAME],
    ['a[b', BRANCH_NAME],
    ['a\\b', BRANCH_NAME],
    ['a@{b', BRANCH_NAME],
    ['x.lock', BRANCH_NAME],
    ['x.lock/y', BRANCH_NAME],
    ['a/.b', BRANCH_NAME],
    ['a//b', BRANCH_NAME],
    ['dot.', BRANCH_NAME],
    ['slash/', BRANCH_NAME],
    ['bell\u0007', BRANCH_NAME],
  ])('%j', async (name, text) => {
    const { texts, report } = await push('full', `refs/heads/${name}`);
    expect(texts).toBe(text);
    expect(report[0]).toBe('unpack ok');
    expect(report[1]).toMatch(/ pre-receive hook declined$/);
  });
});

describe('branch names that GitLab takes', () => {
  it.each([
    HEX.slice(0, 39),
    'feature/x',
    'release-1.0',
    '@',
    'head',
    'tags/v1',
    'grün',
    '#12',
    'a.b.c',
    "it's",
  ])('%j', async (name) => {
    const { texts, report } = await push('full', `refs/heads/${name}`);
    expect(report[1]).toBe(`ok refs/heads/${Buffer.from(name).toString('latin1')}`);
    expect(texts).toContain('To create a merge request for ');
  });
});

describe('tag names', () => {
  it.each([
    ['main', TAG_DEFAULT],
    [HEX.slice(0, 40), TAG_ID],
    [`${HEX}-rc`, TAG_ID],
    ['-v1', TAG_NAME],
    ['HEAD', TAG_NAME],
    ['refs/tags/v1', TAG_NAME],
    ['refs/heads/v1', TAG_NAME],
    ['v1..2', TAG_NAME],
    ['v1.lock', TAG_NAME],
  ])('refuses %j', async (name, text) => {
    const { texts, report } = await push('full', `refs/tags/${name}`);
    expect(texts).toBe(text);
    expect(report[1]).toBe(`ng refs/tags/${name} ${DECLINED}`);
  });

  it('takes the usual ones, also one that is not UTF-8', async () => {
    expect((await push('full', 'refs/tags/v1.0', 'refs/tags/2024/01')).report).toEqual([
      'unpack ok',
      'ok refs/tags/v1.0',
      'ok refs/tags/2024/01',
    ]);
    const odd = Buffer.from('refs/tags/gr\xfcn', 'latin1');
    const body = pushBody({ commands: [{ new: tip, ref: 'refs/tags/gr_n' }], pack: EMPTY_PACK });
    odd.copy(body, body.indexOf('refs/tags/gr_n'));
    const answer = await raw(`${gitlab.url}/team/full.git/git-receive-pack`, {
      method: 'POST',
      token: gitlab.token,
      headers: { 'content-type': 'application/x-git-receive-pack-request' },
      body,
    });
    expect(readAnswer(answer.body).report).toEqual(['unpack ok', 'ok refs/tags/gr\xfcn']);
  });

  it('refuses in an empty project only the name that somebody set for its default branch', async () => {
    gitlab.settings.defaultBranchName = 'trunk';
    expect((await push('empty', 'refs/tags/trunk')).texts).toBe(TAG_DEFAULT);
    gitlab.settings.defaultBranchName = null;
    expect((await push('empty', 'refs/tags/trunk')).report[1]).toBe('ok refs/tags/trunk');
    expect((await push('empty', 'refs/tags/main')).report[1]).toBe('ok refs/tags/main');
  });

  it('takes the default branch and a tag of its name in the first push, and no such tag later', async () => {
    const { report } = await push('first', 'refs/heads/main', 'refs/tags/main');
    expect(report).toEqual(['unpack ok', 'ok refs/heads/main', 'ok refs/tags/main']);
    expect((await push('second', 'refs/heads/main')).report[1]).toBe('ok refs/heads/main');
    expect((await push('second', 'refs/tags/main')).texts).toBe(TAG_DEFAULT);
  });

  it('lets a tag keep the name of a branch that became the default later', async () => {
    expect((await push('full', 'refs/tags/later')).report[1]).toBe('ok refs/tags/later');
    expect((await push('full', 'refs/heads/later')).report[1]).toBe('ok refs/heads/later');
  });
});

describe('other names', () => {
  it('one bad name declines every ref of the request and leaves nothing behind', async () => {
    const { texts, report } = await push('full', 'refs/heads/good', 'refs/heads/HEAD', 'refs/tags/good');
    expect(texts).toBe(BRANCH_NAME);
    expect(report).toEqual([
      'unpack ok',
      `ng refs/heads/good ${DECLINED}`,
      `ng refs/heads/HEAD ${DECLINED}`,
      `ng refs/tags/good ${DECLINED}`,
    ]);
  });

  it.each(['x'.repeat(250), `${'x'.repeat(255)}/y`])(
    'a name that makes a file is taken: %s',
    async (name) => {
      expect((await push('full', `refs/tags/${name}`)).report[1]).toBe(`ok refs/tags/${name}`);
    },
  );

  it.each(['x'.repeat(251), `${'x'.repeat(256)}/y`])(
    'a name that makes no file fails the transaction of all: %s',
    async (name) => {
      const refs = [`refs/tags/${name}`, 'refs/tags/beside-a-long-one'];
      const { texts, report } = await push('full', ...refs);
      expect(texts).toMatch(/^error: cannot lock ref 'refs\/tags\/x+(\/y)?': .*: File name too long$/m);
      expect(report.slice(1)).toEqual(refs.map((ref) => `ng ${ref} failed to update refs`));
    },
  );

  it('the first bad name is the one that is told', async () => {
    const { texts } = await push('full', 'refs/tags/-x', 'refs/heads/HEAD');
    expect(texts).toBe(TAG_NAME);
  });

  it.each(['HEAD', 'refs/stash', 'refs/foo', 'foo'])('git calls %j a funny refname', async (ref) => {
    const { texts, report } = await push('full', ref);
    expect(report[1]).toBe(`ng ${ref} funny refname`);
    expect(texts).toBe(`error: refusing to update funny ref '${ref}' remotely\n`);
  });

  it.each([
    'merge-requests/1/head',
    'keep-around/x',
    'pipelines/1',
    'environments/e/1',
    'remotes/o/main',
    'tmp/x',
  ])('refs/%s is hidden, while good refs beside it pass', async (name) => {
    const good = `refs/heads/beside-${name}`;
    const { report } = await push('full', `refs/${name}`, good);
    expect(report).toEqual(['unpack ok', `ng refs/${name} deny updating a hidden ref`, `ok ${good}`]);
  });

  it.each(['refs/pull/2/head', 'refs/notes/review', 'refs/changes/1/1', 'refs/original/x', 'refs/replace/x'])(
    '%s is taken as it is',
    async (ref) => {
      const { texts, report } = await push('full', ref);
      expect(report[1]).toBe(`ok ${ref}`);
      expect(texts).toBe('');
    },
  );
});
