import { expect, test } from 'vitest';
import { testProxy } from '../helpers/between.ts';
import {
  expectMoved,
  builtGb2gl,
  migrateAll,
  resultOf,
  smallServers,
  workplace,
} from '../helpers/small-server.ts';
import type { TestServers } from '../helpers/servers.ts';
import { selfSigned, tlsFront } from '../helpers/tls-front.ts';

const login = 'me@corp:p@ss:word';
const encoded = 'me%40corp:p%40ss%3Aword';

async function withTls(): Promise<{ servers: TestServers; urls: Record<string, string>; caFile: string }> {
  const servers = await smallServers();
  const certificate = selfSigned(await workplace(servers), 'ca');
  const urls = {
    GITBUCKET_URL: await tlsFront(servers.gitbucket.url, certificate),
    GITLAB_URL: await tlsFront(servers.gitlab.url, certificate),
  };
  return { servers, urls, caFile: certificate.caFile };
}

test.each(['relay', 'mirror'])(
  'all of a migration by %s goes through the proxy, over http and https',
  async (way) => {
    const { servers, urls, caFile } = await withTls();
    const args = ['migrate', '--all', '--yes', '--json', '--transport', way];
    const proxy = await testProxy({ login });
    const address = `${encoded}@127.0.0.1:${proxy.port}`;
    const secure = await builtGb2gl(servers, args, { ...urls, HTTPS_PROXY: address, GIT_SSL_CAINFO: caFile });
    expect(secure.code, secure.stderr).toBe(0);
    expectMoved(servers, resultOf(secure));
    expect(new Set(proxy.asked.map(({ method }) => method))).toEqual(new Set(['CONNECT']));
    expect(new Set(proxy.asked.map((asked) => asked.login))).toEqual(new Set([login]));
    expect(secure.stdout + secure.stderr).not.toContain('p@ss:word');

    proxy.asked.length = 0;
    const plain = await smallServers();
    const run = await builtGb2gl(plain, args, { http_proxy: `http://${address}` });
    expect(run.code, run.stderr).toBe(0);
    expectMoved(plain, resultOf(run));
    expect(proxy.asked.filter(({ method }) => method === 'CONNECT')).toEqual([]);
    expect(proxy.asked.length).toBeGreaterThanOrEqual(
      plain.gitbucket.server.requests.length + plain.gitlab.server.requests.length,
    );
  },
);

test.each(['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE'])(
  'the certificate of %s is trusted by the mirror too',
  async (name) => {
    const { servers, urls, caFile } = await withTls();
    const run = await builtGb2gl(servers, ['migrate', '--all', '--yes', '--json', '--transport', 'mirror'], {
      ...urls,
      [name]: caFile,
    });
    expect(run.code, run.stderr).toBe(0);
    expectMoved(servers, resultOf(run));
    const doctor = await builtGb2gl(servers, ['doctor', '--json'], { ...urls, [name]: caFile });
    expect(doctor.stdout).not.toContain('tls-untrusted');
  },
);

test('a server that NO_PROXY excludes is asked directly by every part', async () => {
  const servers = await smallServers();
  const proxy = await testProxy();
  const env = { HTTP_PROXY: `127.0.0.1:${proxy.port}`, NO_PROXY: 'other.example.com, 127.0.0.1' };
  const run = await builtGb2gl(
    servers,
    ['migrate', '--all', '--yes', '--json', '--transport', 'mirror'],
    env,
  );
  expect(run.code, run.stderr).toBe(0);
  expect(proxy.asked).toEqual([]);
});

test('what cannot be used is refused by its name before anything is sent', async () => {
  const servers = await smallServers();
  for (const command of ['migrate', 'plan', 'verify', 'doctor']) {
    const args = command === 'doctor' ? [command] : [command, '--all'];
    const run = await builtGb2gl(servers, [...args, '--json'], {
      ALL_PROXY: 'socks5h://me:secret-word@127.0.0.1:1080',
    });
    expect(run.code, run.stderr).toBe(2);
    expect(run.stderr).toContain(
      'the environment variable ALL_PROXY cannot be used: proxies of the kind socks5h',
    );
    expect(run.stderr).toContain('NO_PROXY=127.0.0.1');
    expect(run.stdout + run.stderr).not.toContain('secret-word');
  }
  const https = { GITLAB_URL: 'https://gitlab.example.com', NODE_TLS_REJECT_UNAUTHORIZED: '0' };
  const run = await migrateAll(servers, https);
  expect(run.code, run.stderr).toBe(2);
  expect(run.stderr).toContain('NODE_TLS_REJECT_UNAUTHORIZED cannot be used');
  expect(servers.gitbucket.server.requests).toEqual([]);
  expect(servers.gitlab.server.requests).toEqual([]);
});

/** The number of tunnels of a run during which the proxy closed that one. */
async function runWith(spoilt: number | null): Promise<number> {
  const { servers, urls, caFile } = await withTls();
  const proxy = await testProxy();
  if (spoilt !== null) proxy.spoil(spoilt, 'close');
  const run = await migrateAll(servers, {
    ...urls,
    SSL_CERT_FILE: caFile,
    HTTPS_PROXY: `127.0.0.1:${proxy.port}`,
  });
  expect(run.code, `${spoilt}: ${run.stderr}`).toBe(0);
  expectMoved(servers, resultOf(run));
  return proxy.asked.length;
}

test('a proxy that closes one tunnel without a word, whichever it is, never ends a run without its result', async () => {
  const tunnels = await runWith(null);
  expect(tunnels).toBeGreaterThan(4);
  for (let number = 1; number < tunnels; number += 2) await runWith(number);
});
