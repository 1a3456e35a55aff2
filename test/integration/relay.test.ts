import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createRelayTransport } from '../../src/transfer/relay.ts';
import { commitOn, git, pointAt } from '../helpers/commits.ts';
import { quietRuntime } from '../helpers/prepared.ts';
import { expectEqual, gitRequests, relaySetup, type RelaySetup } from './relay-setup.ts';

/** That many branches on the first commit. */
function branches({ source }: RelaySetup, count: number): string {
  const first = commitOn(source, 'main', 'first');
  const others = Array.from({ length: count - 1 }, (_, index) => `refs/heads/b${index + 1}`);
  pointAt(source, first, others);
  return first;
}

/** Refs of each push, in order. */
function sizes({ gitlab }: RelaySetup): number[] {
  return gitlab.context.pushes.map(({ refs }) => refs.length);
}

test('refs of every kind travel in one request to each server', async () => {
  const setup = await relaySetup();
  const first = branches(setup, 47);
  git(setup.source, 'tag', '-a', '-m', 'one', 'v1', 'main');
  git(setup.source, 'tag', 'light', 'main');
  git(setup.source, 'notes', 'add', '-m', 'a note', first);
  git(setup.source, 'update-ref', 'refs/pull/1/head', first);
  setup.gitbucket.server.requests.length = 0;

  const { results, bytes } = await setup.transfer();

  expect(results.filter(({ outcome }) => outcome === 'written').length).toBe(50);
  expect(bytes).toBeGreaterThan(200);
  expectEqual(setup);
  expect(gitRequests(setup.gitbucket.server.requests)).toEqual(['POST git-upload-pack']);
  expect(gitRequests(setup.gitlab.server.requests)).toEqual(['POST git-receive-pack']);
  expect(setup.gitlab.context.pushes.map(({ options }) => options)).toEqual([[]]);
});

test('a target is never asked what it can do, for that question makes a project where there is none (GL-54)', async () => {
  const setup = await relaySetup();
  const second = setup.add('two');
  for (const { source } of [setup, second]) commitOn(source, 'main', 'first');

  await setup.transfer();
  await second.transfer();

  expectEqual(second);
  const asked = gitRequests(setup.gitlab.server.requests).filter((line) => line.startsWith('GET'));
  expect(asked).toEqual([]);
});

test('a repository of 260 refs travels in one request to each server', async () => {
  const setup = await relaySetup();
  branches(setup, 260);

  await setup.transfer();

  expectEqual(setup);
  expect(sizes(setup)).toEqual([260]);
  expect(gitRequests(setup.gitbucket.server.requests).length).toBe(1);
});

test('of 2,000 refs the first come with the pack, the others in few requests without', async () => {
  // By this clock a push takes no time: only the size of the first one is guessed.
  const setup = await relaySetup({
    transport: (folder) => createRelayTransport({ ...quietRuntime(folder), now: () => 0 }),
  });
  branches(setup, 2000);

  await setup.transfer();

  expectEqual(setup);
  expect(sizes(setup).length).toBeLessThanOrEqual(4);
  expect(gitRequests(setup.gitbucket.server.requests).length).toBe(1);
});

test('what a push costs is learned, and no push is expected to take longer than the bound', async () => {
  // By this clock the server's 20 ms are a second and a ref's one is 50 ms.
  const setup = await relaySetup({
    transport: (folder) => createRelayTransport({ ...quietRuntime(folder), now: () => 50 * Date.now() }),
  });
  const { git: prices } = setup.gitlab.context.settings;
  prices.pushMs = 20;
  prices.hookMsPerRef = 1;
  branches(setup, 900);

  await setup.transfer();

  expectEqual(setup);
  const [first = 0, ...later] = sizes(setup);
  expect(first).toBeLessThanOrEqual(411);
  expect(later.length).toBeGreaterThan(1);
  expect(Math.max(...later)).toBeLessThanOrEqual(400);
});

test('later only what is new travels, as a thin pack', async () => {
  const setup = await relaySetup();
  const noise = Array.from({ length: 5000 }, (_, index) => Math.sin(index)).join('\n');
  commitOn(setup.source, 'main', noise);
  const first = await setup.transfer();

  // The text is the commit's message too, which nothing can shorten; the file is.
  commitOn(setup.source, 'main', `${noise}\none line more`);
  const { bytes } = await setup.transfer(setup.changes({ ours: true }));

  expect(bytes).toBeLessThan(first.bytes * 0.6);
  expectEqual(setup);
});

test('a ref on objects that are there costs no request to the source', async () => {
  const setup = await relaySetup();
  commitOn(setup.source, 'main', 'first');
  await setup.transfer();
  git(setup.source, 'branch', 'again', 'main');
  setup.gitbucket.server.requests.length = 0;

  await setup.transfer(setup.changes({ ours: true }));

  expectEqual(setup);
  expect(setup.gitbucket.server.requests).toEqual([]);
});

test('an object that fsck refuses is named with the check', async () => {
  const setup = await relaySetup();
  commitOn(setup.source, 'main', 'first');
  const bad = await badCommit(setup);

  const attempt = setup.transfer();

  await expect(attempt).rejects.toMatchObject({ code: 'push-unpack' });
  await expect(attempt).rejects.toThrow(new RegExp(`${bad}.*badDate`));
});

async function badCommit({ source, folder }: RelaySetup): Promise<string> {
  const tree = git(source, 'rev-parse', 'main^{tree}');
  const file = join(folder, 'commit');
  const who = 'A <a@example.com>';
  await writeFile(file, `tree ${tree}\nauthor ${who} 1x +0000\ncommitter ${who} 1 +0000\n\nbad\n`);
  const bad = git(source, 'hash-object', '-t', 'commit', '-w', '--literally', file);
  git(source, 'update-ref', 'refs/heads/bad', bad);
  return bad;
}
