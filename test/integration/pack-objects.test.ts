import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { filesIn, objectsIn } from '../../src/git/pack.ts';
import { git } from '../helpers/commits.ts';
import { tempDir } from '../helpers/temp-dir.ts';
import { commitPages } from '../helpers/wikis.ts';

const most = { id: 'a/b', most: 1 << 24 };

/** A repository with a text that grew, so that git packs differences; and the pack of everything. */
async function packed(...options: string[]): Promise<{ dir: string; tip: string; pack: Buffer }> {
  const dir = await tempDir();
  git(dir, 'init', '-q', '--bare', '.');
  const lines = Array.from({ length: 400 }, (_, index) => `line ${index} of a long text`);
  let tip = '';
  for (const count of [300, 350, 400]) {
    const text = lines.slice(0, count).join('\n');
    tip = commitPages(dir, 'main', { 'Long.md': text, 'dir/Same.md': `${text}\nmore`, 'dir/x.png': 'x' });
  }
  const pack = execFileSync('git', ['-C', dir, 'pack-objects', '--revs', '--stdout', '-q', ...options], {
    input: `${tip}\n`,
  });
  return { dir, tip, pack };
}

test.each([
  ['differences to what came before', ['--delta-base-offset']],
  ['differences to an id', []],
])('objects of a pack with %s are those of the repository', async (_what, options) => {
  const { dir, tip, pack } = await packed(...options);
  const objects = objectsIn(pack, most);
  const wanted = git(dir, 'rev-list', '--objects', '--no-object-names', tip).split('\n').sort();
  expect([...(objects?.keys() ?? [])].sort()).toEqual(wanted);
  const tree = git(dir, 'rev-parse', `${tip}^{tree}`);
  const files = [...filesIn(objects ?? new Map(), tree)].map(({ path, id }) => `100644 blob ${id}\t${path}`);
  expect(files).toEqual(git(dir, 'ls-tree', '-r', tip).split('\n'));
  for (const [id, { type, content }] of objects ?? []) {
    const found = execFileSync('git', ['-C', dir, 'cat-file', type, id]);
    expect(content.equals(found), id).toBe(true);
  }
});

test('what is more than so many bytes is not kept, however small its pack is', async () => {
  const { pack } = await packed();
  expect(objectsIn(pack, { id: 'a/b', most: 4000 })).toBeNull();
  expect(objectsIn(pack, { id: 'a/b', most: 20_000 })).toBeNull();
});

test('a damaged pack is an error that names the repository', async () => {
  const { pack } = await packed();
  const damaged = Buffer.from(pack);
  damaged.fill(0xff, 40, 60);
  expect(() => objectsIn(damaged, most)).toThrow(/a\/b|corrupt/);
});
