import { execFile } from 'node:child_process';
import { once } from 'node:events';
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
      'docs/automation.md',
      'docs/errors.md',
      'man/gb2gl.1',
      'migrate.config.example.json',
      'migrate.config.schema.json',
      'package.json',
    ]),
  );
  expect(paths.filter((path) => path.startsWith('dist/') && !path.endsWith('.js'))).toEqual([
    'dist/LICENSES.txt',
    'dist/package.json',
  ]);
  expect(paths.filter((path) => path.includes('/') && !/^(?:dist|docs|man)\//.test(path))).toEqual([]);
  expect(paths.filter((path) => path.startsWith('man/'))).toEqual(['man/gb2gl.1']);
  expect(files.find(({ path }) => path === 'dist/cli.js')?.mode.toString(8)).toBe('755');
});

test('the package can be installed in an empty folder, both names start the program, and its sandbox has a database', async () => {
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
  expect(await sandboxVersions(folder)).toMatchObject({ rows: [{ MODULE_ID: 'gitbucket-core' }] });
});

/** What the database viewer of the installed program's sandbox answers; only there SQLite comes from the package. */
async function sandboxVersions(folder: string): Promise<unknown> {
  const sandbox = execFile(join(folder, 'node_modules', '.bin', 'gb2gl'), ['sandbox', '--json'], {
    cwd: folder,
  });
  try {
    const [line] = (await once(sandbox.stdout ?? sandbox, 'data')) as [string];
    const { GITBUCKET_URL: url } = JSON.parse(line) as { GITBUCKET_URL: string };
    const form = new URLSearchParams({ userName: 'root', password: 'root' });
    const signedIn = await fetch(`${url}/signin`, { method: 'POST', body: form, redirect: 'manual' });
    const answer = await fetch(`${url}/admin/dbviewer/_query`, {
      method: 'POST',
      headers: { cookie: signedIn.headers.get('set-cookie')?.split(';')[0] ?? '' },
      body: new URLSearchParams({ query: 'SELECT MODULE_ID FROM VERSIONS' }),
    });
    return await answer.json();
  } finally {
    const closed = once(sandbox, 'close');
    sandbox.kill('SIGINT');
    await closed;
  }
}
