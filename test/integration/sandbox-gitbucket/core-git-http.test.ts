import { appendFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EmbeddedGitBucket } from '../../../sandbox/gitbucket.ts';
import { beginStory } from '../../../sandbox/seed/story.ts';
import { git, lsRemote, withLogin } from './core-git.ts';
import { ask, basic, names, start, type Running } from './core-server.ts';

const UPLOAD = 'info/refs?service=git-upload-pack';

let running: Running;
let gitbucket: EmbeddedGitBucket;
let url: string;
let pushUrl: string;
let work: string;

beforeEach(async () => {
  running = await start();
  gitbucket = running.gitbucket;
  gitbucket.addUser({ login: 'alice', email: 'alice@example.com' });
  gitbucket.addUser({ login: 'bob', email: 'bob@example.com' });
  gitbucket.addRepository({ owner: 'alice', name: 'c++' });
  gitbucket.addRepository({
    owner: 'alice',
    name: 'secret',
    private: true,
    collaborators: [{ login: 'bob', role: 'GUEST' }],
  });
  const story = beginStory(gitbucket.gitDir('alice', 'c++'), Date.UTC(2024, 0, 1));
  const first = story.commit({ message: 'First', files: { a: 'a\n' } });
  const tip = story.commit({ message: 'Second', files: { a: 'b\n' }, parents: [first] });
  story.branch('main', tip);
  story.ref('refs/pull/1/head', tip);
  const inner = story.tag({ name: 'v1', target: tip, message: 'one' });
  story.tag({ name: 'nested', target: inner, type: 'tag', message: 'nested' });
  story.lightTag('on-blob', story.blob('b\n'));
  story.end();
  url = `${gitbucket.url}/git/alice/c++.git`;
  pushUrl = withLogin(url, 'alice', gitbucket.token('alice'));
  work = join(running.dir, 'work');
});

afterEach(() => running.stop());

async function statusOf(path: string, authorization?: string): Promise<number> {
  const headers = authorization === undefined ? {} : { headers: { authorization } };
  return (await ask(gitbucket, path, { agent: 'git/2.39', ...headers })).status;
}

