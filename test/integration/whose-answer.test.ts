import { expect, test } from 'vitest';
import type { Failure } from '../../src/failures/failure.ts';
import { isFatal } from '../../src/failures/index.ts';
import { failureFrom } from '../helpers/failures.ts';
import { sourceOf, targetOf } from '../helpers/adapters.ts';
import { commitOn } from '../helpers/commits.ts';
import { testServers, type TestServers } from '../helpers/servers.ts';
import { gateway, strangers, type Choice, type StrangersAnswer } from '../helpers/strangers.ts';
import { mirrorTransport } from './mirror-setup.ts';
import { relaySetup, type RelaySetup } from './relay-setup.ts';

/** What is told: nobody is taken for the server, and nothing is said against token or server. */
function told({ code, blame, message, notice }: Failure, name = ''): Record<string, unknown> {
  const header = name === '' ? '' : ` (its Server header says ${name})`;
  return {
    code,
    blame,
    names: /something between us and Git(Lab|Bucket)/.test(message) && message.includes(header),
    accuses: /new token|server's log|fsck/.test(notice.fix),
  };
}

function strange(code: string): Record<string, unknown> {
  return { code, blame: code === 'rate-limited' ? 'target' : 'network', names: true, accuses: false };
}

/** Everything that needs an answer comes back with the stranger's. */
const always: (answer: StrangersAnswer) => Choice = (answer) => () => answer;
const nothing: Choice = () => null;
const onGit: (answer: StrangersAnswer) => Choice = (answer) => (request) =>
  /\.git\//.test(request.url) ? answer : null;

const answers: readonly [keyof typeof strangers, string, string][] = [
  ['nginx403', 'answered-in-between', 'nginx/1.22.1'],
  ['nginxLogin', 'answered-in-between', 'nginx/1.22.1'],
  ['nginxLoginNamesake', 'answered-in-between', 'nginx/1.22.1'],
  ['nginx502', 'gateway-failed', 'nginx/1.22.1'],
  ['nginx504', 'gateway-failed', 'nginx/1.22.1'],
  ['haproxy503', 'gateway-failed', ''],
  ['balancer503', 'gateway-failed', 'awselb/2.0'],
  ['envoy503', 'gateway-failed', 'envoy'],
  ['maintenancePage', 'gateway-failed', 'Apache'],
  ['kong401', 'answered-in-between', 'kong/3.4'],
  ['apiGateway403', 'answered-in-between', ''],
  ['firewall403', 'answered-in-between', 'FortiWeb'],
  ['cloudflare429', 'rate-limited', 'cloudflare'],
  ['portal511', 'answered-in-between', 'Apache'],
];

const labels = [
  [strangers.portalText, 'text/plain', ['its Via header says 1.1 gate', 'Please accept the terms']],
  [strangers.portalUntyped, 'no content type', ['an empty body']],
] as const;

test.each(labels)(
  "what comes with 200 in another content type is nobody's listing: %j",
  async (answer, type, words) => {
    const { gitbucket, gitlab } = await withRepository();
    const target = targetOf({ ...gitlab, url: await gateway(gitlab.url, onGit(answer)) });
    const source = sourceOf({ ...gitbucket, url: await gateway(gitbucket.url, onGit(answer)) });
    await Promise.all([target.connect().catch(() => {}), source.connect()]);
    const listings = [target.listRefs('team/one'), source.refs({ owner: 'team', name: 'one' }, 'code')];
    for (const failure of await Promise.all(listings.map(failureFrom))) {
      expect([failure.code, failure.blame]).toEqual(['answered-in-between', 'network']);
      expect(failure.message).toContain('answers 200');
      expect(failure.message).toContain(`${type} instead of application/x-git-upload-pack-advertisement`);
      expect(failure.message).toContain('its Server header says Apache');
      for (const text of words) expect(failure.message).toContain(text);
    }
  },
);

test('a text in the place of the JSON of an API is not told as the API', async () => {
  const { gitbucket, gitlab } = await withRepository();
  let choose: Choice = nothing;
  const target = targetOf({ ...gitlab, url: await gateway(gitlab.url, (request) => choose(request)) });
  const source = sourceOf({ ...gitbucket, url: await gateway(gitbucket.url, (request) => choose(request)) });
  await Promise.all([target.connect(), source.connect()]);
  for (const [answer] of labels) {
    choose = always(answer);
    const asked = [target.findGroup('team'), source.repositoriesOf('team')];
    for (const failure of await Promise.all(asked.map(failureFrom))) {
      expect([failure.code, failure.blame]).toEqual(['answered-in-between', 'network']);
      expect(failure.message).toContain('instead of application/json');
    }
  }
});

