import { describe, expect, test } from 'vitest';
import type { FaultAction } from '../../sandbox/faults.ts';
import { isRetryable } from '../../src/failures/index.ts';
import { noisyCommits } from '../helpers/commits.ts';
import type { Cut } from '../helpers/cutting-front.ts';
import { failureFrom } from '../helpers/failures.ts';
import { mirrorTransport } from './mirror-setup.ts';
import { processesIn, until } from '../helpers/processes.ts';
import { refsIn } from '../helpers/servers.ts';
import type { Transport } from '../../src/transfer/transport.ts';
import { relaySetup, type RelaySetup } from './relay-setup.ts';

/** A repository of 700 kB, which git sends in one request, and a front before each server. */
async function fronted(options: Parameters<typeof relaySetup>[0] = {}): Promise<RelaySetup> {
  const setup = await relaySetup({ ...options, front: true });
  noisyCommits(setup.source, 'main', ['some'], 700_000);
  // They have answered, so their addresses are right.
  await setup.project.connect();
  return setup;
}

const upload = 'git-upload-pack';
const receive = 'git-receive-pack';

type Case = readonly [
  what: string,
  side: 'source' | 'target',
  service: string,
  cut: Cut,
  code: string,
  words: RegExp,
];

const cuts: readonly Case[] = [
  [
    'a pack by a reset',
    'source',
    upload,
    { what: 'answer', at: 200_000, how: 'reset' },
    'answer-cut',
    /after \d+ kB/,
  ],
  [
    'a pack by an early end',
    'source',
    upload,
    { what: 'answer', at: 200_000, how: 'end' },
    'answer-cut',
    /after 200 kB/,
  ],
  [
    'a push by a reset',
    'target',
    receive,
    { what: 'client', at: 200_000 },
    'connection-cut',
    /after about [\d.]+ [kM]B had been sent/,
  ],
  [
    'a push behind the proxy',
    'target',
    receive,
    { what: 'request', at: 200_000, how: 'reset' },
    'connection-cut',
    /had been sent/,
  ],
  [
    'a push that ends early',
    'target',
    receive,
    { what: 'request', at: 200_000, how: 'end' },
    'connection-cut',
    /only part of the pack arrived .*early EOF/,
  ],
  [
    'a report by a reset',
    'target',
    receive,
    { what: 'answer', at: 10, how: 'reset' },
    'answer-cut',
    /after 10 B/,
  ],
  [
    'a report by an early end',
    'target',
    receive,
    { what: 'answer', at: 10, how: 'end' },
    'answer-cut',
    /after 10 B/,
  ],
];

/** git itself waits for ever for the rest of a report that ends early. */
const ofGit = cuts.filter(([what]) => what !== 'a report by an early end');

describe.each([
  ['the relay', {}, cuts],
  ['the real git', { transport: mirrorTransport }, ofGit],
] as const)('%s', (transport, options, cases) => {
  test.each(cases)('cut on the way is told as that: %s', async (_what, side, service, cut, code, words) => {
    const setup = await fronted(options);
    setup.fronts?.[side].cut(service, cut);

    const failure = await failureFrom(setup.transfer());

    expect(isRetryable(failure)).toBe(true);
    expect(failure.blame).toBe('network');
    expect(failure.notice.fix).not.toContain('fsck');
    // git tells no bytes, and calls all of it one thing.
    expect(failure.code).toBe(transport === 'the relay' ? code : 'connection-cut');
    expect(failure.message).toMatch(transport === 'the relay' ? words : /was cut at team\/one: /);
    await setup.transfer(setup.changes(), { attempt: 2 });
    expect(refsIn(setup.target)).toEqual(refsIn(setup.source));
  });
});

/** The real git, which is ended as soon as may be when it does nothing any more. */
const brieflyStill = (folder: string): Transport => mirrorTransport(folder, { stallSeconds: 1 });

