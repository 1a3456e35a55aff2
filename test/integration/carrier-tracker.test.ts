import { appendFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { folderOf } from '../../src/carrier/layout.ts';
import type { TrackerItem, TrackerReader } from '../../src/model/tracker.ts';
import { sourceOf } from '../helpers/adapters.ts';
import { carriedSource, exported, stickOf } from '../helpers/carried.ts';
import { trackerRepository, trackerWorld } from '../helpers/tracker-world.ts';

async function itemsOf(reader: TrackerReader, numbers: readonly number[]): Promise<TrackerItem[]> {
  const items: TrackerItem[] = [];
  for await (const item of reader.items(numbers)) items.push(item);
  return items;
}

/** All that a reader tells, the bytes of its files included. */
async function everything(reader: TrackerReader, attachment: string): Promise<unknown> {
  const numbers = await reader.numbers();
  const releases = await reader.releases();
  const assets: unknown[] = [];
  for (const release of releases ?? [])
    for (const asset of release.assets) {
      const file = await reader.asset(release, asset);
      assets.push([file?.size, file?.type, file && (await text(await file.open()))]);
    }
  const file = await reader.attachment(attachment);
  return {
    numbers,
    releases,
    assets,
    file: [file?.size, file?.type, file && (await text(await file.open()))],
    items: await itemsOf(
      reader,
      [...numbers].map(({ number }) => number),
    ),
    some: (await itemsOf(reader, [61, 5, 2])).map(({ number }) => number),
    labels: await reader.labels(),
    milestones: await reader.milestones(),
    commitComments: await reader.commitComments(),
    gaps: reader.gaps(),
  };
}

for (const login of [{}, { username: 'root', password: 'root' }])
  test(`an export tells of a tracker what the server told, ${'username' in login ? 'by login' : 'by token'}`, async () => {
    const world = await trackerWorld();
    const { problems } = await exported(world, login);
    expect(problems).toEqual([]);
    const reader = sourceOf(world.gitbucket, 'root', login).tracker(trackerRepository);
    const carried = (await carriedSource(world)).tracker(trackerRepository);
    expect(await everything(carried, world.attachment)).toEqual(await everything(reader, world.attachment));
    // Nothing has changed: nothing is fetched once more.
    world.gitbucket.server.requests.length = 0;
    const again = await exported(world, login);
    expect(again.written).toEqual([]);
    expect(world.gitbucket.server.requests.filter(({ url }) => /_attached|\/assets\//.test(url))).toEqual([]);
  });

test('damage to the files of a tracker is found before they are believed', async () => {
  const world = await trackerWorld();
  await exported(world);
  const folder = folderOf(stickOf(world), 'team/app');
  const reader = async (): Promise<TrackerReader> => (await carriedSource(world)).tracker(trackerRepository);
  await rm(join(folder, 'files'), { recursive: true });
  await expect((await reader()).attachment(world.attachment)).rejects.toMatchObject({
    code: 'export-damaged',
  });
  await appendFile(join(folder, 'tracker.ndjson'), '\n');
  await expect(itemsOf(await reader(), [1])).rejects.toMatchObject({ code: 'export-damaged' });
  await appendFile(join(folder, 'tracker.json'), ' ');
  await expect((await reader()).numbers()).rejects.toMatchObject({ code: 'export-damaged' });
});
