import { expect, test } from 'vitest';
import { diskLine, planQuestion, planVerdict, timeLine } from '../../../src/ui/plan-messages.ts';

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

test('everything that is written is asked for: wikis, LFS objects, forks and submodules too', () => {
  const none = { blocked: 0, create: 0, update: 0, unchanged: 0 };
  const steps = [
    { step: 'code', title: 'Refs', counts: { create: 1, delete: 2 } },
    { step: 'wiki', title: 'Wikis', counts: { create: 1, update: 1, untouched: 7, refused: 1 } },
    { step: 'lfs', title: 'LFS objects', counts: { create: 3, unchanged: 4 }, bytes: 2_200_000 },
    { step: 'fork', title: 'Forks', counts: { link: 2, unchanged: 1 } },
    { step: 'submodules', title: 'Submodules', counts: { changed: 3, unchanged: 1 } },
  ];
  expect(planQuestion({ groups: none, projects: { ...none, create: 1, update: 2 }, steps }, url)).toBe(
    `Create 1 project on ${url}, push 1 ref and 2 wikis, copy 3 LFS objects (2.2 MB), link 2 forks, change 3 submodules on a branch and delete 2 refs? [y/N] `,
  );
  const projects = { ...none, update: 1 };
  const only = (step: string): string | null =>
    planQuestion({ groups: none, projects, steps: steps.filter((each) => each.step === step) }, url);
  expect(only('wiki')).toBe(`Push 2 wikis to ${url}? [y/N] `);
  expect(only('lfs')).toBe(`Copy 3 LFS objects (2.2 MB) to ${url}? [y/N] `);
  expect(only('fork')).toBe(`Link 2 forks on ${url}? [y/N] `);
});

test('pushes of wikis take time too', () => {
  const effort = { pushes: 0, refs: 0, wikis: 2, idleMs: 5000, bytes: null };
  expect(timeLine(effort)).toMatch(/^Time: about 5 s for 2 pushes of 2 wikis on an idle GitLab/);
  expect(timeLine({ ...effort, pushes: 1, refs: 3 })).toContain(
    ' for 1 push of 3 refs and 2 pushes of 2 wikis on',
  );
});

test('everything that keeps mirrors is named', () => {
  expect(diskLine('/w/mirrors', null)).toContain('migrate.rewrite or --fix-submodules');
});

test('what is wrong is no decision', () => {
  const plan = { groups: [], projects: [], problems: [] };
  expect(planVerdict(plan, { failed: 1, waiting: 2, writes: true })).toEqual({
    tone: 'bad',
    title: '1 item has a problem, 2 items need your decision',
  });
});
