import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { expect, test } from 'vitest';
import {
  certificatesForGit,
  namedCertificates,
  proxyTo,
  proxyUrl,
  refuseUnsupported,
} from '../../../src/net/way.ts';
import { tempDir } from '../../helpers/temp-dir.ts';
import { selfSigned } from '../../helpers/tls-front.ts';

const server = 'https://gitlab.example.com';

test.each([
  ['proxy.example.com:3128', 'http://proxy.example.com:3128'],
  ['http://proxy.example.com', 'http://proxy.example.com:80'],
  ['HTTPS://proxy.example.com/', 'https://proxy.example.com:443'],
  ['http://[2001:db8::1]:3128', 'http://[2001:db8::1]:3128'],
  ['http://me%40corp:p%3A%40ss@proxy.example.com:1', 'http://me%40corp:p%3A%40ss@proxy.example.com:1'],
  ['me:100%@proxy.example.com:1', 'http://me:100%25@proxy.example.com:1'],
  ['me@proxy.example.com:1', 'http://me:@proxy.example.com:1'],
])('HTTPS_PROXY=%s is %s, for git as well', (given, url) => {
  for (const variable of ['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy']) {
    const proxy = proxyTo(server, { [variable]: given });
    expect(proxy?.variable).toBe(variable);
    expect(proxy && proxyUrl(proxy)).toBe(url);
  }
});

test('the login of a proxy is decoded once', () => {
  const env = { http_proxy: 'http://me%40corp:p%2540ss@proxy.example.com:3128' };
  expect(proxyTo('http://gitlab.example.com', env)).toMatchObject({
    host: 'proxy.example.com',
    login: { username: 'me@corp', password: 'p%40ss' },
  });
  expect(proxyTo(server, env)).toBeNull();
});

test.each([
  ['http://10.1.2.3', '10.0.0.0/8', true],
  ['http://11.1.2.3', '10.0.0.0/8', false],
  ['http://10.1.2.3', '10.0.0.0/x', false],
  ['http://[2001:db8::7]', '2001:db8::/32', true],
  ['http://[2001:db8::7]:8080', '[2001:db8::7]:8080', true],
  ['http://[2001:db8::7]:8080', '[2001:db8::7]:80', false],
  ['http://[2001:db8::7]:8080', '2001:db8::7', true],
  ['http://127.0.0.1:8080', 'localhost', true],
  ['http://GitLab.example.com', 'GITLAB.example.com.', true],
  ['http://gitlab.example.com:8080', '*.example.com:8080', true],
])('%s with no_proxy=%s: excepted %s', (url, exceptions, excepted) => {
  const env = { http_proxy: 'proxy.example.com', no_proxy: exceptions };
  expect(proxyTo(url, env) === null).toBe(excepted);
});

test.each([
  ['socks5://proxy.example.com:1080', 'proxies of the kind socks5 are not supported'],
  ['socks5h://proxy.example.com:1080', 'proxies of the kind socks5h are not supported'],
  ['ftp://proxy.example.com', 'proxies of the kind ftp are not supported'],
  ['http://', 'it is not the URL of a proxy'],
  ['http://proxy.example.com:port', 'it is not the URL of a proxy'],
])('ALL_PROXY=%s is refused by name, unless the server needs no proxy', (given, detail) => {
  const env = { ALL_PROXY: given };
  expect(() => proxyTo(server, env)).toThrow(`the environment variable ALL_PROXY cannot be used: ${detail}`);
  expect(proxyTo(server, { ...env, NO_PROXY: '.example.com' })).toBeNull();
  expect(proxyTo(server, { ...env, HTTPS_PROXY: 'proxy.example.com' })?.host).toBe('proxy.example.com');
});

test.each([
  ['NODE_TLS_REJECT_UNAUTHORIZED', '0', '1'],
  ['GIT_SSL_NO_VERIFY', 'true', 'false'],
  ['GIT_SSL_CERT', '/me.pem', ''],
  ['GIT_SSL_KEY', '/me.key', ''],
])('%s=%s is refused: no part of the program alone may keep to it', (name, refused, harmless) => {
  expect(() => refuseUnsupported({ [name]: refused })).toThrow(
    `the environment variable ${name} cannot be used`,
  );
  expect(() => refuseUnsupported({ [name]: harmless })).not.toThrow();
});

test('what any variable names is trusted beside what Node brings along, by git as well', async () => {
  const folder = await tempDir();
  const { caFile, cert } = selfSigned(folder, 'mine');
  const many = join(folder, 'many');
  await mkdir(many);
  await writeFile(join(many, 'mine.crt'), `# a comment\n${cert}`);
  await writeFile(join(many, 'README'), 'nothing');
  for (const env of [
    { NODE_EXTRA_CA_CERTS: caFile },
    { SSL_CERT_FILE: caFile },
    { GIT_SSL_CAINFO: caFile },
    { SSL_CERT_DIR: many },
    { GIT_SSL_CAPATH: many },
  ]) {
    const trusted = namedCertificates(env) ?? '';
    expect(trusted).toContain(cert.trim());
    expect(trusted).toContain(rootCertificates[0]);
    expect(certificatesForGit(env)).toBe(trusted);
  }
  expect(namedCertificates({})).toBeNull();
  expect(certificatesForGit({})).toContain(rootCertificates[0]);
  expect(certificatesForGit({ NODE_OPTIONS: '--use-openssl-ca' })).toBeNull();
  await expect(async () => namedCertificates({ SSL_CERT_FILE: join(many, 'README') })).rejects.toThrow(
    'the environment variable SSL_CERT_FILE cannot be used: there is no certificate in',
  );
  await expect(async () => namedCertificates({ GIT_SSL_CAPATH: caFile })).rejects.toThrow(
    'GIT_SSL_CAPATH cannot be used: ENOTDIR',
  );
});
