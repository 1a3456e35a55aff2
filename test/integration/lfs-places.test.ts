import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createGit, type Git } from '../../src/git/run.ts';
import { createLfsFinder, type LfsFinder, type LfsSearch } from '../../src/lfs/finder.ts';
import { placesOf } from '../../src/lfs/places.ts';
import { scanLfs } from '../../src/lfs/scan.ts';
import type { PointerPlace } from '../../src/model/lfs.ts';
import { mirrorOptions } from '../../src/transfer/auto.ts';
import { sourceOf } from '../helpers/adapters.ts';
import { git } from '../helpers/commits.ts';
import { commitFiles, pointersTo, tracked } from '../helpers/lfs-world.ts';
import { blobOf, filesOf, treeOf } from '../helpers/odd-objects.ts';
import { quietRuntime } from '../helpers/prepared.ts';
import { team, type Team } from '../helpers/team.ts';

function gitIn(directory: string): Git {
  const { signal } = new AbortController();
  return createGit({ directory, runtime: quietRuntime(directory), remotes: [], stallSeconds: 60, signal });
}

function refsOf(dir: string): Map<string, string> {
  const lines = git(dir, 'for-each-ref', '--format=%(refname) %(objectname)').split('\n');
  return new Map(lines.map((line) => line.split(' ') as [string, string]));
}

/** Where the pointers are, by their paths. */
async function placesIn(dir: string): Promise<Record<string, PointerPlace>> {
  const refs = refsOf(dir);
  const found = await scanLfs(gitIn(dir), { tips: [...refs.values()], heads: [], visited() {} });
  const places = await placesOf(gitIn(dir), found.pointers, refs);
  const named = found.pointers.map(({ blob, path }) => [path, places.get(blob)] as const);
  return Object.fromEntries(named.flatMap(([path, place]) => (place ? [[path, place]] : [])));
}

test('every ref whose history has a pointer is found, however it came there', async () => {
  const servers = await team();
  const dir = servers.add('one');
  const files = { '.gitattributes': tracked, ...pointersTo({ 'a.bin': 'a' }) };
  const first = commitFiles(dir, 'main', files);
  // Deleted since, merged, brought in once more without a common ancestor, only in a tree, only as a tag's own object.
  const deleted = commitFiles(dir, 'deleted', { 'b.txt': 'b' }, [first]);
  const other = commitFiles(dir, 'other', { 'c.txt': 'c' });
  commitFiles(dir, 'merged', { 'c.txt': 'c' }, [other, deleted]);
  commitFiles(dir, 'again', { 'x.txt': 'x', ...files });
  const [text = ''] = Object.values(pointersTo({ a: 'a' }));
  const blob = blobOf(dir, text);
  git(dir, 'tag', 'of-tree', treeOf(dir, [{ mode: '100644', name: 'deep.bin', id: blob }]));
  git(dir, 'tag', '-a', '-m', 'of blob', 'of-blob', blob);

  const place = (await placesIn(dir))['a.bin'] ?? (await placesIn(dir))[''];

  expect(place?.refs.toSorted()).toEqual([
    'refs/heads/again',
    'refs/heads/deleted',
    'refs/heads/main',
    'refs/heads/merged',
    'refs/tags/of-blob',
    'refs/tags/of-tree',
  ]);
  expect(place?.refs.slice(0, 4).every((ref) => ref.startsWith('refs/heads/'))).toBe(true);
  expect(place?.tracked).toBe(true);
});

test('an attribute counts at the tip of a branch and where the text came in, also from a folder', async () => {
  const servers = await team();
  const dir = servers.add('one');
  const {
    late = '',
    early = '',
    never = '',
    deep = '',
  } = pointersTo({ late: '1', early: '2', never: '3', deep: '4' });
  const folder = treeOf(dir, [
    { mode: '100644', name: '.gitattributes', id: blobOf(dir, 'deep.dat filter=lfs\n') },
    { mode: '100644', name: 'deep.dat', id: blobOf(dir, deep) },
  ]);
  const base = filesOf(dir, {
    '.gitattributes': 'early.dat filter=lfs\n',
    'early.dat': early,
    'late.dat': late,
  });
  const rows = [
    { mode: '100644', name: '.gitattributes', id: blobOf(dir, 'late.dat filter=lfs\n') },
    { mode: '40000', name: 'folder', id: folder },
    { mode: '100644', name: 'late.dat', id: blobOf(dir, late) },
    { mode: '100644', name: 'never.dat', id: blobOf(dir, never) },
  ];
  const tree = treeOf(dir, rows);
  const commit = git(dir, 'commit-tree', '-p', base, '-m', 'later', tree);
  git(dir, 'update-ref', 'refs/heads/main', commit);

  const places = await placesIn(dir);

  const shown = Object.entries(places).map(([path, { tracked: own }]) => [path, own]);
  expect(Object.fromEntries(shown)).toEqual({
    'early.dat': true,
    'late.dat': true,
    'never.dat': false,
    'folder/deep.dat': true,
  });
});

async function finderOf(
  servers: Team,
): Promise<{ finder: LfsFinder; search: LfsSearch; claims: () => number }> {
  const source = sourceOf(servers.gitbucket);
  await source.connect();
  let claims = 0;
  const finder = createLfsFinder({
    mirrors: mirrorOptions(join(servers.folder, 'looks'), quietRuntime(servers.folder)),
    directory: join(servers.folder, 'looks', 'lfs'),
    atOnce: 1,
    stopping: new AbortController().signal,
    claim: async () => void (claims += 1),
  });
  const search: LfsSearch = {
    id: 'team/one',
    source: source.remote({ owner: 'team', name: 'one' }, 'code'),
    refs: refsOf(servers.gitbucket.gitDir('team', 'one')),
    patterns: ['refs/heads/*', 'refs/tags/*'],
    key: 'as it is',
    progress() {},
    signal: new AbortController().signal,
  };
  return { finder, search, claims: () => claims };
}

test('what was found is kept as long as the refs are the same, and a file that nobody can read is none', async () => {
  const servers = await team();
  commitFiles(servers.add('one'), 'main', { '.gitattributes': tracked, ...pointersTo({ 'a.bin': 'a' }) });
  const fetches = (): number =>
    servers.gitbucket.server.requests.filter(({ url }) => url.includes('info/refs')).length;
  const first = await finderOf(servers);
  const found = await first.finder.history(first.search);
  const places = await first.finder.places(first.search, found.pointers);
  expect(first.claims()).toBe(1);
  const before = fetches();

  const again = await finderOf(servers);
  expect(await again.finder.history(again.search)).toMatchObject({ pointers: found.pointers });
  expect(await again.finder.places(again.search, found.pointers)).toEqual(places);
  expect([again.claims(), fetches()]).toEqual([0, before]);
  await again.finder.history({ ...again.search, key: 'moved' });
  expect([again.claims(), fetches()]).toEqual([1, before + 1]);

  const folder = join(servers.folder, 'looks', 'lfs');
  for (const name of await readdir(folder)) await writeFile(join(folder, name), '{"version":1,');
  const after = await finderOf(servers);
  expect((await after.finder.history(after.search)).pointers).toEqual(found.pointers);
  expect(after.claims()).toBe(1);
});

test('a ref that the source has moved meanwhile is told as such', async () => {
  const servers = await team();
  const dir = servers.add('one');
  commitFiles(dir, 'main', { 'a.txt': 'a' });
  const { finder, search } = await finderOf(servers);
  const refs = new Map([['refs/heads/main', '1'.repeat(40)]]);
  await expect(finder.history({ ...search, refs })).rejects.toMatchObject({ code: 'source-moved' });
});
