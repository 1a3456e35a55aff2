import { buffer } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { addRelease } from '../../../sandbox/gitbucket.ts';
import type { TrackerFile, TrackerReader } from '../../../src/model/tracker.ts';
import { sourceOf } from '../../helpers/adapters.ts';
import { git } from '../../helpers/commits.ts';
import { trackerRepository, trackerWorld, type TrackerWorld } from '../../helpers/tracker-world.ts';

const administrator = { username: 'root', password: 'root' };

function readerOf({ gitbucket }: TrackerWorld, way: object = {}): TrackerReader {
  return sourceOf(gitbucket, 'root', way).tracker(trackerRepository);
}

async function textOf(file: TrackerFile | null): Promise<string | null> {
  return file === null ? null : (await buffer(await file.open())).toString('utf8');
}

/** The files of all releases, by their names. */
async function assetsOf(reader: TrackerReader): Promise<[string, TrackerFile | null][]> {
  const found: [string, TrackerFile | null][] = [];
  for (const release of (await reader.releases()) ?? [])
    for (const asset of release.assets) found.push([asset.name, await reader.asset(release, asset)]);
  return found;
}

describe('attachments and files of releases', () => {
  test('of a public repository are read without a login', async () => {
    const world = await trackerWorld();
    const reader = readerOf(world);
    const plan = await reader.attachment(world.attachment);
    expect([plan?.size, plan?.type, await textOf(plan)]).toEqual([8, 'text/plain', 'the plan']);
    const assets = await assetsOf(reader);
    expect(await Promise.all(assets.map(async ([name, file]) => [name, await textOf(file)]))).toEqual([
      ['b i n ü.dat', 'twelve bytes'],
      ['slash.txt', 'slash'],
    ]);
    expect(reader.gaps()).toEqual([]);
  });

  for (const way of [{}, administrator])
    test(`of a private repository are ${way === administrator ? 'read with a password' : 'missing without one, and named'}`, async () => {
      const world = await trackerWorld();
      for (const repository of world.gitbucket.context.state.repositories) repository.private = true;
      const reader = readerOf(world, way);
      const plan = await textOf(await reader.attachment(world.attachment));
      const [[, first] = []] = await assetsOf(reader);
      const gaps = reader.gaps().map(({ what, count, of }) => `${what} ${count} ${of}`);
      expect([plan, await textOf(first ?? null), gaps]).toEqual(
        way === administrator
          ? ['the plan', 'twelve bytes', []]
          : [
              null,
              null,
              [
                `attachment 1 ${world.attachment}`,
                'attachment 1 v1/b i n ü.dat',
                'attachment 1 rel/2/slash.txt',
              ],
            ],
      );
    });

  test('that do not exist, or whose tag is gone, are named', async () => {
    const world = await trackerWorld();
    git(world.gitbucket.gitDir('team', 'app'), 'update-ref', '-d', 'refs/tags/v1');
    const reader = readerOf(world);
    expect(await reader.attachment('0')).toBeNull();
    expect(await reader.attachment('../../settings')).toBeNull();
    expect((await assetsOf(reader)).map(([name, file]) => [name, file === null])).toEqual([
      ['b i n ü.dat', true],
      ['slash.txt', false],
    ]);
    expect(reader.gaps().map(({ of }) => of)).toEqual(['0', '../../settings', 'v1/b i n ü.dat']);
  });

  test('that GitBucket has cut when they were uploaded are told', async () => {
    const world = await trackerWorld();
    const tracker = world.gitbucket.context.state.tracker['team/app'];
    for (const asset of tracker?.releases[0]?.assets ?? []) asset.size = 2_000_000;
    const reader = readerOf(world);
    await assetsOf(reader);
    expect(reader.gaps()).toEqual([
      {
        what: 'attachment',
        count: 1,
        of: 'v1/b i n ü.dat',
        detail: 'GitBucket has 12 of its 2000000 bytes',
      },
    ]);
  });
});

async function spoiled(): Promise<TrackerWorld> {
  const world = await trackerWorld();
  git(world.gitbucket.gitDir('team', 'app'), 'update-ref', 'refs/tags/v2', 'refs/heads/main');
  await addRelease(world.gitbucket.context, 'team/app', { tag: 'v2', author: 'left' });
  return world;
}

describe('releases of which one is by a disabled person', () => {
  test('are read tag by tag, and those that cannot be are named', async () => {
    const reader = readerOf(await spoiled());
    expect((await reader.releases())?.map(({ tag }) => tag)).toEqual(['v1']);
    expect(reader.gaps().map(({ what, count, of }) => `${what} ${count} ${of}`)).toEqual([
      'releases null rel/2',
      'releases 1 v2',
    ]);
  });

  test('are all in the database', async () => {
    const reader = readerOf(await spoiled(), administrator);
    expect((await reader.releases())?.map(({ tag, author }) => [tag, author])).toEqual([
      ['v1', 'ann'],
      ['rel/2', 'bob'],
      ['v2', 'left'],
    ]);
  });
});
