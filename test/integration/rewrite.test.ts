import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeObject } from '../../sandbox/gitbucket.ts';
import type { RefListing } from '../../src/model/forge.ts';
import { withRewriting } from '../../src/rewrite/source.ts';
import { storeOf } from '../../src/rewrite/store.ts';
import { sourceOf } from '../helpers/adapters.ts';
import { commitOn, git } from '../helpers/commits.ts';
import { blobOf, commitOf, faults, treeOf } from '../helpers/odd-objects.ts';
import { quietRuntime } from '../helpers/prepared.ts';
import { head, team, type Team } from '../helpers/team.ts';

const app = { owner: 'team', name: 'app' };

type World = {
  servers: Team;
  dir: string;
  list: (folder?: string) => Promise<RefListing>;
  git: (...args: string[]) => string;
};

async function world(tell: (dir: string) => void): Promise<World> {
  const servers = await team();
  const dir = servers.add('app', tell);
  const places = (folder: string): string => join(servers.folder, folder, 'rewritten');
  return {
    servers,
    dir,
    list: (folder = 'work') => sourceIn(servers, folder).refs(app, 'code'),
    git: (...args) => git(storeOf(places('work'), 'team/app').git, ...args),
  };
}

function sourceIn({ gitbucket, folder: root }: Team, folder: string) {
  return withRewriting(sourceOf(gitbucket), {
    repositories: ['team/app'],
    directory: join(root, folder, 'rewritten'),
    mirrors: { directory: join(root, folder, 'mirrors'), runtime: quietRuntime(root), stallSeconds: 240 },
    progress: () => {},
    claim: () => Promise.resolve(),
    signal: new AbortController().signal,
  });
}

/** What a server with GitLab's checks says of everything in the repository. */
function complaints(gitDir: string): string {
  const ignored = ['badTimezone', 'missingSpaceBeforeDate', 'zeroPaddedFilemode'];
  const target = `${gitDir}-checked`;
  rmSync(target, { recursive: true, force: true });
  execFileSync('git', ['init', '--quiet', '--bare', target]);
  execFileSync('git', ['-C', target, 'config', 'transfer.fsckObjects', 'true']);
  for (const check of ignored)
    execFileSync('git', ['-C', target, 'config', `receive.fsck.${check}`, 'ignore']);
  try {
    execFileSync('git', ['-C', gitDir, 'push', '--quiet', target, 'refs/*:refs/*'], { stdio: 'pipe' });
    return '';
  } catch (error) {
    return String((error as { stderr: Buffer }).stderr);
  }
}

test('whatever git refuses is put right, and nothing else changes', async () => {
  const at = await world((dir) => {
    commitOn(dir, 'main', 'sound');
    for (const [check, { make }] of Object.entries(faults)) head(dir, check, make(dir));
  });
  expect(complaints(at.dir)).toContain('fsck error');

  const listing = await at.list();

  expect(complaints(storeOf(join(at.servers.folder, 'work', 'rewritten'), 'team/app').git)).toBe('');
  for (const [check, { refused }] of Object.entries(faults)) {
    const before = git(at.dir, 'rev-parse', check);
    const after = listing.refs.get(`refs/heads/${check}`);
    expect(after === before, check).toBe(!refused);
    expect(at.git('rev-parse', check), check).toBe(after);
    const who = ['show', '-s', '--format=%cn %ce %ct', check];
    expect(at.git(...who), check).toBe(git(at.dir, ...who));
  }
  expect(listing.refs.get('refs/heads/main')).toBe(git(at.dir, 'rev-parse', 'main'));
  expect(listing.remarks?.[0]?.message).toContain(
    `${Object.values(faults).filter(({ refused }) => refused).length} commits and tags have other ids on GitLab`,
  );
});

