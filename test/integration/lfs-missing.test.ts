import { expect, test } from 'vitest';
import { refsOf } from '../../src/steps/code.ts';
import {
  commitFiles,
  forget,
  itemIn,
  oidsOf,
  onGitLab,
  plannedIn,
  pointersTo,
  projectIn,
  runOnce,
  stepIn,
  store,
  tracked,
  verified,
} from '../helpers/lfs-world.ts';
import { lfsPointer } from '../helpers/odd-objects.ts';
import { refsIn } from '../helpers/servers.ts';
import { team, type Team } from '../helpers/team.ts';

const contents = Array.from({ length: 40 }, (_, index) => `content ${index}`);

/** 40 objects on `main`, three of which are lost on GitBucket; `old` has the history from before them. */
async function withLost(servers: Team): Promise<{ lost: string[]; main: string }> {
  const dir = servers.add('one');
  const old = commitFiles(dir, 'old', { '.gitattributes': tracked, ...pointersTo({ 'a.bin': 'old' }) });
  const names = contents.map((content, index) => [`f${String(index).padStart(2, '0')}.bin`, content]);
  const files = Object.fromEntries(names) as Record<string, string>;
  const main = commitFiles(dir, 'main', { '.gitattributes': tracked, ...pointersTo(files) }, [old]);
  await store(servers, 'one', 'old', ...contents.slice(3));
  return { lost: contents.slice(0, 3), main };
}

test('lost objects are named with path, branch and commit before anything is written, and keep back only what needs them', async () => {
  const servers = await team();
  const { lost, main } = await withLost(servers);

  const run = await runOnce(servers);

  const planned = plannedIn(run, 'one');
  expect(planned).toMatchObject({ state: 'refused', counts: { create: 38, lost: 3 } });
  const [notice] = planned?.notices ?? [];
  expect(notice).toMatchObject({ code: 'lfs-missing-refused', object: 'f00.bin' });
  expect(notice?.message).toContain(`branch main, last commit ${main}`);
  expect(notice?.message).toContain(lfsPointer(lost[0] ?? '').oid);
  expect(notice?.fix).toContain(`--allow-missing-lfs ${lfsPointer(lost[0] ?? '').oid}`);
  const refused = refsOf(projectIn(run, 'one')).filter(({ outcome }) => outcome === 'refused');
  expect(refused).toMatchObject([{ ref: 'refs/heads/main' }]);
  // The objects tell the way out, once.
  expect(refused[0]?.fix).toBe('apply the fixes of these objects');
  expect(refused[0]?.reason).toContain('its history needs 3 LFS objects that GitLab does not get');

  expect(itemIn(run, 'one').state).toBe('refused');
  expect(stepIn(run, 'one')).toMatchObject({ state: 'refused', counts: { create: 38, lost: 3 } });
  expect(stepIn(run, 'one').check?.differences.map(({ object }) => object)).toEqual([
    'f00.bin',
    'f01.bin',
    'f02.bin',
  ]);
  expect(onGitLab(servers, 'one')).toEqual(oidsOf('old', ...contents.slice(3)));
  expect(refsIn(servers.gitlab.gitDir('team/one')).map((line) => line.slice(41))).toEqual(['refs/heads/old']);

  // A second run comes to the same without writing, and a proof without the journal too.
  const again = await runOnce(servers);
  expect(itemIn(again, 'one')).toMatchObject({ state: 'refused', changed: false });
  expect(itemIn(await verified(servers), 'one').state).toBe('refused');
});

