import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { deadPort, otherHost } from '../helpers/hosts.ts';
import { testServers } from '../helpers/servers.ts';
import {
  expectMoved,
  gb2gl,
  migrateAll,
  refusedStart,
  resultOf,
  smallServers,
  workplace,
} from '../helpers/small-server.ts';
import { selfSigned, tlsFront } from '../helpers/tls-front.ts';

const sides = [
  { side: 'source', server: 'GitBucket', url: 'GITBUCKET_URL' },
  { side: 'target', server: 'GitLab', url: 'GITLAB_URL' },
] as const;

async function eachSide(check: (side: (typeof sides)[number]) => Promise<void>): Promise<void> {
  await Promise.all(sides.map(check));
}

test('a server at which nothing listens is named with its address, on either side', async () => {
  const servers = await testServers();
  await eachSide(async ({ server, url }) => {
    const address = `http://127.0.0.1:${await deadPort()}`;
    const text = await refusedStart(servers, { [url]: address });
    expect(text).toContain(`${server} at ${address} cannot be reached: nothing listens there (ECONNREFUSED)`);
    expect(text).toContain('check the URL, the network, the proxy settings');
  });
});

test('a self-signed certificate is not trusted until caFile names it; then API and git work on both sides', async () => {
  const servers = await smallServers();
  const cwd = await workplace(servers);
  const [mine, foreign] = [selfSigned(cwd, 'ca'), selfSigned(cwd, 'foreign')];
  const env = {
    GITBUCKET_URL: await tlsFront(servers.gitbucket.url, mine),
    GITLAB_URL: await tlsFront(servers.gitlab.url, mine),
  };
  await eachSide(async ({ side, server, url }) => {
    const text = await refusedStart(servers, { [url]: env[url] });
    expect(text).toContain(`the certificate of ${server} at ${env[url]} is not trusted`);
    expect(text).toContain(`"${side}": { "caFile": "ca.pem" }`);
  });

  const config = { source: { caFile: 'ca.pem' }, target: { caFile: join(cwd, 'ca.pem') } };
  await writeFile(join(cwd, 'migrate.config.json'), JSON.stringify(config));
  // What the environment tells git about certificates must not outdo the config.
  const run = await migrateAll(servers, { ...env, GIT_SSL_CAINFO: foreign.caFile });

  expect(run.code, run.stderr).toBe(0);
  expectMoved(servers, resultOf(run));
});

test('servers that are exchanged are told apart at the first contact, by every command', async () => {
  const servers = await testServers();
  const { GITBUCKET_URL, GITBUCKET_TOKEN, GITLAB_URL, GITLAB_TOKEN } = servers.env;
  const env = {
    GITBUCKET_URL: GITLAB_URL,
    GITBUCKET_TOKEN: GITLAB_TOKEN,
    GITLAB_URL: GITBUCKET_URL,
    GITLAB_TOKEN: GITBUCKET_TOKEN,
  };
  for (const args of [['plan', '--all'], ['migrate', '--all', '--yes'], ['doctor'], ['init', '--yes']]) {
    const run = await gb2gl(servers, args, env);
    const said = `${run.stdout}${run.stderr}`.replaceAll(/\s+/g, ' ');
    expect(run.code, said).toBe(3);
    expect(said, args.join(' ')).toContain(`${GITLAB_URL} is a GitLab, not a GitBucket`);
    expect(said).toContain('they may be exchanged');
    // Those that ask both servers tell it of both.
    const both = ['migrate', 'doctor'].includes(args[0] ?? '');
    expect(said.includes(`${GITBUCKET_URL} is a GitBucket, not a GitLab`)).toBe(both);
  }
});

test('a start with a wrong address binds the work directory to nothing', async () => {
  const servers = await smallServers();
  const wrong = await migrateAll(servers, { GITLAB_URL: servers.gitbucket.url });
  expect(wrong.code, wrong.stderr).toBe(3);

  const right = await migrateAll(servers);
  expect(right.code, right.stderr).toBe(0);
  expectMoved(servers, resultOf(right));
});

