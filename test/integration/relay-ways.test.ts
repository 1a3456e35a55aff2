import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { FaultAction } from '../../sandbox/faults.ts';
import { createAutoTransport } from '../../src/transfer/auto.ts';
import { createRelayTransport } from '../../src/transfer/relay.ts';
import { commitOn, git } from '../helpers/commits.ts';
import { quietRuntime } from '../helpers/prepared.ts';
import { refsIn } from '../helpers/servers.ts';
import { mirrorTransport } from './mirror-setup.ts';
import { expectEqual, failureOf, relaySetup } from './relay-setup.ts';

test('answers may be compressed, and nobody is asked whether to go on', async () => {
  const setup = await relaySetup({ front: { source: { gzip: true }, target: { gzip: true } } });
  commitOn(setup.source, 'main', 'first');

  await setup.transfer();

  expectEqual(setup);
  const seen = [...(setup.fronts?.source.seen ?? []), ...(setup.fronts?.target.seen ?? [])];
  expect(seen.length).toBeGreaterThan(2);
  expect(seen.filter(({ expect: asks }) => asks !== undefined)).toEqual([]);
});

test('a source that speaks protocol 2 alone is listed and moved', async () => {
  const setup = await relaySetup({ front: { source: { headers: { 'git-protocol': 'version=2' } } } });
  commitOn(setup.source, 'main', 'first');
  git(setup.source, 'tag', '-a', '-m', 'one', 'v1', 'main');
  git(setup.source, 'symbolic-ref', 'HEAD', 'refs/heads/main');

  const listing = await setup.repository.refs({ owner: 'team', name: 'one' }, 'code');
  await setup.transfer();
  commitOn(setup.source, 'main', 'second');
  await setup.transfer(setup.changes({ ours: true }));

  expect([...listing.refs.keys()]).toEqual(['refs/heads/main', 'refs/tags/v1']);
  expect(listing.head).toBe('refs/heads/main');
  expectEqual(setup);
});

test('both servers may live below a path', async () => {
  const setup = await relaySetup({ gitbucket: { contextPath: '/bucket' }, gitlab: { relativeUrl: '/lab' } });
  commitOn(setup.source, 'main', 'first');

  expect((await setup.transfer()).results.length).toBe(1);

  expectEqual(setup);
});

function moved(location: string): FaultAction {
  return { kind: 'status', status: 301, headers: { location } };
}

test('a redirect to another place on the same server is followed, one to another server is not', async () => {
  const setup = await relaySetup();
  commitOn(setup.source, 'main', 'first');
  const { faults } = setup.gitbucket.server;
  const refs = 'info/refs?service=git-upload-pack';
  const old = setup.repository.remote({ owner: 'team', name: 'old' }, 'code');
  faults.add({ url: /old\.git\/info/, action: moved(`/git/team/one.git/${refs}`) });

  const source = { ...old, silenceMs: 1000 };
  expect((await source.advertisement('git-upload-pack')).toString('latin1')).toContain('refs/heads/main');
  await setup.transfer(setup.changes(), { source });
  expectEqual(setup);

  faults.add({
    url: /old\.git\/info/,
    action: moved(`http://elsewhere.example.com/git/team/one.git/${refs}`),
  });
  const another = setup.repository
    .remote({ owner: 'team', name: 'old' }, 'code')
    .advertisement('git-upload-pack');
  expect((await failureOf(another)).code).toBe('redirected');
});

test('redirects that go round in a circle end', async () => {
  const setup = await relaySetup();
  const location = '/git/team/old.git/info/refs?service=git-upload-pack';
  setup.gitbucket.server.faults.add({
    url: /old\.git\/info/,
    times: Infinity,
    action: { kind: 'status', status: 302, headers: { location } },
  });

  const error = await failureOf(
    setup.repository.remote({ owner: 'team', name: 'old' }, 'code').advertisement('git-upload-pack'),
  );
  expect(error.message).toContain('redirects form a loop');
});

function auto(folder: string): ReturnType<typeof createAutoTransport> {
  return createAutoTransport({
    relay: createRelayTransport(quietRuntime(folder)),
    mirror: mirrorTransport(folder),
  });
}

test('the third try goes through the mirror and says so', async () => {
  const setup = await relaySetup({ transport: auto });
  commitOn(setup.source, 'main', 'first');

  const { note } = await setup.transfer(setup.changes(), { attempt: 3 });

  expect(note).toBe('transferred through a mirror on disk: two tries before it failed');
  expectEqual(setup);
});

test('what the relay cannot send goes through the mirror, announced once: the innocent refs arrive', async () => {
  const setup = await relaySetup({ transport: auto });
  commitOn(setup.source, 'main', 'first');
  const tree = git(setup.source, 'rev-parse', 'main^{tree}');
  const file = join(setup.folder, 'commit');
  const who = 'A <a@example.com>';
  await writeFile(file, `tree ${tree}\nauthor ${who} 1x +0000\ncommitter ${who} 1 +0000\n\nbad\n`);
  const bad = git(setup.source, 'hash-object', '-t', 'commit', '-w', '--literally', file);
  git(setup.source, 'update-ref', 'refs/heads/bad', bad);
  let announced = 0;
  const beforeWrite = (): Promise<void> => {
    announced += 1;
    return Promise.resolve();
  };

  const { results, note } = await setup.transfer(setup.changes(), { beforeWrite });

  expect(note).toMatch(new RegExp(`mirror on disk: .*${bad}.*badDate`));
  expect(results.filter(({ outcome }) => outcome === 'refused')).toMatchObject([{ ref: 'refs/heads/bad' }]);
  expect(refsIn(setup.target).length).toBe(1);
  expect(announced).toBe(1);
});
