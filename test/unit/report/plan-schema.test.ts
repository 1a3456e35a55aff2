import { expect, test } from 'vitest';
import { parsePlan } from '../../../src/report/plan-schema.ts';
import { planJson } from '../../../src/report/plan-summary.ts';
import { plan, plannedGroup, plannedProject } from './samples.ts';

const blocked = { code: 'namespace-taken', object: 'x', message: 'taken', fix: '"map": {}' } as const;
const sample = plan(
  [plannedGroup({ existing: 4 }), plannedGroup({ id: 'other', blocked })],
  [
    plannedProject('app', {
      losses: [{ kind: 'issues', count: 3 }],
      findings: [{ kind: 'bad-object', refused: true, object: 'a', reason: 'zeroPaddedFilemode', fix: 'x' }],
    }),
    plannedProject('lib', { mustKnow: ['a'.repeat(40)] }),
  ],
  { warnings: ['a warning'], problems: [{ code: 'fetch-failed', object: 'o/r', message: 'm', fix: 'h' }] },
);

test('a plan that was written is read as it was', () => {
  expect(parsePlan([...planJson(sample)].join(''), 'plan.json')).toEqual(sample);
});

test('the document begins with its version and the totals', () => {
  const document = JSON.parse([...planJson(sample)].join('')) as Record<string, unknown>;
  expect(Object.keys(document).slice(0, 2)).toEqual(['version', 'totals']);
  expect(document['totals']).toMatchObject({
    groups: { unchanged: 1, blocked: 1, create: 0, update: 0 },
    projects: { create: 2 },
    refs: { create: 2 },
  });
});

test.each([
  ['no JSON', '{', 'JSON'],
  ['another version', JSON.stringify({ ...sample, version: 2 }), 'version: '],
  [
    'a wrong visibility',
    JSON.stringify(sample).replace('"private"', '"secret"'),
    'settings.visibility.private',
  ],
  ['a result', JSON.stringify({ version: 1, command: 'migrate', items: [] }), 'settings: '],
])('%s is no plan, and the message says where', (_, text, where) => {
  expect(() => parsePlan(text, 'plan.json')).toThrow(where);
});
