import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bundleOf, lfsFileOf } from '../../src/carrier/layout.ts';
import { updateMirror } from '../../src/transfer/mirror.ts';
import { chooseTransport, mirrorOptions } from '../../src/transfer/auto.ts';
import { carriedSource, exported, stickOf } from '../helpers/carried.ts';
import { commitOn } from '../helpers/commits.ts';
import {
  commitFiles,
  forget,
  itemIn,
  plannedIn,
  pointersTo,
  runOnce,
  store,
  tracked,
  type Run,
} from '../helpers/lfs-world.ts';
import { lfsPointer } from '../helpers/odd-objects.ts';
import { quietRuntime } from '../helpers/prepared.ts';
import { team, type Team } from '../helpers/team.ts';
import { commitPages } from '../helpers/wikis.ts';

/** Changes bytes in the middle: the length stays. */
async function flip(file: string): Promise<void> {
  const bytes = await readFile(file);
  const from = Math.floor(bytes.length * 0.6);
  for (let at = from; at < Math.min(from + 20, bytes.length); at += 1) bytes[at] = (bytes[at] ?? 0) ^ 255;
  await writeFile(file, bytes);
}

async function imported(servers: Team): Promise<Run> {
  const runtime = { ...quietRuntime(servers.folder), sleep: async () => {} };
  const transport = chooseTransport('mirror', { workDir: servers.folder, runtime, pushSeconds: 20 });
  return runOnce(servers, { transport, more: { source: await carriedSource(servers) } });
}

test('a bundle of the right length with other bytes fails its own repository, and is nobody else’s fault', async () => {
  const servers = await team();
  for (const name of ['good', 'flipped']) commitOn(servers.add(name), 'main', name);
  commitOn(servers.add('pages'), 'main', 'pages');
  commitPages(servers.gitbucket.wikiDir('team', 'pages'), 'main', { 'Home.md': 'One', 'More.md': 'Two' });
  await exported(servers);
  const file = bundleOf(stickOf(servers), 'team/flipped', 'code');
  await flip(file);
  await flip(bundleOf(stickOf(servers), 'team/pages', 'wiki'));

  const run = await imported(servers);

  expect(run.plan.problems).toMatchObject([{ code: 'export-damaged', object: 'team/flipped' }]);
  expect(run.plan.problems[0]?.message).toContain(file);
  expect(run.plan.problems[0]?.fix).toContain('sha256sum --check');
  expect(itemIn(run, 'good').state).toBe('proven');
  expect(plannedIn(run, 'pages', 'wiki')?.notices).toMatchObject([{ code: 'export-damaged' }]);
});

test('a bundle that is damaged while it is being read is the export’s fault', async () => {
  const servers = await team();
  commitOn(servers.add('one'), 'main', 'one');
  await exported(servers);
  const source = await carriedSource(servers);
  const name = { owner: 'team', name: 'one' };
  await source.refs(name, 'code');
  await flip(bundleOf(stickOf(servers), 'team/one', 'code'));

  const { aborting: signal } = quietRuntime(servers.folder);
  const update = updateMirror(
    { id: 'team/one', source: source.remote(name, 'code'), patterns: [], progress() {}, signal },
    mirrorOptions(servers.folder, quietRuntime(servers.folder)),
  );

  await expect(update).rejects.toMatchObject({ code: 'export-damaged', blame: 'you' });
});

test.each([
  ['is gone', (file: string): Promise<void> => rm(file)],
  ['has other bytes', flip],
])('an LFS object that %s since the export is not called lost on GitBucket', async (_, damage) => {
  const servers = await team();
  const dir = servers.add('films');
  commitFiles(dir, 'main', { '.gitattributes': tracked, ...pointersTo({ 'a.bin': 'a film' }) });
  await store(servers, 'films', 'a film');
  commitOn(servers.add('good'), 'main', 'good');
  await exported(servers);
  const file = lfsFileOf(stickOf(servers), lfsPointer('a film').oid);
  await damage(file);

  const run = await imported(servers);

  const { state, problem } = itemIn(run, 'films');
  expect({ state, code: problem?.code }).toEqual({ state: 'failed', code: 'export-damaged' });
  expect(problem?.message).toContain(file);
  expect(JSON.stringify(plannedIn(run, 'films')?.notices)).not.toContain('--allow-missing-lfs');
  expect(itemIn(run, 'good').state).toBe('proven');
});

test('an LFS object that GitBucket has lost is named by the export, and called so by the import', async () => {
  const servers = await team();
  const dir = servers.add('films');
  commitFiles(dir, 'main', { '.gitattributes': tracked, ...pointersTo({ 'a.bin': 'a film' }) });
  await store(servers, 'films', 'a film');
  await forget(servers, 'films', 'a film');
  const { lost, problems } = await exported(servers);

  const { oid } = lfsPointer('a film');
  expect(problems).toEqual([]);
  expect(lost).toMatchObject([{ code: 'lfs-object-lost', object: 'a.bin in team/films' }]);
  expect(lost[0]?.message).toBe(`GitBucket does not have the LFS object ${oid} of team/films (6 B)`);
  const run = await imported(servers);

  expect(plannedIn(run, 'films')?.notices).toMatchObject([{ code: 'lfs-missing-refused', object: 'a.bin' }]);
});

test('what could not be exported is to be exported again, not imported again', async () => {
  const servers = await team();
  commitOn(servers.add('one'), 'main', 'one');
  await exported(servers);
  const file = join(stickOf(servers), 'export.json');
  const manifest = JSON.parse(await readFile(file, 'utf8')) as { inventory: { problems: unknown[] } };
  const fix = 'repair it, then run the same command again';
  manifest.inventory.problems.push({ code: 'bundle-failed', object: 'team/two', message: 'no bundle', fix });
  await writeFile(file, JSON.stringify(manifest));

  const { plan } = await imported(servers);

  expect(plan.problems.map((problem) => problem.fix)).toEqual([
    'repair it, then run the same gb2gl export again',
  ]);
});