describe('reading', () => {
  it('advertises the same refs as the real git, in both protocol versions', async () => {
    const real = await git('--git-dir', gitbucket.gitDir('alice', 'c++'), 'show-ref', '--head', '-d');
    const expected = real.stdout.split('\n').filter((line) => line !== '');
    for (const version of [0, 2]) {
      const seen = await lsRemote(url, '-c', `protocol.version=${version}`);
      expect([...seen].map(([name, id]) => `${id} ${name}`).sort()).toEqual([...expected].sort());
    }
  });

  it('still peels a tag that was pushed and is not packed', async () => {
    await git('clone', '-q', url, work);
    await git(
      '-C',
      work,
      '-c',
      'user.name=A',
      '-c',
      'user.email=a@example.com',
      'tag',
      '-m',
      'x',
      'v2',
      'HEAD',
    );
    expect((await git('-C', work, 'push', pushUrl, 'v2')).code).toBe(0);
    const seen = await lsRemote(url, '-c', 'protocol.version=0');
    expect(seen.get('refs/tags/v2^{}')).toBe(seen.get('refs/heads/main'));
  });

  it('refuses all of a repository with one loose branch that leads to a lost commit, as if the login were wrong (GB-124)', async () => {
    const gitDir = gitbucket.gitDir('alice', 'c++');
    const lost = 'd'.repeat(40);
    mkdirSync(join(gitDir, 'refs/heads'), { recursive: true });
    writeFileSync(join(gitDir, 'refs/heads/dead'), `${lost}\n`);
    const path = '/git/alice/c++.git/info/refs?service=git-upload-pack';
    const refused = await ask(gitbucket, path, { agent: 'git/2.39' });
    expect(refused.status).toBe(401);
    expect(refused.headers.get('www-authenticate')).toBe('BASIC realm="GitBucket"');
    expect((await ask(gitbucket, '/api/v3/repos/alice/c++')).status).toBe(200);
    expect((await ask(gitbucket, '/api/v3/repos/alice/c++/branches')).status).toBe(500);

    rmSync(join(gitDir, 'refs/heads/dead'));
    appendFileSync(join(gitDir, 'packed-refs'), `${lost} refs/heads/z-dead\n`);
    expect((await ask(gitbucket, path, { agent: 'git/2.39' })).text).toContain(`${lost} refs/heads/z-dead`);
  });

  it('shows one of two branches whose names are not UTF-8, and none that is a loose file; its API lists them all (GB-125)', async () => {
    const gitDir = gitbucket.gitDir('alice', 'c++');
    const id = (await git('--git-dir', gitDir, 'rev-parse', 'main')).stdout.trim();
    const parent = (await git('--git-dir', gitDir, 'rev-parse', 'main~1')).stdout.trim();
    const spelled = [Buffer.from('caf\u00e8', 'latin1'), Buffer.from('caf\u00e9', 'latin1')];
    const packed = spelled.map((name, index) =>
      Buffer.concat([Buffer.from(`${index === 0 ? id : parent} refs/heads/z`), name, Buffer.from('\n')]),
    );
    appendFileSync(join(gitDir, 'packed-refs'), Buffer.concat(packed));
    const folder = Buffer.from(join(gitDir, 'refs/heads/'));
    writeFileSync(Buffer.concat([folder, Buffer.from('loos\u00e9', 'latin1')]), `${id}\n`);

    const seen = [...(await lsRemote(url, '-c', 'protocol.version=0')).keys()];
    expect(seen.filter((name) => name.includes('\u{fffd}'))).toEqual(['refs/heads/zcaf\u{fffd}']);
    const listed = names(await ask(gitbucket, '/api/v3/repos/alice/c++/branches'));
    const damaged = listed.filter((name) => name.includes('\u{fffd}')).toSorted();
    expect(damaged).toEqual(['loos\u{fffd}', 'zcaf\u{fffd}', 'zcaf\u{fffd}']);
  });

  it('clones, shallow clones and fetches', async () => {
    expect((await git('clone', '-q', '--mirror', url, work)).code).toBe(0);
    expect((await git('clone', '-q', '--depth=1', url, `${work}-shallow`)).code).toBe(0);
    const log = await git('-C', `${work}-shallow`, 'rev-list', '--count', 'HEAD');
    expect(log.stdout.trim()).toBe('1');
  });

  it('gives an unadvertised, reachable commit in protocol 2 only', async () => {
    const parent = await git('--git-dir', gitbucket.gitDir('alice', 'c++'), 'rev-parse', 'main~1');
    await git('init', '-q', work);
    const fetching = (version: number, id: string) =>
      git('-C', work, '-c', `protocol.version=${version}`, 'fetch', '-q', url, id);
    const v0 = await fetching(0, parent.stdout.trim());
    expect(v0.stderr).toContain('Server does not allow request for unadvertised object');
    expect((await fetching(2, parent.stdout.trim())).code).toBe(0);
    const missing = 'd670460b4b4aece5915caf5c68d12f560a9fe3e4';
    expect((await fetching(2, missing)).stderr).toContain(`want ${missing} not valid`);
  });

  it('looks empty without .git at the end, though it is not', async () => {
    expect((await lsRemote(`${gitbucket.url}/git/alice/c++`)).size).toBe(0);
    const clone = await git('clone', `${gitbucket.url}/alice/c++`, work);
    expect(clone.stderr).toContain('You appear to have cloned an empty repository');
    expect((await lsRemote(`${gitbucket.url}/alice/c++.git`)).has('refs/heads/main')).toBe(true);
  });

  it('does not decode the path', async () => {
    expect(await statusOf(`/git/alice/c%2B%2B.git/${UPLOAD}`)).toBe(404);
    expect(await statusOf(`/git/alice/c++.git/${UPLOAD}`)).toBe(200);
  });

  it('compresses an advertisement for those who take it', async () => {
    const plain = await ask(gitbucket, `/git/alice/c++.git/${UPLOAD}`, { agent: 'git/2' });
    const zipped = await fetch(`${url}/${UPLOAD}`, {
      headers: { 'accept-encoding': 'gzip', 'user-agent': 'git/2' },
    });
    expect(zipped.headers.get('content-encoding')).toBe('gzip');
    expect(await zipped.text()).toBe(plain.text);
  });
});

