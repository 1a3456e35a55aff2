import { expect, test } from 'vitest';
import { parsePlan } from '../../../src/report/schema.ts';
import { planJson } from '../../../src/report/plan-summary.ts';
import { steps } from '../../../src/steps/index.ts';
import { plan, plannedGroup, plannedProject, plannedRefs, refChange } from './samples.ts';

const blocked = { code: 'namespace-taken', object: 'x', message: 'taken', fix: '"map": {}' } as const;
const sample = plan(
  [plannedGroup({ existing: 4 }), plannedGroup({ id: 'other', blocked })],
  [
    plannedProject('app', {
      losses: [{ kind: 'issues', count: 3 }],
      findings: [{ code: 'bad-object', refused: true, object: 'a', message: 'zeroPaddedFilemode', fix: 'x' }],
    }),
    plannedProject('lib', { steps: [plannedRefs([refChange()], ['a'.repeat(40)])] }),
  ],
  { warnings: ['a warning'], problems: [{ code: 'fetch-failed', object: 'o/r', message: 'm', fix: 'h' }] },
);

test('a plan that was written is read as it was', () => {
  expect(parsePlan([...planJson(sample)].join(''), 'plan.json', steps)).toEqual(sample);
});

test('the document begins with its version and the totals', () => {
  const document = JSON.parse([...planJson(sample)].join('')) as Record<string, unknown>;
  expect(Object.keys(document).slice(0, 2)).toEqual(['version', 'totals']);
  expect(document['totals']).toMatchObject({
    groups: { unchanged: 1, blocked: 1, create: 0, update: 0 },
    projects: { create: 2 },
    steps: [{ step: 'code', title: 'Refs', counts: { create: 2, refused: 0 } }],
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
  [
    'a ref without an outcome',
    JSON.stringify(sample).replace('"outcome":"create"', '"outcome":"sung"'),
    'team/app.code.refs.0.outcome: ',
  ],
  [
    'an id that is no text',
    JSON.stringify(sample).replace('"unverifiedIds":[]', '"unverifiedIds":[7]'),
    'team/app.code.unverifiedIds.0: ',
  ],
  [
    'a step of a newer program',
    JSON.stringify(sample).replace('"step":"code"', '"step":"dance"'),
    'team/app.dance: unknown step',
  ],
  ['a result', JSON.stringify({ version: 1, command: 'migrate', items: [] }), 'settings: '],
])('%s is no plan, and the message says where', (_, text, where) => {
  expect(() => parsePlan(text, 'plan.json', steps)).toThrow(where);
});
