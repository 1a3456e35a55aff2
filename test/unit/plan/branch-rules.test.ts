import { describe, expect, test } from 'vitest';
import type { BranchProtection } from '../../../src/model/forge.ts';
import type { BranchRule } from '../../../src/model/people.ts';
import {
  branchesOf,
  branchVerdict,
  isLeftOver,
  levelsOf,
  refOfRule,
  ruleLosses,
  type BranchNow,
} from '../../../src/plan/branch-rules.ts';

const plain: BranchRule = { branch: 'main', statusChecks: null, pushers: null, administratorsToo: false };
const developers = { push: 30, merge: 30 };
const checked = { push: 40, merge: 30 };
const full = { push: 40, merge: 40 };

function rule(push: number, merge: number, forcePush = false): BranchProtection {
  return { pattern: 'x', push: [push], merge: [merge], forcePush };
}

const now: BranchNow = {
  current: undefined,
  known: undefined,
  open: false,
  made: true,
  isDefault: false,
  lifted: false,
};

test.each([
  [{}, developers],
  [{ statusChecks: ['ci'] }, checked],
  [{ statusChecks: [] }, checked],
  [{ pushers: ['alice'] }, checked],
  [{ pushers: [] }, checked],
  [{ statusChecks: ['ci'], pushers: ['alice'], administratorsToo: true }, checked],
])('the rule %j becomes the levels %j, at which a later run may still push', (more, levels) => {
  expect(levelsOf({ ...plain, ...more })).toEqual(levels);
});

test('what GitLab does not know of a rule is told', () => {
  expect(ruleLosses('o/r', plain)).toEqual([]);
  const told = ruleLosses('o/r', { ...plain, statusChecks: ['ci/a', 'ci/b'], pushers: [] });
  expect(told.map(({ message }) => message)).toEqual([
    'main demands the status checks ci/a, ci/b on GitBucket; on GitLab Maintainers may push without, and merge requests need a pipeline for it',
    'nobody may push to main on GitBucket; on GitLab every Maintainer may',
  ]);
});

test('rules follow branches to their new names, and lead nowhere when the branch is gone', () => {
  const listing = {
    refs: new Map([
      ['refs/heads/new', 'a'],
      ['refs/heads/main', 'a'],
      ['refs/tags/v1', 'a'],
    ]),
    renamed: new Map([['refs/heads/old', 'refs/heads/new']]),
    head: null,
  };
  expect(refOfRule({ ...plain, branch: 'old' }, listing)).toBe('refs/heads/new');
  expect(refOfRule({ ...plain, branch: 'gone' }, listing)).toBe(null);
  expect(branchesOf(listing, 'old')).toEqual(['old', 'main']);
});

describe('a branch', () => {
  test('that GitLab does not protect is protected', () => {
    expect(branchVerdict(developers, now)).toEqual({ outcome: 'protect', levels: developers });
  });

  test('whose protection somebody removed stays so, unless the tool was about to replace it', () => {
    const known = { ...now, known: developers };
    expect(branchVerdict(developers, known)).toMatchObject({ outcome: 'kept' });
    expect(branchVerdict(developers, { ...known, open: true })).toMatchObject({ outcome: 'protect' });
  });

  test('that is protected as wanted is right', () => {
    expect(branchVerdict(developers, { ...now, current: rule(30, 30) })).toMatchObject({ outcome: 'right' });
  });

  test('that is protected by hand in another way is kept', () => {
    for (const current of [rule(40, 40), rule(30, 30, true), { ...rule(30, 30), push: null }])
      expect(branchVerdict(developers, { ...now, current })).toMatchObject({ outcome: 'kept' });
  });

  test('is protected anew when the rule changed and its protection is still as the tool set it', () => {
    const verdict = branchVerdict(checked, { ...now, current: rule(30, 30), known: developers });
    expect(verdict).toEqual({ outcome: 'replace', levels: checked });
    const forced = { ...now, current: rule(30, 30, true), known: developers };
    expect(branchVerdict(checked, forced)).toMatchObject({ outcome: 'kept' });
    expect(branchVerdict(checked, { ...forced, lifted: true })).toMatchObject({ outcome: 'replace' });
  });

  test('whose rule is gone is unprotected only where the protection is still the own one', () => {
    const mine = { current: rule(30, 30), known: developers, isDefault: false, lifted: false };
    expect(isLeftOver(mine)).toBe(true);
    expect(isLeftOver({ ...mine, current: rule(40, 40) })).toBe(false);
    expect(isLeftOver({ ...mine, current: rule(30, 30, true) })).toBe(false);
    expect(isLeftOver({ ...mine, known: undefined })).toBe(false);
    expect(isLeftOver({ ...mine, isDefault: true })).toBe(false);
  });
});

describe('the default branch', () => {
  const main = { ...now, isDefault: true };

  test("is never looser than GitLab's own protection would make it", () => {
    expect(branchVerdict(developers, main)).toEqual({ outcome: 'protect', levels: full });
    expect(branchVerdict(developers, { ...main, current: rule(40, 40) })).toMatchObject({ outcome: 'right' });
    expect(branchVerdict(checked, { ...main, current: rule(0, 40) })).toMatchObject({ outcome: 'right' });
  });

  test('is right at the level that the group chose, where GitBucket asks for no more', () => {
    expect(branchVerdict(developers, { ...main, current: rule(30, 30) })).toMatchObject({ outcome: 'right' });
    expect(branchVerdict(checked, { ...main, current: rule(30, 30) })).toEqual({
      outcome: 'replace',
      levels: full,
    });
    expect(branchVerdict(checked, { ...main, current: rule(30, 30), made: false })).toMatchObject({
      outcome: 'kept',
    });
  });
});
