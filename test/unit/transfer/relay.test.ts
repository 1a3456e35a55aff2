import { expect, test } from 'vitest';
import { lackingObjects } from '../../../src/transfer/relay.ts';
import type { RefResult } from '../../../src/transfer/transport.ts';
import { refChange } from '../report/samples.ts';

test('each of many answers is looked at a few times, however many refs there are', () => {
  const names = Array.from({ length: 2000 }, (_, index) => `refs/heads/b${index}`);
  let looks = 0;
  const results = names.map((name, index): RefResult => ({
    get ref() {
      looks += 1;
      return name;
    },
    outcome: 'refused',
    reason: index % 2 === 0 ? 'missing necessary objects' : 'deny updating a hidden ref',
  }));
  const writes = names.map((ref) => refChange({ ref }));

  expect(lackingObjects(writes, results)).toEqual(writes.filter((_, index) => index % 2 === 0));
  expect(looks / names.length).toBeLessThan(5);
});
