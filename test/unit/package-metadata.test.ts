import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

const root = new URL('../../', import.meta.url);

type Package = {
  version: string;
  bin: Record<string, string>;
  files: string[];
  devDependencies: Record<string, string>;
};
async function json<T>(path: string): Promise<T> {
  return JSON.parse(await readFile(new URL(path, root), 'utf8')) as T;
}

test('every dependency is pinned to one version', async () => {
  const { devDependencies } = await json<Package>('package.json');
  const loose = Object.entries(devDependencies).filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version));
  expect(loose).toEqual([]);
});

test('the program brings its libraries along: nothing else is installed, and nothing runs at the installation', async () => {
  const manifest = await json<Record<string, unknown>>('package.json');
  for (const key of ['dependencies', 'optionalDependencies', 'peerDependencies'])
    expect(manifest[key], key).toBeUndefined();
  expect(Object.keys(manifest['scripts'] ?? {}).filter((name) => /install$|^prepare$/.test(name))).toEqual(
    [],
  );
  expect(manifest['engines']).toEqual({ node: '>=20.19' });
});

test('the changelog has a section for this version, and every packed file that is not built exists', async () => {
  const { version, files, bin } = await json<Package>('package.json');
  expect(await readFile(new URL('CHANGELOG.md', root), 'utf8')).toContain(`## [${version}]`);
  expect(files.filter((name) => name !== 'dist' && !existsSync(new URL(name, root)))).toEqual([]);
  expect(new Set(Object.values(bin))).toEqual(new Set(['dist/cli.js']));
});