test.each([
  ['source', 'GitBucket', upload, 2],
  ['target', 'GitLab', receive, 10],
] as const)(
  'a git that waits for the rest of an answer that has ended is ended itself: %s',
  async (side, server, service, at) => {
    const setup = await fronted({ transport: brieflyStill });
    setup.fronts?.[side].cut(service, { what: 'answer', at, how: 'end' });

    const failure = await failureFrom(setup.transfer());

    expect([failure.code, isRetryable(failure)]).toEqual(['connection-cut', true]);
    expect(failure.message).toBe(
      `the connection to ${server} was cut at team/one: the answer ended early, and git waited 3 s for the rest`,
    );
    await until(() => processesIn(setup.folder).length === 0, 'the end of git');
    await setup.transfer(setup.changes(), { attempt: 2 });
    expect(refsIn(setup.target)).toEqual(refsIn(setup.source));
  },
);

test('a server that is silent for longer than git may stand still is waited for', async () => {
  const setup = await fronted({ transport: brieflyStill });
  const url = /git-(upload|receive)-pack$/;
  setup.gitlab.server.faults.add({ method: 'POST', url, action: { kind: 'slow', ms: 4500 } });
  await setup.transfer();
  expect(refsIn(setup.target)).toEqual(refsIn(setup.source));
});

test.each([
  ['source', 'GitBucket', upload, 200_000],
  ['target', 'GitLab', receive, 10],
] as const)(
  'a %s that says nothing more in the middle of its answer to the real git is told as that',
  async (side, server, service, at) => {
    const setup = await fronted({ transport: brieflyStill });
    setup.fronts?.[side].cut(service, { what: 'answer', at, how: 'stall' });
    const source = setup.repository.remote({ owner: 'team', name: 'one' }, 'code');
    const remotes = { source, target: setup.project.remote('team/one') };

    const impatient = { ...remotes, [side]: { ...remotes[side], silenceMs: 1000 } };
    const failure = await failureFrom(setup.transfer(setup.changes(), impatient));

    expect([failure.code, isRetryable(failure)]).toEqual(['timeout', true]);
    expect(failure.message).toMatch(`${server} did not respond to team/one within 1 s`);
    await setup.transfer(setup.changes(), { attempt: 2 });
    expect(refsIn(setup.target)).toEqual(refsIn(setup.source));
  },
);

test.each(['git-upload-pack', 'git-receive-pack'] as const)(
  'a listing that ends early, though properly, is asked for again (%s)',
  async (service) => {
    const { gitbucket, gitlab, fronts, repository, project } = await fronted();
    const remote =
      service === 'git-upload-pack'
        ? repository.remote({ owner: 'team', name: 'one' }, 'code')
        : project.remote('team/one');
    const server = service === 'git-upload-pack' ? gitbucket.server : gitlab.server;
    server.faults.add({ url: /info.refs/, action: shortListing(service) });
    expect((await remote.advertisement(service)).subarray(-4).toString()).toBe('0000');
    expect(fronts).not.toBeNull();

    server.faults.add({ url: /info.refs/, times: Infinity, action: shortListing(service) });
    const failure = await failureFrom(remote.advertisement(service));
    expect([failure.code, failure.blame]).toEqual(['answer-cut', 'network']);
    expect(failure.message).toContain('after 40 bytes, before its last line');
  },
);

function shortListing(service: string): FaultAction {
  const body = `001${service === 'git-upload-pack' ? 'e' : 'f'}# service=${service}\n0000009a`.padEnd(
    40,
    '1',
  );
  return {
    kind: 'status',
    status: 200,
    headers: { 'content-type': `application/x-${service}-advertisement` },
    body,
  };
}

test('a path whose pushes alone are reset says nothing of http and https', async () => {
  const setup = await fronted();
  setup.gitlab.server.faults.add({ method: 'POST', url: /git-receive-pack$/, action: { kind: 'reset' } });
  const failure = await failureFrom(setup.transfer());
  expect(failure.code).toBe('connection-cut');
  expect(`${failure.message} ${failure.notice.fix}`).not.toMatch(/https?:\/\/ right/);
});
