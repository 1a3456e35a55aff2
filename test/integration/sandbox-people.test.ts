import { expect, onTestFinished, test } from 'vitest';
import { startSandboxPair } from '../../sandbox/pair.ts';
import { renderPlan } from '../../src/report/plan-view.ts';
import { createPalette } from '../../src/ui/terminal.ts';
import { planOf } from '../helpers/plan-of.ts';

test('the plan of the sample server shows everybody with the evidence in one screen', async () => {
  const pair = await startSandboxPair();
  onTestFinished(() => pair.close());
  const plan = await planOf(pair, { config: { migrate: { createUsers: true } } });
  const known = plan.people.map(
    ({ person, evidence, fullPath }) => `${person.login} ${evidence} ${fullPath}`,
  );
  expect(known).toEqual(
    expect.arrayContaining(['alice mail alice.archer', 'bob mail bob', 'erin commit-mail erin.ekman']),
  );
  const lines = renderPlan(plan, { width: 100, palette: createPalette(false) });
  const from = lines.indexOf('People');
  const screen = lines.slice(from, lines.indexOf('', from));
  for (const { person } of plan.people) expect(screen.join('\n')).toContain(`  ${person.login} `);
  expect(screen.length).toBeLessThanOrEqual(50);
});
