import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

const root = new URL('../../', import.meta.url);

type Package = {
  version: string;
  bin: Record<string, string>;
  files: string[];
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
};
async function json<T>(path: string): Promise<T> {
  return JSON.parse(await readFile(new URL(path, root), 'utf8')) as T;
}

test('every dependency is pinned to one version', async () => {
  const { dependencies, devDependencies } = await json<Package>('package.json');
  const all = Object.entries({ ...dependencies, ...devDependencies });
  expect(all.filter(([, version]) => !/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version))).toEqual([]);
});

test('what the program uses at run time is a dependency, and nothing else is', async () => {
  const { dependencies } = await json<Package>('package.json');
  expect(Object.keys(dependencies)).toEqual(await librariesOf(['src', 'sandbox']));
});

test('nothing runs at the installation', async () => {
  const manifest = await json<Record<string, unknown>>('package.json');
  const scripts = Object.keys(manifest['scripts'] ?? {});
  expect(scripts.filter((name) => /install$|^prepare$/.test(name))).toEqual([]);
  expect(manifest['engines']).toEqual({ node: '>=20.19' });
});

/** Names of the packages that the sources import. The build runs the module that inlines the report's page. */
async function librariesOf(folders: readonly string[]): Promise<string[]> {
  const names = new Set<string>();
  for (const folder of folders) {
    const files = await readdir(new URL(folder, root), { recursive: true });
    for (const file of files) {
      if (!file.endsWith('.ts') || file.endsWith('inlined-page.ts')) continue;
      const text = await readFile(new URL(`${folder}/${file}`, root), 'utf8');
      for (const [, name = ''] of text.matchAll(/(?:from|import\() ?'((?:@[\w.-]+\/)?[\w.-]+)[^']*'/g)) {
        if (!name.startsWith('.') && name !== 'node') names.add(name);
      }
    }
  }
  return [...names].toSorted();
}

test('the changelog has a section for this version, and every packed file that is not built exists', async () => {
  const { version, files, bin } = await json<Package>('package.json');
  expect(await readFile(new URL('CHANGELOG.md', root), 'utf8')).toContain(`## [${version}]`);
  expect(files.filter((name) => name !== 'dist' && !existsSync(new URL(name, root)))).toEqual([]);
  expect(new Set(Object.values(bin))).toEqual(new Set(['dist/cli.js']));
});