test('a caFile that is not there is told before anything is asked', async () => {
  const servers = await testServers();
  const cwd = await workplace(servers);
  await writeFile(join(cwd, 'migrate.config.json'), JSON.stringify({ target: { caFile: 'no-such.pem' } }));
  const run = await migrateAll(servers);

  expect(run.code).toBe(2);
  expect(run.stderr).toContain(join(cwd, 'no-such.pem'));
  expect(run.stderr).toContain('caFile');
  expect(servers.gitlab.server.requests).toEqual([]);
});

test('https to a server that speaks plain http is no certificate problem and is told as what it is', async () => {
  const servers = await testServers();
  await eachSide(async ({ side, url }) => {
    const address = servers.env[url]?.replace('http:', 'https:') ?? '';
    const text = await refusedStart(servers, { [url]: address });
    expect(text).toContain(`what answers at ${address} does not speak https but, it seems, http`);
    expect(text).toContain(`write http:// in the "url" of the ${side}`);
  });
});

test('a web server that is something else, and both servers mixed up, are recognised', async () => {
  const servers = await testServers();
  const page = await otherHost((response) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end('<html><h1>It works!</h1></html>'),
  );
  const hint = 'it must be the address of the start page, with its context path where it has one';
  await eachSide(async ({ side, server, url }) => {
    const text = await refusedStart(servers, { [url]: page.url });
    expect(text).toContain(`${page.url} does not respond like ${server}`);
    expect(text).toContain('web page instead of JSON');
    expect(text).toContain(`check the "url" of the ${side}: ${hint}`);
  });
  const mixed = { GITBUCKET_URL: servers.gitlab.url, GITLAB_URL: servers.gitbucket.url };
  await eachSide(async ({ server, url }) => {
    const text = await refusedStart(servers, { [url]: mixed[url] });
    expect(text).toContain(
      `${mixed[url]} is a ${server === 'GitLab' ? 'GitBucket' : 'GitLab'}, not a ${server}`,
    );
  });
});

test('an address with a forgotten context path is recognised', async () => {
  const servers = await testServers({
    gitbucket: { contextPath: '/gitbucket' },
    gitlab: { relativeUrl: '/gitlab' },
  });
  await eachSide(async ({ server, url }) => {
    const address = new URL(servers.env[url] ?? '').origin;
    const text = await refusedStart(servers, { [url]: address });
    expect(text).toContain(`${address} does not respond like ${server}`);
    expect(text).toContain('context path');
  });
});

test('a redirect to another host is told and not followed: no token arrives there', async () => {
  const servers = await smallServers();
  const other = await otherHost();
  servers.gitbucket.server.faults.add({
    url: /^\/api\/v3\/user$/,
    action: { kind: 'status', status: 301, headers: { location: `${other.url}/api/v3/user` } },
  });
  const text = await refusedStart(servers, {});
  expect(text).toContain(`are redirected to ${other.url}/api/v3/user; tokens are not sent there`);
  expect(text).toContain('use it as the "url" of the source');

  servers.gitlab.settings.redirectTo = other.url;
  expect(await refusedStart(servers, {})).toContain(`are redirected to ${other.url}/api/v4/user`);
  servers.gitlab.settings.redirectTo = null;
  expect(other.requests).toEqual([]);
});

