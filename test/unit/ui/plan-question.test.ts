import { expect, test } from 'vitest';
import { planQuestion } from '../../../src/ui/plan-messages.ts';

const url = 'https://gitlab.example.com';

function question(groups: number, projects: number, updates: number, refs: Record<string, number>) {
  const none = { blocked: 2, create: 0, update: 0, unchanged: 3 };
  return planQuestion(
    {
      groups: { ...none, create: groups },
      projects: { ...none, create: projects, update: updates },
      steps: [{ step: 'code', title: 'Refs', counts: { unchanged: 4, ...refs } }],
    },
    url,
  );
}

test.each([
  [3, 42, 0, { create: 422 }, `Create 3 groups and 42 projects on ${url} and push 422 refs?`],
  [0, 1, 2, { create: 1200, update: 34 }, `Create 1 project on ${url} and push 1,234 refs?`],
  [1, 0, 0, {}, `Create 1 group on ${url}?`],
  [0, 0, 2, { update: 1 }, `Push 1 ref to ${url}?`],
  [0, 0, 2, { update: 1, delete: 2 }, `Push 1 ref to ${url} and delete 2 refs?`],
  [0, 0, 1, { delete: 2 }, `Delete 2 refs on ${url}?`],
  [
    1,
    1,
    1,
    { create: 5, delete: 1 },
    `Create 1 group and 1 project on ${url}, push 5 refs and delete 1 ref?`,
  ],
  [0, 0, 1, {}, `Update 1 project on ${url}?`],
])('%i groups, %i projects, %i updates, %o are asked for', (groups, projects, updates, refs, expected) => {
  expect(question(groups, projects, updates, refs)).toBe(`${expected} [y/N] `);
});

test('a plan that writes nothing asks nothing', () => {
  expect(question(0, 0, 0, {})).toBeNull();
});
