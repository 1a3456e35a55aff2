import { expect, test } from 'vitest';
import { core, equalShare } from '../../fidelity/figure.ts';
import { replay } from '../../fidelity/replay.ts';

test('at least 95 % of what a real GitLab 18.9 was asked is answered with the same status', async () => {
  const outcomes = (await Promise.all(core.map((section) => replay(section)))).flat();

  const differences = outcomes
    .filter(({ real, embedded }) => real !== embedded)
    .map(({ name, real, embedded, text }) => `${name}: ${real}, embedded ${embedded} ${text.slice(0, 200)}`);
  expect(outcomes.length).toBeGreaterThan(600);
  expect(equalShare(outcomes), differences.join('\n')).toBeGreaterThanOrEqual(95);
});

test('and at least 90 % of what it was asked about wikis', async () => {
  expect(equalShare(await replay('wiki'))).toBeGreaterThanOrEqual(90);
});

test('and at least 95 % of what it was asked about trackers', async () => {
  const outcomes = await replay('tracker');
  expect(outcomes.length).toBeGreaterThan(180);
  expect(equalShare(outcomes)).toBeGreaterThanOrEqual(95);
});

test('and at least 95 % of what it was asked about imports', async () => {
  expect(equalShare(await replay('imports'))).toBeGreaterThanOrEqual(95);
});
