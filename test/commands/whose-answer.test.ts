import { expect, test } from 'vitest';
import { forwardProxy, gateway, strangers } from '../helpers/strangers.ts';
import type { TestServers } from '../helpers/servers.ts';
import { gb2gl, migrateAll, refusedStart, resultOf, smallServers } from '../helpers/small-server.ts';
import { selfSigned, tlsFront } from '../helpers/tls-front.ts';

const blame = /rejects the token|check the server's log|create a new token|Owner in the group/;

test.each([
  [strangers.squid407, 'put user and password of the proxy into HTTP_PROXY'],
  [strangers.squid403, 'have the proxy let requests to 127.0.0.1 through'],
] as const)('a proxy that refuses plain requests is named with its variable', async (answer, fix) => {
  const servers = await smallServers();
  const proxy = await forwardProxy(() => answer);
  const { host } = new URL(proxy);
  const env = { HTTP_PROXY: `http://someone:pass-of-proxy@${host}` };

  for (const text of [await refusedStart(servers, env), await doctorsWords(servers, env)]) {
    expect(text).toContain(
      `the proxy ${host} (HTTP_PROXY) answers ${answer.status} instead of letting us through`,
    );
    expect(text).toContain(fix);
    expect(text).not.toMatch(/pass-of-proxy|someone/);
    expect(text).not.toMatch(blame);
  }
});

test.each([strangers.squid407, strangers.squid403] as const)(
  'so is one that opens no tunnel to an https server',
  async (answer) => {
    const servers = await smallServers();
    const certificate = selfSigned(servers.folder, 'gitlab');
    const url = await tlsFront(servers.gitlab.url, certificate);
    const proxy = await forwardProxy(() => answer);
    const { host } = new URL(proxy);
    const env = { GITLAB_URL: url, NODE_EXTRA_CA_CERTS: certificate.caFile, HTTPS_PROXY: proxy };
    const text = await refusedStart(servers, env);
    expect(text).toContain(`the proxy ${host} (HTTPS_PROXY)`);
    expect(text).toContain(String(answer.status));
    expect(text).not.toMatch(blame);
  },
);

test('through a proxy that lets us through everything is as without', async () => {
  const servers = await smallServers();
  const proxy = await forwardProxy(() => null);
  const run = await migrateAll(servers, { HTTP_PROXY: proxy });
  expect(resultOf(run).exitCode).toBe(0);
});

test.each([
  ['GITLAB_URL', 'GitLab', strangers.nginxLogin],
  ['GITLAB_URL', 'GitLab', strangers.firewall403],
  ['GITBUCKET_URL', 'GitBucket', strangers.nginxLogin],
] as const)('doctor and migrate blame neither token nor server (%s %s)', async (variable, name, answer) => {
  const servers = await smallServers();
  const upstream = servers.env[variable] ?? '';
  const env = { [variable]: await gateway(upstream, () => answer) };
  for (const text of [await refusedStart(servers, env), await doctorsWords(servers, env)]) {
    expect(text).toContain(`something between us and ${name} (its Server header says `);
    expect(text).not.toMatch(blame);
    // The time of a stranger is not that of the server.
    expect(text.match(/its clock agrees/g) ?? []).toHaveLength(text.includes('This machine') ? 1 : 0);
  }
});

/** What doctor says, without its line breaks. */
async function doctorsWords(servers: TestServers, env: Record<string, string>): Promise<string> {
  const { stdout } = await gb2gl(servers, ['doctor'], env);
  return stdout.replaceAll(/\s+/g, ' ');
}

test('a proxy that takes no push for its size is not told as a matter of names', async () => {
  const servers = await smallServers();
  const answer = { ...strangers.nginx403, status: 413 };
  const url = await gateway(servers.env['GITLAB_URL'] ?? '', ({ method, url }) =>
    method === 'POST' && url.endsWith('/git-receive-pack') ? answer : null,
  );
  const result = JSON.stringify(resultOf(await migrateAll(servers, { GITLAB_URL: url })));
  expect(result).toContain('or the body size of the proxy in front of it');
  expect(result).not.toContain('rename or remove the ref');
});