test('what is allowed to be missing moves without it, with LFS of the project off for the push only', async () => {
  const servers = await team();
  const { lost } = await withLost(servers);
  const dir = servers.gitbucket.gitDir('team', 'one');
  const allowMissingLfs = ['f00.bin', lfsPointer(lost[1] ?? '').oid, lfsPointer(lost[2] ?? '').oid];
  servers.gitlab.server.requests.length = 0;

  const run = await runOnce(servers, { migrate: { allowMissingLfs } });

  expect(run.plan.warnings).toEqual([]);
  expect(plannedIn(run, 'one')).toMatchObject({ state: 'proven', counts: { create: 38, lost: 3 } });
  expect(itemIn(run, 'one').state, JSON.stringify(itemIn(run, 'one').problem)).toBe('proven');
  const { differences } = stepIn(run, 'one').check ?? { differences: [] };
  expect(differences.map(({ code, object }) => [code, object])).toEqual([
    ['lfs-missing', 'f00.bin'],
    ['lfs-missing', 'f01.bin'],
    ['lfs-missing', 'f02.bin'],
  ]);
  expect(refsIn(servers.gitlab.gitDir('team/one'))).toEqual(refsIn(dir));
  expect(servers.gitlab.project('team/one').lfsEnabled).toBe(true);
  const puts = servers.gitlab.server.requests.filter(
    ({ method, url }) => method === 'PUT' && /\/projects\/\d+$/.test(url),
  );
  expect(puts).toHaveLength(2);
  expect(itemIn(await verified(servers, { migrate: { allowMissingLfs } }), 'one').state).toBe('proven');
  const mistyped = await verified(servers, {
    migrate: { allowMissingLfs: [...allowMissingLfs, 'nope.bin'] },
  });
  expect(mistyped.plan.warnings).toEqual([expect.stringContaining('nope.bin among what may be missing')]);
  // Nobody may forget it either.
  expect(itemIn(await verified(servers), 'one').state).toBe('refused');
});

test('once GitBucket has the object, the next run moves what it kept back', async () => {
  const servers = await team();
  const { lost } = await withLost(servers);
  await runOnce(servers);
  await store(servers, 'one', ...lost);

  const run = await runOnce(servers);

  expect(plannedIn(run, 'one')).toMatchObject({ state: 'proven', counts: { create: 3, unchanged: 38 } });
  expect(itemIn(run, 'one').state, JSON.stringify(itemIn(run, 'one').problem)).toBe('proven');
});

test('a loss in the middle that shows only while objects are copied does not stop the others', async () => {
  const servers = await team();
  const dir = servers.add('one');
  const all = Array.from({ length: 100 }, (_, index) => `object ${index}`);
  const names = all.map((content, index) => [`f${String(index).padStart(2, '0')}.bin`, content]);
  const files = Object.fromEntries(names) as Record<string, string>;
  commitFiles(dir, 'main', { '.gitattributes': tracked, ...pointersTo(files) });
  commitFiles(dir, 'topic', { 'a.txt': 'without' });
  await store(servers, 'one', ...all);

  const run = await runOnce(servers, {
    between: () => forget(servers, 'one', 'object 50'),
  });

  expect(plannedIn(run, 'one')).toMatchObject({ state: 'proven', counts: { create: 100 } });
  expect(stepIn(run, 'one')).toMatchObject({ state: 'refused', counts: { create: 99, lost: 1 } });
  expect(stepIn(run, 'one').check?.differences).toMatchObject([{ object: 'f50.bin' }]);
  expect(itemIn(run, 'one').state).toBe('refused');
  expect(refsIn(servers.gitlab.gitDir('team/one')).map((line) => line.slice(41))).toEqual([
    'refs/heads/topic',
  ]);
});

test('pointers without any object in the store are counted by the plan', async () => {
  const servers = await team();
  const files = { '.gitattributes': tracked, ...pointersTo({ 'a.bin': 'a', 'b.bin': 'b' }) };
  commitFiles(servers.add('one'), 'main', files);
  const run = await runOnce(servers);
  expect(plannedIn(run, 'one')).toMatchObject({ changes: false, state: 'refused', counts: { lost: 2 } });
  expect(itemIn(run, 'one').state).toBe('refused');
});

test('two pointer texts of one object arrive, and LFS is on again', async () => {
  const servers = await team();
  const dir = servers.add('one');
  const { text } = lfsPointer('one object');
  commitFiles(dir, 'main', { '.gitattributes': tracked, 'a.bin': text, 'b.bin': `${text}\n` });
  await store(servers, 'one', 'one object');

  const run = await runOnce(servers);

  expect(itemIn(run, 'one').state, JSON.stringify(itemIn(run, 'one').problem)).toBe('proven');
  expect(stepIn(run, 'one').check).toMatchObject({ state: 'proven', compared: 1 });
  expect(refsIn(servers.gitlab.gitDir('team/one'))).toEqual(refsIn(dir));
  expect(servers.gitlab.project('team/one').lfsEnabled).toBe(true);
  // What GitLab has already is no reason to switch anything off.
  const next = { '.gitattributes': tracked, 'a.bin': text, 'b.bin': `${text}\n`, 'c.txt': 'c' };
  commitFiles(dir, 'main', next, [refsIn(dir)[0]?.slice(0, 40) ?? '']);
  servers.gitlab.server.requests.length = 0;
  expect(itemIn(await runOnce(servers), 'one').state).toBe('proven');
  expect(servers.gitlab.server.requests.filter(({ method }) => method === 'PUT')).toEqual([]);
});

