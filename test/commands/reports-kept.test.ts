import { readdir, readFile, readlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { runFolders } from '../../src/report/write.ts';
import { commitOn } from '../helpers/commits.ts';
import { gb2gl, smallServers, workplace } from '../helpers/small-server.ts';

test('every run keeps its own dated reports, and latest leads to the newest', async () => {
  const servers = await smallServers();
  const reports = join(await workplace(servers), '.gb2gl', 'reports');
  const first = await gb2gl(servers, ['migrate', '--yes', '--all']);
  expect(first.code, first.stderr).toBe(0);
  const folder = await readlink(join(reports, 'latest'));
  expect(folder).toMatch(/^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-migrate$/);
  expect(first.stdout.split('\n')).toContain(`  .gb2gl/reports/${folder}/report.html`);
  const evidence = await readFile(join(reports, folder, 'result.json'), 'utf8');

  expect((await gb2gl(servers, ['migrate', '--yes', '--all'])).code).toBe(0);
  expect((await gb2gl(servers, ['verify', '--all'])).code).toBe(0);

  const all = await runFolders(reports);
  expect(all.map(({ kind }) => kind)).toEqual(['verify', 'migrate', 'migrate']);
  expect(await readlink(join(reports, 'latest'))).toBe(basename(all[0]?.path ?? ''));
  expect(await readFile(join(reports, folder, 'result.json'), 'utf8')).toBe(evidence);
  expect(JSON.parse(evidence)).toMatchObject({ items: [{ changed: true }, {}, {}, {}, {}] });
});

test('report.dir of the config holds the dated folders, and a plan is carried out again from where latest leads', async () => {
  const servers = await smallServers();
  const cwd = await workplace(servers);
  await writeFile(join(cwd, 'migrate.config.json'), JSON.stringify({ report: { dir: 'kept' } }));
  const plan = join('kept', 'latest', 'plan.json');
  const planned = await gb2gl(servers, ['plan', '--all']);
  expect(planned.code, planned.stderr).toBe(0);
  expect(planned.stdout).toMatch(
    /^Nothing was changed\. The plan is in\n {2}kept\/[\dT-]+-plan\/plan\.json$/m,
  );

  expect((await gb2gl(servers, ['migrate', '--yes', '--plan', plan])).code).toBe(0);
  commitOn(servers.gitbucket.gitDir('team-a', 'one'), 'main', 'later');
  const again = await gb2gl(servers, ['migrate', '--yes', '--plan', plan]);

  expect(again.code, again.stderr).toBe(4);
  expect(again.stdout).toContain('drifted');
  const folders = await runFolders(join(cwd, 'kept'));
  expect(folders.map(({ kind }) => kind)).toEqual(['migrate', 'migrate', 'plan']);
  const text = await Promise.all(folders.map(({ path }) => readFile(join(path, 'plan.json'), 'utf8')));
  expect(new Set(text).size).toBe(1);
  expect(await readdir(join(cwd, '.gb2gl'))).not.toContain('reports');
});