test('a sign-in page of the same address is told with that address, by API and by git', async () => {
  const { gitbucket, gitlab } = await withRepository();
  let choose: Choice = nothing;
  const urls = await Promise.all(
    [gitlab, gitbucket].map(({ url }) => gateway(url, (request) => choose(request))),
  );
  const [targetUrl = '', sourceUrl = ''] = urls;
  const target = targetOf({ ...gitlab, url: targetUrl });
  const source = sourceOf({ ...gitbucket, url: sourceUrl });
  await Promise.all([target.connect(), source.connect()]);
  choose = always(strangers.signIn302);
  const asked = [
    target.findGroup('team'),
    target.listRefs('team/one'),
    source.repositoriesOf('team'),
    source.refs({ owner: 'team', name: 'one' }, 'code'),
  ];
  for (const failure of await Promise.all(asked.map(failureFrom))) {
    expect(failure.code).toBe('redirected');
    expect(failure.message).toMatch(/are redirected to http:\/\/127\.0\.0\.1:\d+\/users\/sign_in/);
    expect(failure.notice.fix).toContain('wants people to sign in');
  }
});

test('a proxy that no variable names is not looked for in one', async () => {
  const { gitlab } = await withRepository();
  const target = targetOf({ ...gitlab, url: await gateway(gitlab.url, always(strangers.squid407)) });
  const failure = await failureFrom(target.connect());
  expect(failure.code).toBe('proxy-refused');
  expect(failure.message).toContain('a proxy on the way answers 407');
  expect(failure.notice.fix).toContain('no variable names a proxy, so it stands on the way unasked');
});

test('JSON that ends early is told as that, and asked for again', async () => {
  const { gitlab } = await withRepository();
  const headers = { 'content-type': 'application/json' };
  const target = targetOf(gitlab);
  await target.connect();
  const short = { kind: 'status', status: 200, headers, body: '{"id":1,"full_path":"te' } as const;
  gitlab.server.faults.add({ url: /groups\/team/, times: 2, action: short });
  expect(await target.findGroup('team')).not.toBeNull();

  gitlab.server.faults.add({ url: /groups\/team/, times: Infinity, action: short });
  const failure = await failureFrom(target.findGroup('team'));
  expect([failure.code, failure.blame, failure.retryable]).toEqual(['answer-cut', 'network', true]);
  expect(failure.message).toContain('after 23 bytes, in the middle of its JSON');
});

test('of an answer that was to be longer it is told how much came', async () => {
  const { gitlab } = await withRepository();
  const target = targetOf(gitlab);
  await target.connect();
  gitlab.server.faults.add({ url: /groups\/team/, times: Infinity, action: { kind: 'cut', bytes: 20 } });
  const failure = await failureFrom(target.findGroup('team'));
  expect(failure.code).toBe('answer-cut');
  expect(failure.message).toMatch(/after 20 of \d+ bytes/);
});

test.each(answers)(
  '%s is not told as what GitLab or GitBucket says, by API and by git',
  async (key, code, name) => {
    const { gitbucket, gitlab } = await withRepository();
    const answer = strangers[key];
    for (const choose of [always(answer), onGit(answer)]) {
      const target = targetOf({ ...gitlab, url: await gateway(gitlab.url, choose) });
      const push = await failureFrom(target.connect().then(() => target.listRefs('team/one')));
      expect(told(push, name)).toEqual(strange(code));
      const source = sourceOf({ ...gitbucket, url: await gateway(gitbucket.url, choose) });
      const repository = { owner: 'team', name: 'one' };
      const fetch = await failureFrom(source.connect().then(() => source.refs(repository, 'code')));
      expect(told(fetch, name)).toEqual(strange(code));
    }
  },
);

test('a page with 404 for git is not told as a missing project or repository', async () => {
  const { gitbucket, gitlab } = await withRepository();
  const target = targetOf({ ...gitlab, url: await gateway(gitlab.url, onGit(strangers.nginx404)) });
  const listing = await failureFrom(target.listRefs('team/one'));
  expect(told(listing, 'nginx/1.22.1')).toEqual(strange('answered-in-between'));
  const source = sourceOf({ ...gitbucket, url: await gateway(gitbucket.url, onGit(strangers.nginx404)) });
  await source.connect();
  const failure = await failureFrom(source.refs({ owner: 'team', name: 'one' }, 'code'));
  expect(told(failure, 'nginx/1.22.1')).toEqual(strange('answered-in-between'));
});

