import pLimit from 'p-limit';
import { expect, test } from 'vitest';
import { isRetryable } from '../../src/failures/index.ts';
import { commitOn, git } from '../helpers/commits.ts';
import type { Cut } from '../helpers/cutting-front.ts';
import { expectEqual, leftovers, relaySetup, type RelaySetup } from './relay-setup.ts';
import { refsIn } from '../helpers/servers.ts';

type Cutting = RelaySetup & { fronts: NonNullable<RelaySetup['fronts']>; refs: string[] };

/** One repository with three branches and a tag. */
async function cutting(text: (seed: number) => string): Promise<Cutting> {
  const { fronts, ...setup } = await relaySetup({ front: true });
  if (fronts === null) throw new Error('no fronts');
  for (const [index, branch] of ['main', 'topic', 'other'].entries())
    commitOn(setup.source, branch, text(index + 1), { orphan: true });
  git(setup.source, 'tag', '-a', '-m', 'one', 'v1', 'main');
  return { ...setup, fronts, refs: refsIn(setup.source) };
}

/** Text of 100 kB that cannot be made much smaller. */
function noise(seed: number): string {
  let state = seed;
  let text = '';
  while (text.length < 100_000) {
    state = (state * 48_271) % 2_147_483_647;
    text += state.toString(36);
  }
  return text;
}

function small(seed: number): string {
  return `small ${seed}`;
}

/** The answer to a whole transfer, and where its lines end. */
async function wholeAnswer(
  setup: Cutting,
  side: 'source' | 'target',
): Promise<{ length: number; ends: number[] }> {
  await setup.transfer();
  const service = side === 'source' ? 'upload' : 'receive';
  const [, pieces = []] =
    [...setup.fronts[side].answers].find(
      ([url]) => url.startsWith('POST') && url.endsWith(`${service}-pack`),
    ) ?? [];
  const bytes = Buffer.concat(pieces);
  const ends = [0];
  for (let at = 0; at < bytes.length; ends.push(at)) {
    at += Math.max(4, Number.parseInt(bytes.toString('latin1', at, at + 4), 16));
  }
  return { length: bytes.length, ends: ends.filter((end) => end < bytes.length) };
}

/** So many places all over it, drawn anew in every run; a failure names its place. */
function places(length: number, count: number): number[] {
  const step = length / count;
  return Array.from({ length: count }, (_, index) => Math.floor((index + Math.random()) * step));
}

/**
 * Transfers with each of the cuts, each to a project of its own, and demands that nothing bad is left and the next try
 * works. Gives how many of the transfers failed.
 */
async function surviveAll(setup: Cutting, side: 'source' | 'target', cuts: readonly Cut[]): Promise<number> {
  // All read the same repository: a cut is meant for the one that set it.
  const pool = pLimit(side === 'source' ? 1 : 4);
  const failures = cuts.map((cut, index) => pool(() => survive(setup, side, cut, `p${index}`)));
  return (await Promise.all(failures)).filter(Boolean).length;
}

/** True when the cut transfer failed. */
async function survive(setup: Cutting, side: 'source' | 'target', cut: Cut, name: string): Promise<boolean> {
  const pair = setup.add(name, 'one');
  // Where nothing more comes the wait is short, everywhere else a busy machine must not look like silence.
  const impatient = {
    source: { ...setup.repository.remote({ owner: 'team', name: 'one' }, 'code'), silenceMs: 500 },
    target: { ...setup.project.remote(`team/${name}`), silenceMs: 500 },
  };
  const path = side === 'source' ? 'team/one.git/git-upload-pack' : `team/${name}.git/git-receive-pack`;
  setup.fronts[side].cut(path, cut);
  const place = JSON.stringify(cut);

  const error = await pair
    .transfer(pair.changes(), 'how' in cut && cut.how === 'stall' ? impatient : {})
    .then(
      () => null,
      (reason: unknown) => reason,
    );
  expect(error === null || isRetryable(error), `${place}: ${String(error)}`).toBe(true);
  expectWhole(pair.target, cut);

  await pair.transfer(pair.changes({ ours: true }), { attempt: 2 });
  expect(refsIn(pair.target), place).toEqual(setup.refs);
  expectWhole(pair.target, cut);
  return error !== null;
}

/** Every ref has its whole history, and no part of a push lies about, but for one that a proxy cut off: that is beyond us. */
function expectWhole(gitDir: string, cut: Cut): void {
  git(gitDir, 'fsck', '--connectivity-only');
  expect(cut.what === 'request' ? [] : leftovers(gitDir), JSON.stringify(cut)).toEqual([]);
}

function answerCuts(ends: readonly number[], hows: readonly ('reset' | 'end' | 'stall')[]): Cut[] {
  return ends.flatMap((at) => hows.map((how): Cut => ({ what: 'answer', at: Math.max(1, at), how })));
}

test('the source may break off between any two lines, in every way', async () => {
  const setup = await cutting(small);
  const { ends } = await wholeAnswer(setup, 'source');
  expect(ends.length).toBeGreaterThan(2);

  const cuts = answerCuts(ends, ['reset', 'end', 'stall']);
  expect(await surviveAll(setup, 'source', cuts)).toBeGreaterThan(cuts.length / 2);
  expectEqual(setup);
});

test.each(['reset', 'end'] as const)(
  'the source may break off anywhere in a larger pack: %s',
  async (how) => {
    const setup = await cutting(noise);
    const { length } = await wholeAnswer(setup, 'source');
    expect(length).toBeGreaterThan(250_000);

    const cuts = answerCuts(places(length - 1, 10), [how]);
    expect(await surviveAll(setup, 'source', cuts)).toBeGreaterThan(cuts.length / 2);
  },
);

test("the target's answer may break off between any two lines and inside them", async () => {
  const setup = await cutting(small);
  const { ends, length } = await wholeAnswer(setup, 'target');

  const cuts = [
    ...answerCuts(ends, ['reset', 'end', 'stall']),
    ...answerCuts(places(length, 6), ['end', 'reset']),
  ];
  expect(await surviveAll(setup, 'target', cuts)).toBeGreaterThan(cuts.length / 2);
});

test('the way to the target may break off anywhere in a larger pack', async () => {
  const setup = await cutting(noise);
  const { length } = await wholeAnswer(setup, 'source');

  const cuts = places(length - 5000, 10).map((at): Cut => ({ what: 'request', at, how: 'reset' }));
  expect(await surviveAll(setup, 'target', cuts)).toBeGreaterThan(cuts.length / 2);
});
