import { expect, test } from 'vitest';
import { planMarkdown } from '../../../src/report/plan-markdown.ts';
import { renderPlan } from '../../../src/report/plan-view.ts';
import { fixCommand } from '../../../src/ui/plan-messages.ts';
import { createPalette } from '../../../src/ui/terminal.ts';
import { plan, plannedGroup, plannedProject, plannedRefs, refChange } from './samples.ts';

const fix = '"map": {"refs":{"team/app":{"refs/heads/HEAD":"refs/heads/branch-HEAD"}}}';
const sample = plan(
  [plannedGroup()],
  [
    plannedProject('app', {
      steps: [
        plannedRefs([
          refChange({
            ref: 'refs/heads/HEAD',
            outcome: 'refused',
            reason: 'You cannot create a branch with an invalid name.',
            fix,
          }),
        ]),
      ],
    }),
  ],
);
const merged = [
  '  "map": {',
  '    "refs": {',
  '      "team/app": {',
  '        "refs/heads/HEAD": "refs/heads/branch-HEAD"',
  '      }',
  '    }',
  '  }',
];

test('the plan ends with all its fixes as one piece of the config', () => {
  const lines = renderPlan(sample, { width: 80, palette: createPalette(false) });
  expect(lines.slice(-10)).toEqual(['Suggested fixes for migrate.config.json', ...merged, '', fixCommand]);
  expect(lines.filter((line) => line.includes('"map"'))).toHaveLength(1);
  expect(planMarkdown(sample)).toContain(['```text', '{', ...merged, '}', '```'].join('\n'));
});
