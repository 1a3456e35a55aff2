import { expect, test } from 'vitest';
import type { FaultAction } from '../../sandbox/faults.ts';
import { isRetryable } from '../../src/failures/index.ts';
import { targetOf } from '../helpers/adapters.ts';
import { commitOn, git, noisyCommits } from '../helpers/commits.ts';
import {
  expectEqual,
  expectSound,
  failureOf,
  gitRequests,
  relaySetup,
  type RelaySetup,
} from './relay-setup.ts';

const PAGE = '<html><head><style>b{}</style></head><body><h1>Bad  Gateway</h1></body></html>';

/** A repository with 6 MB that nothing makes smaller, so that an early answer meets a pack under way. */
async function large(options: Parameters<typeof relaySetup>[0] = {}): Promise<RelaySetup> {
  const setup = await relaySetup(options);
  commitOn(setup.source, 'main', 'first');
  noisyCommits(setup.source, 'main', ['large'], 6_000_000);
  // It would be tried in vain each time.
  git(setup.source, 'config', 'pack.compression', '0');
  return setup;
}

const UPLOAD = /git-upload-pack$/;
const RECEIVE = /git-receive-pack$/;
const html = { 'content-type': 'text/html' };

const pack = { 'content-type': 'application/x-git-upload-pack-result' };
const report = { 'content-type': 'application/x-git-receive-pack-result' };
/** As GitBucket refuses (GB-104). */
const realm = { 'www-authenticate': 'BASIC realm="GitBucket"' };

const sourceFaults: [string, FaultAction, string][] = [
  [
    'a refusal that the listing does not share',
    { kind: 'status', status: 401, headers: realm, body: 'no' },
    '401, no',
  ],
  ['no such thing', { kind: 'status', status: 404 }, '404, an empty body'],
  [
    'too many requests',
    { kind: 'status', status: 429, body: 'slow down' },
    'something between us and GitBucket answers 429',
  ],
  ['an empty 500', { kind: 'status', status: 500 }, '500, an empty body'],
  [
    "a proxy's page",
    { kind: 'status', status: 502, body: PAGE },
    'something between us and GitBucket answers 502',
  ],
  ['nothing with 200', { kind: 'status', status: 200, headers: pack }, 'sent no pack'],
  [
    'an error line',
    { kind: 'status', status: 200, headers: pack, body: '000fERR too bad' },
    'the source reports: too bad',
  ],
  [
    'the error band',
    { kind: 'status', status: 200, headers: pack, body: '0008NAK\n000c\u0003too bad' },
    'too bad',
  ],
  ['a reset', { kind: 'reset' }, 'was cut at'],
];

test.each(sourceFaults)(
  'when the source answers with %s the target sees nothing',
  async (_name, action, text) => {
    const setup = await relaySetup();
    commitOn(setup.source, 'main', 'first');
    setup.gitbucket.server.faults.add({ method: 'POST', url: UPLOAD, action });

    const error = await failureOf(setup.transfer());

    expect(error.message).toContain(text);
    expect(isRetryable(error)).toBe(true);
    expect(gitRequests(setup.gitlab.server.requests)).not.toContain('POST git-receive-pack');
    await setup.transfer(setup.changes(), { attempt: 2 });
    expectEqual(setup);
  },
);

const targetFaults: [string, FaultAction, string, string][] = [
  [
    '401',
    { kind: 'status', status: 401, body: 'HTTP Basic: Access denied' },
    'git-token-refused',
    '401, HTTP Basic',
  ],
  [
    '403',
    { kind: 'status', status: 403, body: 'You are not allowed' },
    'target-forbidden',
    'You are not allowed',
  ],
  ['404', { kind: 'status', status: 404, body: 'The project' }, 'target-forbidden', '404, The project'],
  ['413', { kind: 'status', status: 413, headers: html, body: PAGE }, 'push-too-large', '413'],
  ['429', { kind: 'status', status: 429, body: 'Retry later' }, 'push-failed', '429, Retry later'],
  ['an empty 500', { kind: 'status', status: 500 }, 'push-failed', '500, an empty body'],
  ["a proxy's page", { kind: 'status', status: 502, body: PAGE }, 'gateway-failed', 'answers 502'],
  ['a page with 200', { kind: 'status', status: 200, body: PAGE }, 'answered-in-between', 'answers 200'],
  ['nothing with 200', { kind: 'status', status: 200, headers: report }, 'push-failed', 'no report'],
  [
    'a report of no ref',
    { kind: 'status', status: 200, headers: report, body: '000eunpack ok\n0000' },
    'push-failed',
    'lacks 1 ref',
  ],
  [
    'a redirect',
    { kind: 'status', status: 307, headers: { location: '/x.git/git-receive-pack' } },
    'redirected',
    '/x',
  ],
  ['a reset', { kind: 'reset' }, 'unreachable', 'cannot be reached'],
];

