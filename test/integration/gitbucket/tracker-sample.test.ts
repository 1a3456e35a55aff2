import { expect, test } from 'vitest';
import { seedSample } from '../../../sandbox/seed/sample.ts';
import type { TrackerItem } from '../../../src/model/tracker.ts';
import { sourceOf } from '../../helpers/adapters.ts';
import { testServers } from '../../helpers/servers.ts';

test('the trackers of the sample server can be read whole', async () => {
  const { gitbucket } = await testServers();
  await seedSample(gitbucket);
  const source = sourceOf(gitbucket, 'root', { username: 'root', password: 'root' });
  const counts: Record<string, string[]> = {};
  for (const id of ['platform/payments', 'mobile/ios', 'platform/website', 'mobile/android']) {
    const [owner = '', name = ''] = id.split('/');
    const reader = source.tracker({ owner, name });
    const items: TrackerItem[] = [];
    const numbers = await reader.numbers();
    for await (const item of reader.items(numbers.map(({ number }) => number))) items.push(item);
    const releases = (await reader.releases()) ?? [];
    counts[id] = [...items.map(({ kind, state }) => `${kind} ${state}`), ...releases.map(({ tag }) => tag)];
    expect(reader.gaps(), id).toEqual([]);
    const lost = items.filter((item) => item.kind === 'pull' && item.head.commit === null);
    expect(lost, id).toEqual([]);
  }
  expect(counts['platform/payments']).toEqual([
    'issue closed',
    'issue closed',
    'pull merged',
    'issue closed',
    'pull merged',
    'pull merged',
    'pull closed',
    'pull open',
    'pull open',
    'pull open',
    'v1.0.0',
  ]);
  expect(counts['mobile/ios']).toHaveLength(28);
  expect(counts['platform/website']).toEqual(['issue open', 'v1.0.0']);
  expect(counts['mobile/android']).toEqual([]);
});
