import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commitFiles, pointersTo, store, tracked } from '../helpers/lfs-world.ts';
import { lfsPointer } from '../helpers/odd-objects.ts';
import { refsIn } from '../helpers/servers.ts';
import { gb2gl, itemOf, migrateAll, resultOf, workplace } from '../helpers/small-server.ts';
import { team } from '../helpers/team.ts';

test('lost objects end a run with 4 until they are allowed to be missing: by option, by plan file, by config', async () => {
  const servers = await team();
  const dir = servers.add('one');
  commitFiles(dir, 'main', {
    '.gitattributes': tracked,
    ...pointersTo({ 'a.bin': 'kept', 'b.bin': 'lost' }),
  });
  await store(servers, 'one', 'kept');
  const cwd = await workplace(servers);

  const refused = await gb2gl(servers, ['migrate', '--all', '--yes']);
  expect(refused.code, refused.stderr).toBe(4);
  expect(refused.stdout.replaceAll(/\s+/g, ' ')).toContain(`--allow-missing-lfs ${lfsPointer('lost').oid}`);

  const planned = await gb2gl(servers, ['plan', '--all', '--allow-missing-lfs', 'b.bin']);
  expect(planned.code, planned.stdout).toBe(0);
  expect(planned.stdout).toContain('gb2gl migrate --all --allow-missing-lfs b.bin');
  const file = join(cwd, '.gb2gl', 'reports', 'latest', 'plan.json');
  expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({
    settings: { allowMissingLfs: ['b.bin'] },
  });

  const args = ['migrate', '--plan', file, '--yes', '--json', '--transport', 'mirror'];
  const carriedOut = await gb2gl(servers, args);
  expect(carriedOut.code, carriedOut.stderr).toBe(0);
  expect(itemOf(resultOf(carriedOut), 'team/one').state).toBe('proven');
  expect(refsIn(servers.gitlab.gitDir('team/one'))).toEqual(refsIn(dir));
  expect(servers.gitlab.project('team/one').lfsEnabled).toBe(true);

  // Nobody allows it any more.
  expect((await gb2gl(servers, ['verify', '--all'])).code).toBe(4);
  const short = lfsPointer('lost').oid.slice(0, 6);
  const allowed = await gb2gl(servers, ['verify', '--group', 'team', '--allow-missing-lfs', 'b.bin', short]);
  expect(allowed.code, allowed.stdout).toBe(0);
  const said = allowed.stdout.replaceAll(/\s+/g, ' ');
  expect(said).toContain('equal on both sides, but for 1 LFS object that you allowed to be missing');
  expect(said).toContain(lfsPointer('lost').oid);
  expect(said).toContain(`${short} among what may be missing`);
  expect(said).toContain('"migrate": { "allowMissingLfs": [ … ] } in the config');

  const config = { migrate: { allowMissingLfs: ['all'] } };
  await writeFile(join(cwd, 'migrate.config.json'), JSON.stringify(config));
  expect((await gb2gl(servers, ['verify', '--all'])).code).toBe(0);
  const last = await migrateAll(servers);
  expect(itemOf(resultOf(last), 'team/one')).toMatchObject({ state: 'proven', changed: false });
  const report = await readFile(join(cwd, '.gb2gl', 'reports', 'latest', 'report.md'), 'utf8');
  expect(report).toContain('b.bin');
});
