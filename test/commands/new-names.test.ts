import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commitOn } from '../helpers/commits.ts';
import {
  expectMoved,
  gb2gl,
  migrateAll,
  resultOf,
  smallServers,
  workplace,
} from '../helpers/small-server.ts';
import { writesOf, type TestServers } from '../helpers/servers.ts';

function under(url = ''): string {
  return url.replace('127.0.0.1', 'localhost');
}

function spelled(url = ''): string {
  return `  ${url.replace('http:', 'HTTP:')}//\n`;
}

/** Both servers under another host name, as after a move. */
function renamed({ env }: TestServers): Record<string, string> {
  return { GITBUCKET_URL: under(env['GITBUCKET_URL']), GITLAB_URL: under(env['GITLAB_URL']) };
}

test('other spellings of the addresses are the same servers: nothing is written again', async () => {
  const servers = await smallServers();
  expect(resultOf(await migrateAll(servers)).exitCode).toBe(0);
  servers.gitlab.server.requests.length = 0;
  const { env } = servers;
  const again = await migrateAll(servers, {
    GITBUCKET_URL: spelled(env['GITBUCKET_URL']),
    GITLAB_URL: spelled(env['GITLAB_URL']),
    GITBUCKET_TOKEN: `\uFEFF${env['GITBUCKET_TOKEN']}\r\n`,
    GITLAB_TOKEN: `\u200B ${env['GITLAB_TOKEN']}\u00A0`,
  });
  expect(resultOf(again).exitCode, again.stderr).toBe(0);
  expect(writesOf(servers.gitlab.server.requests)).toEqual([]);
});

test('servers under new names are refused until --same-servers says so; then everything is still ours', async () => {
  const servers = await smallServers();
  expect(resultOf(await migrateAll(servers)).exitCode).toBe(0);
  const names = renamed(servers);
  for (const args of [['plan'], ['verify'], ['migrate', '--yes'], ['rehearse']]) {
    const refused = await gb2gl(servers, [...args, '--all'], names);
    expect(refused.code, args[0]).toBe(2);
    expect(refused.stderr).toContain('belongs to a migration from');
    expect(refused.stderr).toContain('--same-servers');
  }

  // What a stranger's project would not get: a branch whose history was rewritten on the source.
  commitOn(servers.gitbucket.gitDir('team-a', 'one'), 'topic', 'rewritten', { orphan: true });
  const verify = await gb2gl(servers, ['verify', '--repo', 'team-a/two', '--same-servers', '--json'], names);
  expect(resultOf(verify).exitCode).toBe(0);
  expect((await gb2gl(servers, ['plan', '--all', '--same-servers'], names)).code).toBe(0);
  const plan = join(await workplace(servers), '.gb2gl', 'reports', 'latest', 'plan.json');
  const old = { ...names, GITLAB_URL: servers.env['GITLAB_URL'] ?? '' };
  const others = await gb2gl(servers, ['migrate', '--yes', '--plan', plan], old);
  expect(others.stderr).toContain('was created for');

  const run = await gb2gl(servers, ['migrate', '--plan', plan, '--yes', '--same-servers', '--json'], names);
  expectMoved(servers, resultOf(run));
  // From now on the journal knows them by these names.
  expect(resultOf(await gb2gl(servers, ['verify', '--all', '--json'], names)).exitCode).toBe(0);
  const journal = await readFile(join(await workplace(servers), '.gb2gl', 'journal.jsonl'), 'utf8');
  expect(journal.split('\n').filter((line) => line.includes('"opened"'))).toHaveLength(2);
});

test('a token with an invisible character is refused by its place and name, and never shown', async () => {
  const servers = await smallServers();
  const token = servers.env['GITLAB_TOKEN'] ?? '';
  const broken = `${token.slice(0, 8)}\u200B${token.slice(8)}`;
  const run = await migrateAll(servers, { GITLAB_TOKEN: broken });
  expect(run.code).toBe(2);
  expect(run.stderr).toContain(
    `target.token (from GITLAB_TOKEN): character 9 of ${token.length + 1} is U+200B (zero width space)`,
  );
  expect(run.stderr + run.stdout).not.toContain(token.slice(0, 8));
  expect(run.stderr + run.stdout).not.toContain(token.slice(8));
  expect(servers.gitlab.server.requests).toEqual([]);
});
