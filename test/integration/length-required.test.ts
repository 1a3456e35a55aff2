import { expect, test } from 'vitest';
import { chooseTransport, type TransportName } from '../../src/transfer/auto.ts';
import { commitOn, git, noisyCommits } from '../helpers/commits.ts';
import { quietRuntime } from '../helpers/prepared.ts';
import { expectEqual, failureOf, relaySetup, type RelaySetup } from './relay-setup.ts';

/** Both servers; what is before GitLab takes no body without its length. */
function setupWith(name: TransportName): Promise<RelaySetup> {
  return relaySetup({
    transport: (workDir) =>
      chooseTransport(name, { workDir, runtime: quietRuntime(workDir), pushSeconds: 60 }),
    front: { target: { lengthRequired: true } },
  });
}

/** How the pushes came that had a body of their own. */
function pushes({ fronts }: RelaySetup): string[] {
  return (fronts?.target.seen ?? [])
    .filter((headers) => headers['content-type'] === 'application/x-git-receive-pack-request')
    .map((headers) => (headers['transfer-encoding'] === undefined ? 'length' : 'chunked'));
}

const big = 3_000_000;

test('a small push tells its length and needs no other way', async () => {
  const setup = await setupWith('relay');
  commitOn(setup.source, 'main', 'first');
  commitOn(setup.source, 'topic', 'second');
  await setup.transfer();
  expectEqual(setup);
  expect(new Set(pushes(setup))).toEqual(new Set(['length']));
});

test.each(['auto', 'mirror'] as const)(
  'a big push by %s goes with its length, after one that was refused',
  async (name) => {
    const setup = await setupWith(name);
    noisyCommits(setup.source, 'main', ['a', 'b'], big);
    git(setup.source, 'tag', 'v1', 'main');
    await setup.transfer();
    expectEqual(setup);
    expect(pushes(setup).filter((how) => how === 'chunked')).toHaveLength(1);

    // What was learned of the host holds for the next repository.
    const two = setup.add('two');
    noisyCommits(two.source, 'main', ['c', 'd'], big);
    await two.transfer();
    expectEqual(two);
    expect(pushes(setup).filter((how) => how === 'chunked')).toHaveLength(1);
  },
);

test('the relay alone says what it would have to know', async () => {
  const setup = await setupWith('relay');
  noisyCommits(setup.source, 'main', ['a'], big);
  for (const chunked of [1, 1]) {
    const failure = await failureOf(setup.transfer());
    expect(failure).toMatchObject({
      code: 'push-too-large',
      detail: expect.stringMatching(/^411/) as string,
    });
    expect(pushes(setup)).toHaveLength(chunked);
  }
});