describe('who may read', () => {
  it('asks nothing for a public repository, whatever credentials are sent', async () => {
    expect(await statusOf(`/git/alice/c++.git/${UPLOAD}`, basic('alice', 'wrong'))).toBe(200);
    expect(await statusOf(`/git/alice/c++.git/${UPLOAD}`, 'Bearer nonsense')).toBe(200);
  });

  it('opens a private one to password or token of exactly that user', async () => {
    const path = `/git/alice/secret.git/${UPLOAD}`;
    const token = gitbucket.token('alice');
    expect(await statusOf(path)).toBe(401);
    expect(await statusOf(path, basic('alice', 'alice'))).toBe(200);
    expect(await statusOf(path, basic('alice', token))).toBe(200);
    expect(await statusOf(path, basic('Alice', token))).toBe(401);
    expect(await statusOf(path, basic('bob', token))).toBe(401);
    expect(await statusOf(path, basic('bob', 'bob'))).toBe(200);
    expect(await statusOf(path, `Bearer ${token}`)).toBe(401);
    expect(await statusOf(path, `token ${token}`)).toBe(401);
  });

  it('asks for any login when anonymous access is off', async () => {
    gitbucket = await running.restart({ anonymousAccess: false });
    const path = `/git/alice/c++.git/${UPLOAD}`;
    expect(await statusOf(path)).toBe(401);
    expect(await statusOf(path, basic('bob', 'bob'))).toBe(200);
  });

  it('sets no cookie, unlike the API', async () => {
    const refs = await ask(gitbucket, `/git/alice/c++.git/${UPLOAD}`, { agent: 'git/2' });
    const api = await ask(gitbucket, '/api/v3/users');
    expect(refs.headers.get('set-cookie')).toBeNull();
    expect(api.headers.get('set-cookie')).toMatch(/^JSESSIONID=node0\S+; Path=\/; HttpOnly$/);
  });
});

describe('wikis', () => {
  it.each(['--no-tags', '--depth=1'])(
    'give the generated page to protocol 0 as to any other, with %s',
    async (option) => {
      const wiki = `${gitbucket.url}/git/alice/c++.wiki.git`;
      const clone = join(running.dir, 'wiki-clone');
      const run = await git('-c', 'protocol.version=0', 'clone', '-q', option, wiki, clone);
      expect(run).toMatchObject({ code: 0, stderr: '' });
      expect((await git('-C', clone, 'show', 'HEAD:Home.md')).stdout).toBe('Welcome to the c++ wiki!!');
      expect((await git('-C', clone, 'fsck', '--strict')).code).toBe(0);
    },
  );

  it('are born with one commit of one page', async () => {
    const wiki = `${gitbucket.url}/git/alice/c++.wiki.git`;
    expect((await git('clone', '-q', wiki, work)).code).toBe(0);
    const log = await git('-C', work, 'log', '--format=%s %an <%ae>', '--all');
    expect(log.stdout).toBe('Initial Commit alice <alice@example.com>\n');
    const page = await git('-C', work, 'show', 'main:Home.md');
    expect(page.stdout).toBe('Welcome to the c++ wiki!!');
  });

  it('look empty when the directory is missing', async () => {
    rmSync(gitbucket.wikiDir('alice', 'c++'), { recursive: true });
    expect((await lsRemote(`${gitbucket.url}/git/alice/c++.wiki.git`)).size).toBe(0);
    expect(existsSync(gitbucket.wikiDir('alice', 'c++'))).toBe(false);
  });
});