test('a redirect of git alone, while refs are listed or moved, sends no token to the other host either', async () => {
  const servers = await smallServers();
  const other = await otherHost();
  const elsewhere = (status: number) =>
    ({ kind: 'status', status, headers: { location: `${other.url}/x` } }) as const;
  servers.gitbucket.server.faults.add({
    url: /^\/git\/team-a\/one\.git\/info\/refs/,
    action: elsewhere(302),
  });
  expect(await refusedStart(servers, {})).toContain(`are redirected to ${other.url}/x`);

  const faults = [/^\/git\/team-a\/one\.git\/git-upload-pack/, /^\/team-a\/two\.git\/git-receive-pack/];
  servers.gitbucket.server.faults.add({ url: faults[0] ?? /$^/, times: Infinity, action: elsewhere(307) });
  servers.gitlab.server.faults.add({ url: faults[1] ?? /$^/, times: Infinity, action: elsewhere(307) });
  const run = await gb2gl(servers, ['migrate', '--all', '--yes', '--json']);

  expect(run.code, run.stderr).toBe(1);
  const result = resultOf(run);
  expectMoved(servers, result, ['team-b/three']);
  const failed = result.items.filter(({ problem }) => problem !== null);
  expect(failed.map(({ id }) => id)).toEqual(['team-a/one', 'team-a/two']);
  for (const { problem } of failed) expect(problem?.message).toContain(`are redirected to ${other.url}/x`);
  expect(other.requests).toEqual([]);
});

test('what passes at one moment of reading is waited for on both sides: nothing is left out, nothing stops', async () => {
  const servers = await smallServers();
  const moments = {
    gitbucket: [
      /^\/api\/v3\/user$/,
      /^\/api\/v3\/users$/,
      /^\/api\/v3\/users\/team-b\/repos/,
      /one\.git\/info\/refs/,
    ],
    gitlab: [/^\/api\/v4\/user$/, /^\/api\/v4\/metadata/, /^\/api\/v4\/groups\/team-a\?/],
  } as const;
  const statuses = [500, 408, 520, 524, 503, 500, 522];
  let at = 0;
  for (const side of ['gitbucket', 'gitlab'] as const) {
    for (const url of moments[side]) {
      const action = { kind: 'status', status: statuses[at] ?? 500, body: '<html>later</html>' } as const;
      servers[side].server.faults.add({ url, action });
      at += 1;
    }
  }
  const run = await migrateAll(servers);

  expect(run.code, run.stderr).toBe(0);
  const result = resultOf(run);
  expectMoved(servers, result);
  expect(result.problems).toEqual([]);
});

test('429 with Retry-After at the first contact is waited for on both sides', async () => {
  const servers = await smallServers();
  const action = { kind: 'status', status: 429, headers: { 'retry-after': '1' } } as const;
  servers.gitbucket.server.faults.add({ url: /^\/api\/v3\/user$/, times: 2, action });
  servers.gitlab.server.faults.add({ url: /^\/api\/v4\/user$/, times: 2, action });
  const run = await migrateAll(servers);

  expect(run.code, run.stderr).toBe(0);
  expectMoved(servers, resultOf(run));
  expect(run.stderr).toContain('for 1.0 s: 429');
});

test.each(['forbidden', 'login-page', 'sign-on'] as const)(
  'visitors without a login that are kept out in another way than by 401 (%s) only make public repositories internal',
  async (way) => {
    const other = await otherHost();
    const gate = way === 'sign-on' ? { signOn: `${other.url}/oauth2/start` } : way;
    const servers = await smallServers({ gitbucket: { gate } });
    const run = await migrateAll(servers);

    expect(run.code, run.stderr).toBe(0);
    expectMoved(servers, resultOf(run));
    const levels = servers.gitlab.context.state.projects.map(({ visibility }) => visibility);
    expect(levels.toSorted()).toEqual(['internal', 'internal', 'private']);
    expect(other.requests).toEqual([]);

    const doctor = await gb2gl(servers, ['doctor', '--json']);
    expect(doctor.code, doctor.stderr).toBe(0);
    expect(doctor.stdout).toContain('source-login-demanded');
  },
);

test('behind a single sign-on a damaged repository is still isolated', async () => {
  const other = await otherHost();
  const servers = await smallServers({ gitbucket: { gate: { signOn: other.url } } });
  servers.gitbucket.break('team-a', 'two');
  const run = await migrateAll(servers);

  expect(run.code, run.stderr).toBe(1);
  const result = resultOf(run);
  expectMoved(servers, result, ['team-b/three']);
  expect(result.problems.map(({ code }) => code)).toContain('owner-unreadable');
});
