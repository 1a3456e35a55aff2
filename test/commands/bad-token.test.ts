import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { GitBucketVersion } from '../../sandbox/gitbucket.ts';
import { testServers, writesOf } from '../helpers/servers.ts';
import {
  expectMoved,
  gb2gl,
  refusedStart,
  resultOf,
  smallServers,
  workplace,
} from '../helpers/small-server.ts';

test('a wrong, revoked or expired GitLab token is refused in words that say which and how to get a new one', async () => {
  const servers = await testServers();
  const { gitlab } = servers;
  const tokens = [
    ['no-token-of-this-server', '401 Unauthorized'],
    [gitlab.token('root', { revoked: true }), 'Token was revoked'],
    [gitlab.token('root', { expired: true }), 'Token is expired'],
  ];
  await Promise.all(
    tokens.map(async ([token = '', words = '']) => {
      const text = await refusedStart(servers, { GITLAB_TOKEN: token });
      expect(text).toContain(`GitLab at ${gitlab.url} rejects the token (`);
      expect(text).toContain(words);
      expect(text).toContain('Access tokens, scope api');
      expect(text).toContain('GITLAB_TOKEN');
    }),
  );
});

test('a GitLab token with other scopes than api is refused before anything is written, and its scopes are named', async () => {
  const servers = await testServers();
  const reading = servers.gitlab.token('root', { scopes: ['read_api', 'read_repository'] });
  expect(await refusedStart(servers, { GITLAB_TOKEN: reading })).toContain(
    'lacks the scope "api" (its scopes: read_api, read_repository)',
  );
  const pushing = servers.gitlab.token('root', { scopes: ['write_repository'] });
  const text = await refusedStart(servers, { GITLAB_TOKEN: pushing });
  expect(text).toContain('lacks the scope "api"');
  expect(text).toContain('create a token with the scope "api"');
});

test('the token of a blocked GitLab user is a matter for the administrator, and a new token is not advised', async () => {
  const servers = await testServers();
  const { gitlab } = servers;
  const mallory = gitlab.addUser({ username: 'mallory', name: 'Mallory', email: 'mallory@example.com' });
  const token = gitlab.token('mallory');
  mallory.state = 'blocked';

  const text = await refusedStart(servers, { GITLAB_TOKEN: token });

  expect(text).toContain('Your account has been blocked');
  expect(text).toContain('administrator');
  expect(text).not.toContain('create a new token');
});

test('git over HTTP that refuses the token, or is switched off, is found before anything is planned', async () => {
  const servers = await testServers();
  servers.gitlab.server.faults.add({
    url: /\.git\/info\/refs/,
    action: { kind: 'status', status: 401, body: 'HTTP Basic: Access denied.' },
  });
  const text = await refusedStart(servers);
  expect(text).toContain('GitLab accepts the token for its API but rejects it for git over HTTP');
  expect(text).toContain('may have disabled git over HTTP, or the token may lack the scope');

  servers.gitlab.settings.git.pullOverHttp = false;
  expect(await refusedStart(servers)).toContain('rejects it for git over HTTP');
});

test('a wrong GitBucket token is refused with the place where to make a new one', async () => {
  const servers = await testServers();
  const text = await refusedStart(servers, { GITBUCKET_TOKEN: 'a'.repeat(40) });

  expect(text).toContain(`GitBucket at ${servers.gitbucket.url} rejects the token (Bad credentials)`);
  expect(text).toContain('GitBucket > Account settings > Applications');
  expect(text).toContain('GITBUCKET_TOKEN');
});

test('a GitBucket whose git takes no tokens is told, and username and password make it work', async () => {
  // Not in the list of supported releases, yet the embedded server has the old rule.
  const version = '4.22' as GitBucketVersion;
  const servers = await smallServers({ gitbucket: { version } });
  const named = ['migrate', '--yes', '--group', 'team-a', 'team-b', '--json'];
  const refused = await gb2gl(servers, named);
  expect(refused.code, refused.stderr).toBe(3);
  expect(refused.stderr).toContain(
    'GitBucket accepts the token for its API but rejects it for git over HTTP',
  );
  expect(refused.stderr).toContain('accepts tokens for git since version 4.23');
  expect(refused.stderr).toContain('set "username" and "password" of the source');
  expect(writesOf(servers.gitlab.server.requests)).toEqual([]);

  const config = { source: { username: 'root', password: 'root' } };
  await writeFile(join(await workplace(servers), 'migrate.config.json'), JSON.stringify(config));
  for (const env of [{}, { GITBUCKET_TOKEN: '' }]) {
    const run = await gb2gl(servers, named, env);
    expect(run.code, run.stderr).toBe(0);
    expectMoved(servers, resultOf(run));
  }
});

test('a GitBucket that cannot list its owners wants them named', async () => {
  const servers = await smallServers({ gitbucket: { version: '4.23' } });
  const text = await refusedStart(servers);

  expect(text).toContain('cannot list its users and groups (it is older than 4.30)');
  expect(text).toContain('--group NAME, --user NAME or --repo OWNER/NAME');
});