test('what follows gets new ids, what goes before keeps its own: commits, merges, tags and notes', async () => {
  const at = await world((dir) => {
    const first = commitOn(dir, 'main', 'first');
    const tree = git(dir, 'rev-parse', `${first}^{tree}`);
    const bad = commitOf(dir, {
      tree,
      parents: [first],
      author: 'Ada <ada@example.com> 16x +0000',
      message: 'bad',
    });
    const side = commitOf(dir, { tree, parents: [first], message: 'side' });
    head(dir, 'side', side);
    head(dir, 'main', commitOf(dir, { tree, parents: [side, bad], message: 'merge' }));
    git(dir, 'tag', '-a', '-m', 'old', 'v0', first);
    git(dir, 'tag', '-a', '-m', 'new', 'v1', 'main');
    git(dir, 'tag', '-a', '-m', 'of a tag', 'v1-too', 'v1');
    const text = `object ${bad}\ntype commit\ntag signed\ntagger Ada <ada@example.com> 1600000000 +0000\n\ns\n-----BEGIN PGP SIGNATURE-----\nx\n-----END PGP SIGNATURE-----\n`;
    git(dir, 'update-ref', 'refs/tags/signed', writeObject(dir, 'tag', Buffer.from(text)));
    git(dir, 'notes', 'add', '-m', 'on a bad one', bad);
    git(dir, 'notes', 'add', '-m', 'on the first', first);
    git(dir, 'update-ref', 'refs/pull/1/head', bad);
  });
  const source = sourceIn(at.servers, 'work');
  const { refs, remarks } = await source.refs(app, 'code');
  const old = (name: string): string => git(at.dir, 'rev-parse', name);
  for (const ref of ['refs/heads/side', 'refs/tags/v0']) expect(refs.get(ref), ref).toBe(old(ref));
  for (const ref of [
    'refs/heads/main',
    'refs/tags/v1',
    'refs/tags/v1-too',
    'refs/tags/signed',
    'refs/pull/1/head',
    'refs/notes/commits',
  ])
    expect(refs.get(ref), ref).not.toBe(old(ref));
  expect(at.git('rev-parse', 'main^1')).toBe(old('side'));
  expect(at.git('rev-parse', 'main^2')).toBe(refs.get('refs/pull/1/head'));
  expect(at.git('rev-parse', 'v1-too^{commit}')).toBe(refs.get('refs/heads/main'));
  expect(at.git('notes', 'show', 'refs/pull/1/head')).toBe('on a bad one');
  expect(at.git('notes', 'show', 'v0^{commit}')).toBe('on the first');
  expect(at.git('cat-file', 'tag', 'signed')).not.toContain('SIGNATURE');
  expect(remarks?.[0]?.message).toContain('1 signature of the old ids is left out');

  const { ids } = storeOf(join(at.servers.folder, 'work', 'rewritten'), 'team/app');
  expect(remarks?.[0]?.message).toContain(ids);
  const map = new Map(
    readFileSync(ids, 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.split('\t') as [string, string]),
  );
  expect(map.get(old('main'))).toBe(refs.get('refs/heads/main'));
  expect(map.get(old('refs/pull/1/head'))).toBe(refs.get('refs/pull/1/head'));
  expect(map.has(old('side'))).toBe(false);

  // What is asked about commits is answered in the new ids.
  const main = refs.get('refs/heads/main') ?? '';
  expect(await source.hasCommit(app, main)).toBe(true);
  expect(await source.hasCommit(app, old('main'))).toBe(false);
  expect(await source.hasFile(app, main, 'file.txt')).toBe(true);
  expect(await source.branchTipsWith(app, refs.get('refs/pull/1/head') ?? '')).toEqual([main]);
  expect(await source.branchTipsWith(app, old('main'))).toBe('absent');
});

test('the same history always gives the same ids: again, elsewhere, and when it has grown', async () => {
  const at = await world((dir) => head(dir, 'main', faults['treeNotSorted']!.make(dir)));
  const first = await at.list();
  at.servers.gitbucket.server.requests.length = 0;
  expect((await at.list()).refs).toEqual(first.refs);
  expect(at.servers.gitbucket.server.requests.filter(({ method }) => method === 'POST')).toEqual([]);
  expect((await at.list('elsewhere')).refs).toEqual(first.refs);

  const tip = git(at.dir, 'rev-parse', 'main');
  const tree = treeOf(at.dir, [{ mode: '100644', name: 'a', id: blobOf(at.dir, 'sound') }]);
  head(at.dir, 'main', commitOf(at.dir, { tree, parents: [tip], message: 'newer' }));
  head(at.dir, 'gone', tip);
  const second = await at.list();
  expect(at.git('rev-parse', 'main^')).toBe(first.refs.get('refs/heads/main'));
  expect(second.refs.get('refs/heads/gone')).toBe(first.refs.get('refs/heads/main'));
  expect((await at.list('a third place')).refs).toEqual(second.refs);
  git(at.dir, 'update-ref', '-d', 'refs/heads/gone');
  await at.list();
  expect(at.git('for-each-ref', '--format=%(refname)')).toBe('refs/heads/main');

  // Whatever is lost on disk is made again: the mirror, then the rewritten repository with all that is known of it.
  rmSync(join(at.servers.folder, 'work', 'mirrors'), { recursive: true });
  expect((await at.list()).refs).toEqual((await at.list('a third place')).refs);
  expect(at.git('log', '--format=%s', 'main')).toBe('newer\na commit');
  rmSync(storeOf(join(at.servers.folder, 'work', 'rewritten'), 'team/app').git, { recursive: true });
  rmSync(storeOf(join(at.servers.folder, 'work', 'rewritten'), 'team/app').state);
  expect((await at.list()).refs.get('refs/heads/main')).toBe(second.refs.get('refs/heads/main'));
  expect(at.git('log', '--format=%s', 'main')).toBe('newer\na commit');
});

test('a repository that needs nothing keeps all ids, and the remark says so', async () => {
  const at = await world((dir) => commitOn(dir, 'main', 'sound'));
  const { refs, remarks } = await at.list();
  expect(refs.get('refs/heads/main')).toBe(git(at.dir, 'rev-parse', 'main'));
  expect(remarks?.[0]?.message).toContain('nothing is rewritten');
});

test('thousands of commits go into few packs', async () => {
  const count = 3000;
  const at = await world((dir) => {
    const who = 'Ada <ada@example.com> 1600000000 +0000';
    const commits = Array.from(
      { length: count },
      (_, index) =>
        `commit refs/heads/main\nmark :${index + 1}\ncommitter ${who}\ndata 2\nx\nM 100644 inline f\ndata ${String(index).length}\n${index}\n`,
    );
    const root = faults['badDate']!.make(dir);
    execFileSync('git', ['-C', dir, 'fast-import', '--quiet'], {
      input: `reset refs/heads/main\nfrom ${root}\n\n${commits.join('')}`,
    });
  });
  await at.list();
  expect(at.git('rev-list', '--count', 'main')).toBe(String(count + 1));
  expect(at.git('diff', '--stat', 'main', git(at.dir, 'rev-parse', 'main'))).toBe('');
  expect(at.git('count-objects', '-v')).toContain('packs: ');
  expect(Number(/^packs: (\d+)$/m.exec(at.git('count-objects', '-v'))?.[1])).toBeLessThan(4);
});
