import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { pageScript, pageStyle } from '../../src/report/inlined-page.ts';
import { builtGb2gl, resultOf, smallServers, workplace } from '../helpers/small-server.ts';

test('the built program holds the style and the script of the report, and nothing of what makes them', async () => {
  const servers = await smallServers();
  const run = await builtGb2gl(servers, ['migrate', '--all', '--yes']);
  expect(run.code, run.stderr).toBe(0);

  const folder = join(await workplace(servers), '.gb2gl', 'reports', 'latest');
  const page = await readFile(join(folder, 'report.html'), 'utf8');
  expect(pageStyle).toContain('@media print');
  expect(page).toContain(`<style>${pageStyle}</style>`);
  expect(pageScript).toContain('Search by name');
  expect(page).toContain(`<script>${pageScript}</script>`);
  const licences = await readFile(new URL('../../dist/LICENSES.txt', import.meta.url), 'utf8');
  expect(licences).toMatch(/^zod /m);
  expect(licences).not.toMatch(/^(esbuild|tsx) /m);
});

test('the result tells the version, the command without secrets, both users, and the visibility on both sides', async () => {
  const servers = await smallServers();
  const token = servers.env['GITLAB_TOKEN'] ?? '';
  const run = await builtGb2gl(servers, [
    'migrate',
    '--all',
    '--yes',
    '--json',
    '--work-dir',
    `it's ${token}`,
  ]);
  expect(run.code, run.stderr).toBe(0);

  const { gb2gl: program, source, target, items } = resultOf(run);
  const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  const command = String.raw`gb2gl migrate --all --yes --json --work-dir 'it'\''s [secret]'`;
  expect(program).toEqual({ version, command });
  expect([source.user, target.user]).toEqual(['root', 'root']);
  expect(items.map(({ id, visibility }) => [id, visibility])).toEqual([
    ['team-a', { source: null, target: 'public' }],
    ['team-b', { source: null, target: 'private' }],
    ['team-a/one', { source: 'public', target: 'public' }],
    ['team-a/two', { source: 'public', target: 'public' }],
    ['team-b/three', { source: 'private', target: 'private' }],
  ]);
  const reports = join(await workplace(servers), `it's ${token}`, 'reports', 'latest');
  const addresses = await readFile(join(reports, 'addresses.csv'), 'utf8');
  const [from, to] = [servers.gitbucket.url, servers.gitlab.url];
  expect(addresses).toContain(
    `\r\n${from}/team-b/three,${to}/team-b/three,${from}/git/team-b/three.git,${to}/team-b/three.git,private,proven\r\n`,
  );
  for (const [old, now] of cloneAddresses(addresses)) {
    expect(await idsAt(old, servers.env['GITBUCKET_TOKEN'])).toEqual(await idsAt(now, token));
  }
});

/** Of every line but the first. */
function cloneAddresses(csv: string): [old: string, now: string][] {
  const lines = csv.trim().split('\r\n').slice(1);
  return lines.map((line) => {
    const [, , old = '', now = ''] = line.split(',');
    return [old, now];
  });
}

/** What a clone of the address would hold. */
async function idsAt(address: string, token = ''): Promise<string[]> {
  const url = new URL(address);
  url.username = 'root';
  url.password = token;
  const { stdout } = await promisify(execFile)('git', ['ls-remote', url.href, 'refs/heads/*']);
  expect(stdout).not.toBe('');
  return stdout.split('\n');
}

test('plan.html is the plan with the same style and script, without secrets', async () => {
  const servers = await smallServers();
  const token = servers.env['GITLAB_TOKEN'] ?? '';
  const run = await builtGb2gl(servers, ['plan', '--all', '--work-dir', token]);
  expect(run.code, run.stderr).toBe(0);

  const file = join(await workplace(servers), token, 'reports', 'latest', 'plan.html');
  expect(run.stdout).toContain('plan.html');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const page = await readFile(file, 'utf8');
  expect(page).toContain(`<style>${pageStyle}</style>`);
  expect(page).toContain(`<script>${pageScript}</script>`);
  expect(page).not.toContain(token);
  const [, data = ''] = /id="data">([^<]*)</.exec(page) ?? [];
  expect(JSON.parse(data)).toMatchObject({
    kind: 'plan',
    origin: { command: 'gb2gl plan --all --work-dir [secret]', targetUser: 'root' },
    verdict: { tone: 'good', title: 'Everything selected can be migrated' },
    totals: [
      '3 repositories: 3 new',
      '2 groups: 2 new',
      '1 person: 1 to decide',
      '2 group members: 2 without an account',
      '6 refs: 6 to create',
      '3 wikis: 3 with only the generated page',
    ],
    open: [],
    rows: [
      { id: 'team-a/one', path: 'team-a/one', action: 'create', refs: 2 },
      { id: 'team-a/two' },
      { id: 'team-b/three', visibility: { source: 'private', target: 'private' } },
    ],
  });
});