describe('pushing', () => {
  beforeEach(() => git('clone', '-q', url, work));

  it('takes every odd name', async () => {
    const odd = [
      'refs/heads/HEAD',
      'refs/heads/-dash',
      'refs/heads/refs/heads/x',
      'refs/heads/d670460b4b4aece5915caf5c68d12f560a9fe3e4',
      'refs/heads/🚀',
      'refs/tags/main',
      'refs/pull/9/head',
      'refs/notes/commits',
      'refs/changes/01/1/1',
      'refs/stash',
    ];
    const pushed = await git('-C', work, 'push', pushUrl, ...odd.map((name) => `HEAD:${name}`));
    expect([pushed.code, pushed.stderr.includes('rejected')]).toEqual([0, false]);
    const seen = await lsRemote(url);
    expect(odd.filter((name) => !seen.has(name))).toEqual([]);
    expect([...seen.keys()].some((name) => name.includes('one-level'))).toBe(false);
  });

  it('moves and deletes a ref right below refs', async () => {
    await git('-C', work, 'push', pushUrl, 'HEAD~1:refs/stash');
    expect((await git('-C', work, 'push', pushUrl, 'HEAD:refs/stash')).code).toBe(0);
    const seen = await lsRemote(url);
    expect(seen.get('refs/stash')).toBe(seen.get('refs/heads/main'));
    expect((await git('-C', work, 'push', pushUrl, ':refs/stash')).code).toBe(0);
    expect((await lsRemote(url)).has('refs/stash')).toBe(false);
  });

  it('never lets the default branch go, but does the rest of the same push', async () => {
    const alone = await git('-C', work, 'push', pushUrl, ':refs/heads/main');
    expect(alone.stderr).toContain(
      '[remote rejected] main (refusing to delete the branch: refs/heads/main.)',
    );
    const mixed = await git('-C', work, 'push', pushUrl, ':refs/heads/main', 'HEAD:refs/heads/next');
    expect(mixed.stderr).toContain('refusing to delete the branch: refs/heads/main.');
    const seen = await lsRemote(url);
    expect(seen.has('refs/heads/main') && seen.has('refs/heads/next')).toBe(true);
  });

  it('makes the first branch of an empty repository the default', async () => {
    gitbucket.addRepository({ owner: 'alice', name: 'fresh' });
    const fresh = withLogin(`${gitbucket.url}/git/alice/fresh.git`, 'alice', 'alice');
    await git('-C', work, 'push', fresh, 'HEAD:refs/heads/topic');
    const repository = await ask(gitbucket, '/api/v3/repos/alice/fresh');
    expect(repository.json).toMatchObject({ default_branch: 'topic' });
    expect((await ask(gitbucket, '/git/alice/fresh.git/HEAD', { agent: 'git/2' })).text).toBe(
      'ref: refs/heads/topic\n',
    );
  });

  it('is refused to guests and strangers', async () => {
    const asBob = withLogin(`${gitbucket.url}/git/alice/secret.git`, 'bob', 'bob');
    const refused = await git('-C', work, 'push', asBob, 'HEAD:refs/heads/x');
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toContain('Authentication failed');
  });

  it('puts the repository to the top of its owner', async () => {
    gitbucket.addRepository({ owner: 'alice', name: 'newer' });
    const names = async () =>
      ((await ask(gitbucket, '/api/v3/users/alice/repos')).json as { name: string }[]).map((row) => row.name);
    expect((await names())[0]).toBe('newer');
    await new Promise((resolve) => setTimeout(resolve, 5));
    await git('-C', work, 'push', pushUrl, 'HEAD:refs/heads/next');
    expect((await names())[0]).toBe('c++');
  });
});
