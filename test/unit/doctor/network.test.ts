import { clockFindings, clocksTogether } from '../../../src/doctor/preflight.ts';
import { expect, test } from 'vitest';
import { networkFindings, proxyFindings, proxyFor } from '../../../src/doctor/network.ts';
import { nothingObserved, observe } from '../../../src/net/answers.ts';

const gitlab = { side: 'target', name: 'GitLab', url: 'https://gitlab.example.com' } as const;

test('the proxy of an address is the one that axios takes, lower case first', () => {
  const env = { HTTPS_PROXY: 'http://big.example.com:3128', https_proxy: 'http://small.example.com' };
  expect(proxyFor('https://gitlab.example.com', env)).toMatchObject({
    proxy: 'small.example.com',
    variable: 'https_proxy',
  });
  expect(proxyFor('http://gitlab.example.com', env)).toBeNull();
  expect(proxyFor('http://gitlab.example.com', { ALL_PROXY: 'any.example.com:8080' })).toMatchObject({
    proxy: 'any.example.com:8080',
    bypassed: false,
  });
});

test.each([
  ['gitlab.example.com', true],
  ['.example.com', true],
  ['*.example.com', true],
  ['*', true],
  ['other.example.com, gitlab.example.com:443', true],
  ['gitlab.example.com:8443', false],
  ['example.com', false],
  ['', false],
])('NO_PROXY=%s', (exceptions, bypassed) => {
  const env = { https_proxy: 'http://proxy.example.com', NO_PROXY: exceptions };
  expect(proxyFor(gitlab.url, env)?.bypassed).toBe(bypassed);
});

test('credentials of a proxy are not shown', () => {
  const env = { https_proxy: 'http://me:secret-word@proxy.example.com:3128' };
  const findings = proxyFindings(gitlab.url, env);
  expect(findings.map(({ message }) => message)).toEqual([
    'requests to https://gitlab.example.com go through the proxy proxy.example.com:3128 (https_proxy)',
  ]);
  expect(JSON.stringify(findings)).not.toContain('secret-word');
});

test('plain http is reported when it leaves this machine', async () => {
  const options = { ca: null, env: {}, now: 0 };
  const at = async (url: string): Promise<string[]> =>
    (await networkFindings({ ...gitlab, url }, options)).map(({ code }) => code);
  expect(await at('http://gitlab.example.com')).toEqual(['unencrypted']);
  expect(await at('http://127.0.0.1:8080')).toEqual([]);
  expect(await at('http://localhost')).toEqual([]);
});

test('a clock is reported when it differs by more than a minute, and so are two that disagree', () => {
  const codes = (clockMs: number | null): string[] => clockFindings(gitlab, clockMs).map(({ code }) => code);
  expect([codes(null), codes(59_000), codes(-59_000), codes(61_000)]).toEqual([
    [],
    ['clock'],
    ['clock'],
    ['clock-differs'],
  ]);
  expect(clockFindings(gitlab, -7_200_000)[0]?.message).toBe(
    'the clock of GitLab is about 2 h behind that of this machine',
  );
  expect(clocksTogether(-40_000, 40_000).map(({ message }) => message)).toEqual([
    'the clocks of GitBucket and GitLab differ by about 1 min',
  ]);
  expect(clocksTogether(40_000, 50_000)).toEqual([]);
  expect(clocksTogether(null, 500_000)).toEqual([]);
});

test('clock and throttle are read from the headers of any answer', () => {
  const observed = nothingObserved();
  const now = Date.UTC(2026, 0, 1);
  observe(observed, {}, { sentAt: now, receivedAt: now });
  expect(observed).toEqual({ clockMs: null, throttle: null });
  const headers = {
    date: new Date(now + 120_000).toUTCString(),
    'ratelimit-limit': '120',
    'ratelimit-name': 'throttle_authenticated_api',
    'ratelimit-remaining': '7',
  };
  observe(observed, headers, { sentAt: now - 500, receivedAt: now + 500 });
  expect(observed.clockMs).toBe(120_500);
  expect(observed.throttle).toEqual({ name: 'throttle_authenticated_api', perMinute: 120, remaining: 7 });
});
