import { describe, expect, test } from 'vitest';
import { createRelayTransport } from '../../src/transfer/relay.ts';
import type { Transport } from '../../src/transfer/transport.ts';
import { commitOn, git, pointAt } from '../helpers/commits.ts';
import { quietRuntime } from '../helpers/prepared.ts';
import { refsIn } from '../helpers/servers.ts';
import { mirrorTransport } from './mirror-setup.ts';
import { expectEqual, relaySetup, type RelaySetup } from './relay-setup.ts';

const transports: Record<string, (folder: string) => Transport> = {
  relay: (folder) => createRelayTransport(quietRuntime(folder)),
  mirror: mirrorTransport,
};

describe.each(Object.entries(transports))('with the %s', (_name, transport) => {
  function both(): Promise<RelaySetup> {
    return relaySetup({ transport });
  }

  test('branches, tags of every kind and notes arrive, and nothing else', async () => {
    const setup = await both();
    const first = commitOn(setup.source, 'main', 'first');
    commitOn(setup.source, 'feature/x', 'feature');
    git(setup.source, 'tag', 'light', first);
    git(setup.source, 'tag', '-a', '-m', 'annotated', 'v1', first);
    git(setup.source, 'tag', '-a', '-m', 'nested', 'v1-again', 'v1');
    git(setup.source, 'tag', 'tree', 'main^{tree}');
    git(setup.source, 'update-ref', 'refs/notes/commits', first);
    git(setup.source, 'update-ref', 'refs/pull/1/head', first);

    await setup.transfer();

    expectEqual(setup);
    expect(refsIn(setup.target, ['refs/pull'])).toEqual([]);
  });

  test('a branch gives way to one below its name, and the other way round', async () => {
    const setup = await both();
    commitOn(setup.source, 'main', 'first');
    commitOn(setup.source, 'a', 'a file');
    commitOn(setup.source, 'b/c', 'a folder');
    await setup.transfer();
    for (const branch of ['a', 'b/c']) git(setup.source, 'branch', '-D', branch);
    commitOn(setup.source, 'a/b', 'now a folder');
    commitOn(setup.source, 'b', 'now a file');

    const { results } = await setup.transfer(setup.changes({ ours: true, prune: true }));

    expect(results.map(({ outcome }) => outcome)).toEqual(['written', 'written', 'written', 'written']);
    expectEqual(setup);
  });

  test('a deletion that meets another id on the target is not made', async () => {
    const setup = await both();
    commitOn(setup.source, 'main', 'first');
    commitOn(setup.source, 'gone', 'gone');
    await setup.transfer();
    git(setup.source, 'branch', '-D', 'gone');
    const planned = setup.changes({ ours: true, prune: true });
    const foreign = commitOn(setup.target, 'gone', 'work on GitLab');

    const { results } = await setup.transfer(planned);

    expect(results).toMatchObject([{ ref: 'refs/heads/gone', outcome: 'moved' }]);
    expect(git(setup.target, 'rev-parse', 'gone')).toBe(foreign);
  });

  test('refs that moved on the target since they were read are left alone, the others are written', async () => {
    const setup = await both();
    commitOn(setup.source, 'main', 'first');
    commitOn(setup.source, 'topic', 'topic');
    await setup.transfer();
    commitOn(setup.source, 'topic', 'rewritten', { orphan: true });
    commitOn(setup.source, 'fresh', 'fresh');
    commitOn(setup.source, 'main', 'second');
    const planned = setup.changes({ ours: true });
    const foreign = commitOn(setup.target, 'topic', 'work on GitLab');
    const other = commitOn(setup.target, 'fresh', 'made on GitLab');

    const { results } = await setup.transfer(planned);

    expect(Object.fromEntries(results.map(({ ref, outcome }) => [ref, outcome]))).toEqual({
      'refs/heads/main': 'written',
      'refs/heads/fresh': 'moved',
      'refs/heads/topic': 'moved',
    });
    expect(git(setup.target, 'rev-parse', 'topic', 'fresh')).toBe(`${foreign}\n${other}`);
  });

  test('of 200 refs exactly those that GitLab declines are refused, each with its text', async () => {
    const setup = await both();
    commitOn(setup.source, 'main', 'first');
    await setup.transfer();
    const project = setup.gitlab.project('team/one');
    const closed = { pushAccessLevel: 0, mergeAccessLevel: 0, allowForcePush: false };
    project.protectedBranches.push({ id: 900, name: 'locked-*', ...closed });
    project.protectedTags.push({ name: 'sealed*', createAccessLevel: 0 });
    const next = commitOn(setup.source, 'b0', 'a new object for all of them');
    const guilty = ['refs/heads/locked-a', 'refs/heads/locked-z', 'refs/tags/sealed-1'];
    const names = Array.from({ length: 196 }, (_, index) => `refs/heads/b${index + 1}`);
    pointAt(setup.source, next, [...names, ...guilty]);

    const { results } = await setup.transfer(setup.changes({ ours: true }));

    const refused = results.filter(({ outcome }) => outcome !== 'written');
    expect(refused.map(({ ref }) => ref).sort()).toEqual(guilty);
    for (const result of refused)
      expect('reason' in result && result.reason).toMatch(
        /protected branches|create this tag as it is protected/,
      );
    expect(results.length).toBe(200);
    expect(refsIn(setup.target).length).toBe(198);
  });
});