test('a login page of the network that comes up later is told as such', async () => {
  const { gitbucket, gitlab } = await withRepository();
  let choose: Choice = nothing;
  const target = targetOf({ ...gitlab, url: await gateway(gitlab.url, (request) => choose(request)) });
  const source = sourceOf({ ...gitbucket, url: await gateway(gitbucket.url, (request) => choose(request)) });
  await Promise.all([target.connect(), source.connect()]);
  choose = always(strangers.portal200);
  const repository = { owner: 'team', name: 'one' };
  const asked = [
    target.findGroup('team'),
    target.listRefs('team/one'),
    source.repositoriesOf('team'),
    source.refs(repository, 'code'),
  ];
  for (const failure of await Promise.all(asked.map(failureFrom))) {
    expect(told(failure, 'Apache')).toEqual(strange('answered-in-between'));
    expect(failure.message).toContain('Guest network');
  }
});

test('a page at the first contact speaks of the address and of what may stand in front', async () => {
  const { gitlab } = await withRepository();
  const target = targetOf({ ...gitlab, url: await gateway(gitlab.url, always(strangers.portal200)) });
  const failure = await failureFrom(target.connect());
  expect([failure.code, failure.blame]).toEqual(['not-the-api', 'you']);
  expect(failure.notice.fix).toContain('a firewall or a login page');
});

test.each([
  ['an object of something else', { status: 200, body: '{"status":"ok"}' }],
  ['the 404 of a gateway', { status: 404, body: '{"message":"no Route matched with those values"}' }],
])('%s at the first contact speaks of the address', async (_what, { status, body }) => {
  const { gitbucket, gitlab } = await withRepository();
  const json = always({ status, headers: { 'content-type': 'application/json' }, body });
  const target = await failureFrom(targetOf({ ...gitlab, url: await gateway(gitlab.url, json) }).connect());
  const source = await failureFrom(
    sourceOf({ ...gitbucket, url: await gateway(gitbucket.url, json) }).connect(),
  );
  expect([target.code, source.code]).toEqual(['not-the-api', 'not-the-api']);
});

test('the clock of a login page is not that of the server', async () => {
  const { gitlab } = await withRepository();
  const target = targetOf({ ...gitlab, url: await gateway(gitlab.url, always(strangers.portal200)) });
  await failureFrom(target.connect());
  expect(target.clockMs()).toBeNull();
});

test('an answer that breaks off each time is about that repository, not the whole server', async () => {
  const { gitbucket } = await withRepository();
  const source = sourceOf(gitbucket);
  await source.connect();
  const action = { kind: 'cut', bytes: 20 } as const;
  gitbucket.server.faults.add({ url: /one\.git\/info\/refs/, times: Infinity, action });
  const failure = await failureFrom(source.refs({ owner: 'team', name: 'one' }, 'code'));
  expect([failure.code, isFatal(failure)]).toEqual(['answer-cut', false]);
  expect(failure.message).toContain('broke off before its end');
});

test('a demanded client certificate and a wrong scheme are named', async () => {
  const { gitlab } = await withRepository();
  const certificate = targetOf({
    ...gitlab,
    url: await gateway(gitlab.url, always(strangers.nginxCertificate)),
  });
  const failure = await failureFrom(certificate.connect());
  expect(failure.code).toBe('client-certificate');
  expect(failure.message).toContain('demands a client certificate');
  const plain = targetOf({ ...gitlab, url: await gateway(gitlab.url, always(strangers.nginxPlain)) });
  const wrong = await failureFrom(plain.connect());
  expect([wrong.code, wrong.message]).toEqual([
    'wrong-scheme',
    expect.stringContaining('does not speak http but, it seems, https'),
  ]);
});

