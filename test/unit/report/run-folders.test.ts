import { mkdir, readFile, readdir, readlink, symlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { makeRunFolder, pointLatest, runFolders } from '../../../src/report/write.ts';
import { tempDir } from '../../helpers/temp-dir.ts';

test('runs are listed from the newest to the oldest, and nothing else is taken for one', async () => {
  const dir = await tempDir();
  expect(await runFolders(join(dir, 'absent'))).toEqual([]);
  for (let run = 0; run < 11; run += 1) await makeRunFolder(dir, 'verify', '2026-03-01T10:00:00.123Z');
  await makeRunFolder(dir, 'plan', '2026-03-02T09:00:00.000Z');
  await makeRunFolder(dir, 'migrate', '2025-12-31T23:59:59.999Z');
  await mkdir(join(dir, '2027-mine'));
  await writeFile(join(dir, 'result.json'), '{}');

  const found = await runFolders(dir);

  expect(found.map(({ path }) => basename(path)).slice(0, 3)).toEqual([
    '2026-03-02T09-00-00-plan',
    '2026-03-01T10-00-00-verify-11',
    '2026-03-01T10-00-00-verify-10',
  ]);
  expect(found.at(-1)).toEqual({ path: join(dir, '2025-12-31T23-59-59-migrate'), kind: 'migrate' });
  expect(found).toHaveLength(13);
});

test('of runs that began in one second the later one is the newer one, whatever it was', async () => {
  const dir = await tempDir();
  for (const kind of ['verify', 'plan', 'migrate'] as const)
    await makeRunFolder(dir, kind, '2026-03-01T10:00:00.123Z');
  expect((await runFolders(dir)).map(({ kind }) => kind)).toEqual(['migrate', 'plan', 'verify']);
});

test('latest leads to the folder also after the directory has moved', async () => {
  const dir = await tempDir();
  await pointLatest(await makeRunFolder(dir, 'plan', '2026-03-01T10:00:00.000Z'));
  await pointLatest(await makeRunFolder(dir, 'migrate', '2026-03-01T11:00:00.000Z'));
  expect(await readlink(join(dir, 'latest'))).toBe('2026-03-01T11-00-00-migrate');
  expect((await readdir(dir)).sort()).toEqual([
    '2026-03-01T10-00-00-plan',
    '2026-03-01T11-00-00-migrate',
    'latest',
  ]);
});

async function refusing(): Promise<never> {
  throw Object.assign(new Error('EPERM: operation not permitted, symlink'), { code: 'EPERM' });
}

test('where the disk takes no links, latest is a file that names the folder', async () => {
  const dir = await tempDir();
  for (const at of ['2026-03-01T10:00:00.000Z', '2026-03-01T11:00:00.000Z'])
    await pointLatest(await makeRunFolder(dir, 'migrate', at), refusing);
  expect(await readFile(join(dir, 'latest'), 'utf8')).toBe('2026-03-01T11-00-00-migrate\n');
  expect(await readdir(dir)).toHaveLength(3);
});

test('a folder of somebody else that is called latest stays as it is', async () => {
  const dir = await tempDir();
  await mkdir(join(dir, 'latest'));
  await writeFile(join(dir, 'latest', 'notes.txt'), 'mine');
  await pointLatest(await makeRunFolder(dir, 'plan', '2026-03-01T10:00:00.000Z'), symlink);
  expect(await readFile(join(dir, 'latest', 'notes.txt'), 'utf8')).toBe('mine');
  expect((await readdir(dir)).sort()).toEqual(['2026-03-01T10-00-00-plan', 'latest']);
});
