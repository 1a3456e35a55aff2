import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Config } from '../../src/config/schema.ts';
import { createTarget } from '../../src/engine/connect.ts';
import type { Failure } from '../../src/failures/failure.ts';
import { GitExit, gitFailure } from '../../src/git/errors.ts';
import { createRedactor } from '../../src/net/redact.ts';
import { failureFrom } from '../helpers/failures.ts';
import { quietRuntime } from '../helpers/prepared.ts';
import { testServers, type TestServers } from '../helpers/servers.ts';
import { issued, tlsFront, type ToIssue } from '../helpers/tls-front.ts';

type World = TestServers & { authority: ReturnType<typeof issued> };

async function world(): Promise<World> {
  const servers = await testServers();
  return { ...servers, authority: issued(servers.folder, 'authority', { names: null }) };
}

/** What the first contact with GitLab at this address comes to. */
async function failureAt(url: string, { folder, env }: TestServers, caFile: string | null): Promise<Failure> {
  const target = { url, token: env['GITLAB_TOKEN'], caFile };
  const config = Config.parse({ source: { url }, target });
  const made = createTarget(config, quietRuntime(folder), () => {}, createRedactor());
  return failureFrom(made.then((gitlab) => gitlab.connect()));
}

/** git with OpenSSL says why; git with GnuTLS does not, and the API is asked. */
const words = {
  expired: 'SSL certificate problem: certificate has expired',
  future: 'SSL certificate problem: certificate is not yet valid',
  name: "SSL: no alternative certificate subject name matches target host name '127.0.0.1'",
};

test.each([
  ['an expired one', { to: '210101000000Z' }, words.expired, 'it has expired', 'have it renewed'],
  [
    'one of the future',
    { from: '480101000000Z' },
    words.future,
    'it is not valid yet',
    'set the clock of this machine',
  ],
  [
    'one for another name',
    { names: 'DNS:old.example.com' },
    words.name,
    'it is for another name',
    'a name that the certificate has',
  ],
] as const)(
  '%s has a way out of its own, by API and by git',
  async (_name, options: ToIssue, said, is, fix) => {
    const servers = await world();
    const { authority: by, folder, gitlab } = servers;
    const { signal } = new AbortController();
    const url = await tlsFront(gitlab.url, issued(folder, 'leaf', { by, ...options }));
    for (const failure of [
      await failureAt(url, servers, by.caFile),
      gitFailure(new GitExit(128, '', `fatal: unable to access '${url}': ${said}`), 'target', 'a/b', signal),
    ]) {
      expect([failure.code, failure.message]).toEqual(['tls-untrusted', expect.stringContaining(is)]);
      expect(failure.notice.fix).toContain(fix);
    }
  },
);

test('the names of one for another name are told', async () => {
  const servers = await world();
  const leaf = issued(servers.folder, 'leaf', { by: servers.authority, names: 'DNS:old.example.com' });
  const failure = await failureAt(
    await tlsFront(servers.gitlab.url, leaf),
    servers,
    servers.authority.caFile,
  );
  expect(failure.message).toContain('it is for DNS:old.example.com');
});

test('a missing intermediate, a self-signed one and an unknown CA are told apart', async () => {
  const servers = await world();
  const { authority, folder, gitlab } = servers;
  const between = issued(folder, 'between', { by: authority, names: null });
  const leaf = issued(folder, 'leaf', { by: between });
  const incomplete = await failureAt(await tlsFront(gitlab.url, leaf), servers, authority.caFile);
  expect(incomplete.message).toContain('does not show the certificate that it was issued with');
  expect(incomplete.notice.fix).toContain('an intermediate certificate is missing');

  const self = await failureAt(await tlsFront(gitlab.url, issued(folder, 'self')), servers, null);
  expect(self.message).toContain('it is self-signed');
  expect(self.notice.fix).toContain('compare its fingerprint');

  const chain = { key: leaf.key, cert: `${leaf.cert}\n${between.cert}\n${authority.cert}` };
  const unknown = await failureAt(await tlsFront(gitlab.url, chain), servers, null);
  expect(unknown.message).toContain('SELF_SIGNED_CERT_IN_CHAIN');
  expect(unknown.notice.fix).toContain("save the server's CA certificate as a PEM file");
  expect(unknown.notice.fix).toContain('a firewall that opens TLS connections');
});

test('https on a port that speaks http, and the reverse, name the scheme', async () => {
  const servers = await world();
  const https = await failureAt(servers.gitlab.url.replace('http:', 'https:'), servers, null);
  expect([https.code, https.message]).toEqual([
    'wrong-scheme',
    expect.stringContaining('but, it seems, http'),
  ]);
  expect(https.notice.fix).toContain('write http:// in the "url" of the target');
  const front = await tlsFront(servers.gitlab.url, issued(servers.folder, 'self'));
  const http = await failureAt(front.replace('https:', 'http:'), servers, null);
  expect(http.message).toContain('is http:// right?');
});

test.each(['TLSv1.3', 'TLSv1.2'] as const)(
  'a client certificate that is demanded in %s is named',
  async (maxVersion) => {
    const servers = await world();
    const { authority: by, folder, gitlab } = servers;
    const demand = { requestCert: true, rejectUnauthorized: true, ca: by.cert, maxVersion };
    const url = await tlsFront(gitlab.url, issued(folder, 'leaf', { by }), demand);
    const failure = await failureAt(url, servers, by.caFile);
    expect(failure.message).toContain('demands a client certificate');
    expect(failure.notice.fix).not.toContain('token');
  },
);

test.each([
  ['is not there', null, 'ENOENT'],
  ['has no certificate', 'not a certificate', 'no certificate in PEM form'],
  ['is in DER form', 'der', 'no certificate in PEM form'],
  [
    'has a damaged one',
    '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
    'certificate 1 of 1 in it is damaged',
  ],
  ['is cut off', 'cut', 'certificate 1 of 1 in it is damaged'],
] as const)('a CA file that %s is named before anything is asked', async (_name, content, detail) => {
  const servers = await world();
  const file = join(servers.folder, 'ca.pem');
  const { caFile, cert } = servers.authority;
  if (content === 'der') execFileSync('openssl', ['x509', '-in', caFile, '-outform', 'der', '-out', file]);
  else if (content !== null) writeFileSync(file, content === 'cut' ? cert.slice(0, 200) : content);
  const failure = await failureAt(servers.gitlab.url, servers, file);
  expect([failure.code, failure.object]).toEqual(['ca-unusable', file]);
  expect(failure.message).toContain('(caFile of the target)');
  expect(failure.message).toContain(detail);
  expect(failure.notice.fix).toContain('-inform der');
  expect(servers.gitlab.server.requests).toEqual([]);
});