test.each([
  ['the pack from GitBucket', 'source', 'git-upload-pack', strangers.nginx403, 'answered-in-between'],
  ['the pack from GitBucket', 'source', 'git-upload-pack', strangers.nginx504, 'gateway-failed'],
  ['the pack from GitBucket', 'source', 'git-upload-pack', strangers.portal200, 'answered-in-between'],
  ['the pack from GitBucket', 'source', 'git-upload-pack', strangers.portalText, 'answered-in-between'],
  ['the pack from GitBucket', 'source', 'git-upload-pack', strangers.portalUntyped, 'answered-in-between'],
  ['the push to GitLab', 'target', 'git-receive-pack', strangers.nginxLogin, 'answered-in-between'],
  ['the push to GitLab', 'target', 'git-receive-pack', strangers.haproxy503, 'gateway-failed'],
  ['the push to GitLab', 'target', 'git-receive-pack', strangers.portal200, 'answered-in-between'],
  ['the push to GitLab', 'target', 'git-receive-pack', strangers.portalText, 'answered-in-between'],
  ['the push to GitLab', 'target', 'git-receive-pack', strangers.portalUntyped, 'answered-in-between'],
] as const)('%s (%s, %s) stopped on the way is told as that', async (_what, side, service, answer, code) => {
  const setup = await relaySetup();
  expect(await whenStopped(setup, { side, service, answer })).toEqual(strange(code));
});

test.each([
  ['source', 'git-upload-pack', strangers.nginx403, 'answered-in-between'],
  ['source', 'git-upload-pack', strangers.nginxLogin, 'answered-in-between'],
  ['source', 'git-upload-pack', strangers.nginx502, 'gateway-failed'],
  ['target', 'git-receive-pack', strangers.nginx403, 'answered-in-between'],
  ['target', 'git-receive-pack', strangers.nginxLogin, 'answered-in-between'],
  ['target', 'git-receive-pack', strangers.haproxy503, 'gateway-failed'],
  ['source', 'git-upload-pack', strangers.portal200, 'answered-in-between'],
  ['target', 'git-receive-pack', strangers.portal200, 'answered-in-between'],
  ['source', 'git-upload-pack', strangers.portalText, 'answered-in-between'],
  ['target', 'git-receive-pack', strangers.portalText, 'answered-in-between'],
] as const)('so it is when the real git is stopped (%s, %s)', async (side, service, answer, code) => {
  const setup = await relaySetup({ transport: mirrorTransport });
  expect(await whenStopped(setup, { side, service, answer })).toEqual(strange(code));
});

type Stopped = { side: 'source' | 'target'; service: string; answer: StrangersAnswer };

async function whenStopped(
  setup: RelaySetup,
  { side, service, answer }: Stopped,
): Promise<Record<string, unknown>> {
  commitOn(setup.source, 'main', 'first');
  const url = await gateway(setup[side === 'source' ? 'gitbucket' : 'gitlab'].url, (request) =>
    request.method === 'POST' && request.url.endsWith(`/${service}`) ? answer : null,
  );
  const repository = { owner: 'team', name: 'one' };
  const source = sourceOf(side === 'source' ? { ...setup.gitbucket, url } : setup.gitbucket);
  await source.connect();
  const target = targetOf(side === 'target' ? { ...setup.gitlab, url } : setup.gitlab);
  const failure = await failureFrom(
    setup.transfer(undefined, {
      source: source.remote(repository, 'code'),
      target: target.remote('team/one'),
    }),
  );
  return told(failure);
}

test('what the servers say themselves stays theirs', async () => {
  const { gitbucket, gitlab } = await withRepository();
  const wrong = targetOf(gitlab, 'glpat-wrong-wrong-wrong');
  expect((await failureFrom(wrong.connect())).code).toBe('token-refused');
  expect((await failureFrom(wrong.listRefs('team/one'))).blame).toBe('you');
  expect((await failureFrom(targetOf(gitlab).listRefs('team/none'))).code).toBe('project-missing');
  const source = sourceOf(gitbucket);
  await source.connect();
  const missing = await failureFrom(source.refs({ owner: 'team', name: 'none' }, 'code'));
  expect(missing.code).toBe('repository-unreadable');
  gitbucket.server.faults.add({
    url: /api\/v3\/user$/,
    action: {
      kind: 'status',
      status: 401,
      headers: { 'content-type': 'application/json' },
      body: '{ "message": "Bad credentials" }',
    },
  });
  expect((await failureFrom(sourceOf(gitbucket).connect())).code).toBe('token-refused');
});

async function withRepository(): Promise<TestServers> {
  const servers = await testServers();
  const { gitbucket, gitlab } = servers;
  gitbucket.addGroup({ login: 'team', members: [{ login: 'root', manager: true }] });
  gitbucket.addRepository({ owner: 'team', name: 'one', private: true, defaultBranch: 'main' });
  commitOn(gitbucket.gitDir('team', 'one'), 'main', 'first');
  gitlab.addGroup({ path: 'team' });
  gitlab.addProject({ namespace: 'team', path: 'one' });
  return servers;
}
