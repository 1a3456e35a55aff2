import { expect, test } from 'vitest';
import { clockFront } from '../helpers/clock-front.ts';
import { deadPort } from '../helpers/hosts.ts';
import { writesOf, type TestServers } from '../helpers/servers.ts';
import { startCli } from '../helpers/run-cli.ts';
import {
  expectMoved,
  gb2gl,
  migrateAll,
  resultOf,
  smallServers,
  workplace,
} from '../helpers/small-server.ts';

type Found = { code: string; level: string; area: string; waived: boolean };
type Document = { version: number; command: string; findings: Found[]; exitCode: number };

function documentOf(stdout: string): Document {
  return JSON.parse(stdout) as Document;
}

/** GET requests to the target until the source is asked for its owners. */
function getsBeforePlan({ gitlab, gitbucket }: TestServers): string[] {
  const planned = gitbucket.server.requests.find(({ url }) => url.endsWith('/organizations'))?.at ?? 0;
  return gitlab.server.requests
    .filter(({ at }) => at <= planned)
    .map(({ method, url }) => `${method} ${url}`);
}

test('doctor on healthy servers ends with 0, sends GitLab nothing but GET, and names servers and findings', async () => {
  const servers = await smallServers();
  const run = await gb2gl(servers, ['doctor']);

  expect(run.code, run.stdout + run.stderr).toBe(0);
  expect(run.stdout).toContain(`GitBucket ${servers.gitbucket.url}`);
  expect(run.stdout).toContain(`GitLab ${servers.gitlab.url}`);
  expect(run.stdout).toMatch(/\d+ ok, \d+ notes, \d+ warnings?, 0 errors/);
  const { requests } = servers.gitlab.server;
  expect(requests.length).toBeGreaterThan(5);
  expect(requests.filter(({ method }) => method !== 'GET')).toEqual([]);
});

test('--quiet shows only warnings, errors and how many there are', async () => {
  const servers = await smallServers();
  servers.gitlab.allowImports();
  const run = await gb2gl(servers, ['doctor', '--quiet']);
  expect(run.stdout).not.toMatch(/^ {2}ok /m);
  expect(run.stdout).not.toContain('source-anonymous');
  expect(run.stdout).toMatch(/\d+ ok, \d+ notes?, 0 warnings, 0 errors/);
});

test('--json prints one document, and a token is in neither stream', async () => {
  const servers = await smallServers();
  const wrong = 'not-a-token-of-this-server';
  const run = await gb2gl(servers, ['doctor', '--json'], { GITLAB_TOKEN: wrong });

  expect(run.code).toBe(3);
  const { version, command, findings, exitCode } = documentOf(run.stdout);
  expect({ version, command, exitCode }).toEqual({ version: 1, command: 'doctor', exitCode: 3 });
  expect(findings.filter(({ level }) => level === 'error').map(({ code }) => code)).toEqual([
    'token-refused',
  ]);
  expect(findings).toContainEqual(
    expect.objectContaining({ code: 'source-git', level: 'ok', area: 'source' }),
  );
  expect(run.stderr).toContain('[token-refused]');
  expect(run.stdout + run.stderr).not.toContain(wrong);
});

test('both servers failing in different ways, and no token at all, are reported in one go', async () => {
  const servers = await smallServers();
  const run = await gb2gl(servers, ['doctor', '--json'], {
    GITBUCKET_URL: `http://127.0.0.1:${await deadPort()}`,
    GITLAB_TOKEN: undefined,
  });
  expect(run.code).toBe(3);
  const errors = documentOf(run.stdout).findings.filter(({ level }) => level === 'error');
  expect(errors.map(({ code, area }) => `${area} ${code}`)).toEqual([
    'source unreachable',
    'target token-missing',
  ]);
});

test('--waive suppresses an error and shows it as waived; an unknown code is wrong usage', async () => {
  const servers = await smallServers();
  servers.gitlab.settings.decodesSlashes = true;
  expect((await gb2gl(servers, ['doctor'])).code).toBe(3);

  const waived = await gb2gl(servers, ['doctor', '--waive', 'target-slashes-decoded', 'disk-low']);
  expect(waived.code, waived.stdout).toBe(0);
  expect(waived.stdout).toMatch(/^ {2}waived .*\[target-slashes-decoded\]/ms);
  expect(waived.stdout).toContain('1 waived');

  servers.gitlab.server.requests.length = 0;
  for (const command of [['doctor'], ['migrate', '--all', '--yes']]) {
    const unknown = await gb2gl(servers, [...command, '--waive', 'target-slashes-decode']);
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain('did you mean target-slashes-decoded?');
  }
  expect(servers.gitlab.server.requests).toEqual([]);
});

