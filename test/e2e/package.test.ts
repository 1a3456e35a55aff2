import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { tempDir } from '../helpers/temp-dir.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));

type Packed = { filename: string; files: { path: string; mode: number }[] };

/** The program is built already, and building it again would take it away from the tests that use it. */
async function pack(folder: string): Promise<Packed> {
  const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
    cwd: root,
  });
  const [packed] = JSON.parse(stdout) as Packed[];
  if (!packed) throw new Error(`npm pack said ${stdout}`);
  return packed;
}

test('the package holds the program and what belongs to it, no sources, no tests, no maps', async () => {
  const { files } = await pack(await tempDir());
  const paths = files.map(({ path }) => path);
  expect(paths).toEqual(
    expect.arrayContaining([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'dist/LICENSES.txt',
      'dist/cli.js',
      'migrate.config.example.json',
      'migrate.config.schema.json',
      'package.json',
    ]),
  );
  expect(paths.filter((path) => path.startsWith('dist/') && !path.endsWith('.js'))).toEqual([
    'dist/LICENSES.txt',
  ]);
  expect(paths.filter((path) => path.includes('/') && !path.startsWith('dist/'))).toEqual([]);
  expect(files.find(({ path }) => path === 'dist/cli.js')?.mode.toString(8)).toBe('755');
});

test(
  'the package can be installed in an empty folder, and both names start the program',
  { timeout: 240_000 },
  async () => {
    const folder = await tempDir();
    const { filename } = await pack(folder);
    await writeFile(join(folder, 'package.json'), '{ "name": "empty", "private": true }');
    const flags = ['--omit=dev', '--engine-strict', '--prefer-offline', '--no-audit', '--no-fund'];
    await run('npm', ['install', ...flags, join(folder, filename)], { cwd: folder });

    const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
    for (const name of ['gb2gl', 'gitbucket2gitlab']) {
      const { stdout } = await run(join(folder, 'node_modules', '.bin', name), ['--version'], {
        cwd: folder,
      });
      expect(`${name} ${stdout}`).toBe(`${name} ${version}\n`);
    }
  },
);