test.each(targetFaults)(
  'when the target answers a large push early with %s the source is let go',
  async (_name, action, code, text) => {
    const setup = await large();
    setup.gitlab.server.faults.add({ method: 'POST', url: RECEIVE, action });

    const error = await failureOf(setup.transfer());

    expect(error).toMatchObject({ code });
    expect(error.message).toContain(text);
    expectSound(setup.target);
    await setup.transfer(setup.changes(), { attempt: 2 });
    expectEqual(setup);
  },
);

test.each(['busy', 'empty-500', 'throttled', 'internal-api-unreachable'] as const)(
  'a target that is %s for a moment is asked again',
  async (misfortune) => {
    const setup = await large();
    setup.gitlab.context.settings.git.nextPushes.push(misfortune);

    const error = await failureOf(setup.transfer());

    expect(error.code).toBe('push-failed');
    expectSound(setup.target);
    await setup.transfer(setup.changes(), { attempt: 2 });
    expectEqual(setup);
  },
);

test('a token without the right is refused while the pack is on its way', async () => {
  const setup = await large();
  const stranger = setup.gitlab.addUser({ username: 'stranger', email: 'stranger@example.com' });
  const target = targetOf(setup.gitlab, setup.gitlab.token(stranger.username)).remote('team/one');
  const allowed = setup.project.remote('team/one');
  const remote = { ...target, advertisement: allowed.advertisement.bind(allowed) };

  const error = await failureOf(setup.transfer(setup.changes(), { target: remote }));

  expect(['target-forbidden', 'git-token-refused']).toContain(error.code);
  expectSound(setup.target);
});

test('a report in small pieces is read as one', async () => {
  const setup = await relaySetup();
  commitOn(setup.source, 'main', 'first');
  setup.gitlab.context.settings.git.splitMessages = true;

  expect((await setup.transfer()).results).toEqual([{ ref: 'refs/heads/main', outcome: 'written' }]);
});

test('an answer that is lost after the push leaves nothing to do for the next try', async () => {
  const setup = await relaySetup();
  commitOn(setup.source, 'main', 'first');
  const planned = setup.changes();
  setup.gitlab.server.faults.add({ method: 'POST', url: RECEIVE, action: { kind: 'lost-answer' } });
  const error = await failureOf(setup.transfer(planned));
  expect(isRetryable(error)).toBe(true);

  expect(setup.changes({ ours: true }).map(({ outcome }) => outcome)).toEqual(['unchanged']);
});

test('objects that a lost push left there are not sent again', async () => {
  const setup = await large();
  await setup.transfer();
  git(setup.target, 'update-ref', '-d', 'refs/heads/main');
  setup.gitbucket.server.requests.length = 0;

  await setup.transfer(setup.changes(), { attempt: 2 });

  expectEqual(setup);
  expect(setup.gitbucket.server.requests).toEqual([]);
});

test('when only some objects had arrived, the others are fetched', async () => {
  const setup = await relaySetup();
  commitOn(setup.source, 'main', 'first');
  await setup.transfer();
  git(setup.target, 'update-ref', '-d', 'refs/heads/main');
  commitOn(setup.source, 'topic', 'pushed between the two tries', { orphan: true });

  const { results } = await setup.transfer(setup.changes(), { attempt: 2 });

  expect(results.map(({ outcome }) => outcome)).toEqual(['written', 'written']);
  expectEqual(setup);
});

test('a stop of the user ends a transfer that waits for the source', async () => {
  const setup = await relaySetup({ front: true });
  commitOn(setup.source, 'main', 'first');
  const stop = new AbortController();
  setup.fronts?.source.cut('git-upload-pack', { what: 'answer', at: 60, how: 'stall' });
  const transfer = failureOf(setup.transfer(setup.changes(), { signal: stop.signal }));
  setTimeout(() => stop.abort(), 300);

  expect((await transfer).code).toBe('interrupted');
  expectSound(setup.target);
});