test('one Ctrl-C ends doctor at once with 130, though a server hangs', async () => {
  const servers = await smallServers();
  const { faults, requests } = servers.gitlab.server;
  faults.add({ url: /\/api\/v4\/metadata$/, action: { kind: 'hang' } });
  const { child, finished } = startCli(['doctor', '--json'], {
    cwd: await workplace(servers),
    env: servers.env,
  });
  await expect.poll(() => requests.some(({ url }) => url.endsWith('/metadata'))).toBe(true);
  child.kill('SIGINT');
  const { code, stderr } = await finished;
  expect(code).toBe(130);
  expect(stderr).toContain('interrupted');
});

test('migrate sends GitLab two more GETs than connecting needs, and GitBucket none', async () => {
  const servers = await smallServers();
  expect((await migrateAll(servers)).code).toBe(0);
  expect(getsBeforePlan(servers).sort()).toEqual([
    'GET /api/v4/metadata',
    'GET /api/v4/personal_access_tokens/self',
    'GET /api/v4/projects/gb2gl-no-such-group%2Fno-such-project',
    'GET /api/v4/user',
    'GET /gb2gl-no-such-group/no-such-project.git/info/refs?service=git-receive-pack',
    'GET /gb2gl-no-such-group/no-such-project.git/info/refs?service=git-upload-pack',
  ]);
  const whoAmI = servers.gitbucket.server.requests.filter(({ url }) => url === '/api/v3/user');
  expect(whoAmI).toHaveLength(1);
});

test('migrate that cannot succeed stops with 3, lists every problem, and writes nothing', async () => {
  const servers = await smallServers();
  const tokens = { GITBUCKET_TOKEN: 'b'.repeat(40), GITLAB_TOKEN: 'not-a-token-of-this-server' };
  const both = await gb2gl(servers, ['migrate', '--all', '--yes'], tokens);
  expect(both.code).toBe(3);
  expect(both.stderr).toContain('the migration cannot succeed with the current setup:');
  expect(both.stderr).toContain(`- token-refused: GitBucket at ${servers.gitbucket.url} rejects the token`);
  expect(both.stderr).toContain(`- token-refused: GitLab at ${servers.gitlab.url} rejects the token`);
  expect(both.stderr).toContain('Access tokens, scope api');

  // Only what a check finds can be waived, a failed connection cannot.
  const waived = await gb2gl(servers, ['migrate', '--all', '--yes', '--waive', 'token-refused'], tokens);
  expect(waived.code).toBe(3);
  expect(writesOf(servers.gitlab.server.requests)).toEqual([]);
});

test('migrate stops where %2F is decoded, and continues when that is waived', async () => {
  const servers = await smallServers();
  servers.gitlab.settings.decodesSlashes = true;
  const stopped = await gb2gl(servers, ['migrate', '--all', '--yes', '--json']);
  expect(stopped.code).toBe(3);
  expect(stopped.stderr).toContain('- target-slashes-decoded: something in front of GitLab changes %2F');
  expect(stopped.stderr).toContain('AllowEncodedSlashes');
  expect(writesOf(servers.gitlab.server.requests)).toEqual([]);

  const waived = await gb2gl(servers, [
    'migrate',
    '--all',
    '--yes',
    '--json',
    '--waive',
    'target-slashes-decoded',
  ]);
  expect(waived.code, waived.stderr).toBe(0);
  expectMoved(servers, resultOf(waived));
});

test('migrate reports warnings that it need not stop for', async () => {
  const servers = await smallServers();
  const day = new Date(Date.now() + 3 * 86_400_000).toISOString().slice(0, 10);
  const env = {
    GITLAB_TOKEN: servers.gitlab.token('root', { expiresAt: day }),
    GITBUCKET_URL: await clockFront(servers.gitbucket.url, -300_000),
  };
  const run = await gb2gl(servers, ['migrate', '--all', '--yes'], env);
  expect(run.code, run.stderr).toBe(0);
  expect(run.stdout).toContain(`warning: the GitLab token expires on ${day} (in 2 days); create a new token`);
  expect(run.stdout).toContain('warning: the clock of GitBucket is about 5 min behind');

  const waived = await gb2gl(
    servers,
    ['migrate', '--all', '--yes', '--waive', 'target-token-expires', 'clock-differs'],
    env,
  );
  expect(waived.stdout).not.toContain('warning:');
});