test('a text that only looks like a pointer is told, and keeps nothing back', async () => {
  const servers = await team();
  const dir = servers.add('one');
  const sample = pointersTo({ 'sample.txt': 'a sample in the documentation' });
  commitFiles(dir, 'main', { '.gitattributes': tracked, ...pointersTo({ 'a.bin': 'real' }), ...sample });
  await store(servers, 'one', 'real');

  const run = await runOnce(servers);

  expect(plannedIn(run, 'one')).toMatchObject({ state: 'proven', counts: { create: 1, sample: 1 } });
  expect(itemIn(run, 'one').state, JSON.stringify(itemIn(run, 'one').problem)).toBe('proven');
  expect(stepIn(run, 'one').check?.differences).toMatchObject([
    { code: 'lfs-sample', object: 'sample.txt', fix: '' },
  ]);
  expect(refsIn(servers.gitlab.gitDir('team/one'))).toEqual(refsIn(dir));
});

function config(url: string): Record<string, string> {
  return { '.lfsconfig': `[lfs]\n\turl = ${url}\n` };
}

function files(content: string): Record<string, string> {
  return { 'a.bin': lfsPointer(content).text };
}

test('.lfsconfig is read on every branch: this server, another one, none', async () => {
  const servers = await team();
  const dir = servers.add('one');
  commitFiles(dir, 'main', { '.gitattributes': tracked, ...files('ours') });
  const own = `${servers.gitbucket.url}/git/team/one.git/info/lfs`;
  commitFiles(dir, 'own', { '.gitattributes': tracked, ...config(own), ...files('own') });
  const other = 'https://someone:secret@lfs.example.com/store';
  commitFiles(dir, 'third', { '.gitattributes': tracked, ...config(other), ...files('elsewhere') });
  await store(servers, 'one', 'ours', 'own');

  const run = await runOnce(servers);

  const planned = plannedIn(run, 'one');
  expect(planned).toMatchObject({ state: 'proven', counts: { create: 2, elsewhere: 1 } });
  expect(planned?.notices.map(({ code }) => code)).toEqual(['lfs-old-address', 'lfs-elsewhere']);
  const [old, elsewhere] = planned?.notices ?? [];
  expect(old?.message).toContain(`.lfsconfig on own names ${own}`);
  expect(old?.message).toContain(`${servers.gitlab.url}/team/one.git/info/lfs`);
  expect(elsewhere?.message).toContain('stays on https://lfs.example.com/store');
  expect(itemIn(run, 'one').state, JSON.stringify(itemIn(run, 'one').problem)).toBe('proven');
  expect(refsIn(servers.gitlab.gitDir('team/one'))).toEqual(refsIn(dir));
  expect(onGitLab(servers, 'one')).toEqual(oidsOf('ours', 'own'));
});

test('an object that does not get through keeps back only what needs it, and the item fails', async () => {
  const servers = await team();
  const dir = servers.add('one');
  commitFiles(dir, 'main', { '.gitattributes': tracked, ...pointersTo({ 'a.bin': 'too large' }) });
  commitFiles(dir, 'topic', { '.gitattributes': tracked, ...pointersTo({ 'b.bin': 'small' }) });
  await store(servers, 'one', 'too large', 'small');
  const [oid = ''] = oidsOf('too large');
  servers.gitlab.server.faults.add({
    method: 'PUT',
    url: new RegExp(`/gitlab-lfs/objects/${oid}`),
    times: Infinity,
    action: { kind: 'status', status: 413 },
  });

  const run = await runOnce(servers);

  expect(itemIn(run, 'one').state).toBe('failed');
  expect(stepIn(run, 'one').check).toMatchObject({
    state: 'failed',
    differences: [{ code: 'lfs-missing-refused', object: 'a.bin' }],
  });
  expect(stepIn(run, 'one').check?.differences[0]?.message).toContain('too large');
  expect(refsIn(servers.gitlab.gitDir('team/one')).map((line) => line.slice(41))).toEqual([
    'refs/heads/topic',
  ]);
  servers.gitlab.server.faults.clear();
  expect(itemIn(await runOnce(servers), 'one').state).toBe('proven');
});
