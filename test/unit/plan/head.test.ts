import { expect, test } from 'vitest';
import { headVerdict } from '../../../src/steps/default-branch.ts';

test.each([
  ['it points there already', 'main', 'refs/heads/main', null, 'right'],
  ['nobody saw to it yet', 'main', 'refs/heads/other', null, 'set'],
  ['it is as we left it, and the source has moved on', 'develop', 'refs/heads/main', 'main', 'set'],
  ['somebody chose another one on GitLab', 'main', 'refs/heads/topic', 'main', 'kept'],
  ['both sides moved', 'develop', 'refs/heads/topic', 'main', 'kept'],
  ['the target has none', 'main', null, null, 'set'],
] as const)('%s', (_, branch, targetHead, known, verdict) => {
  expect(headVerdict(branch, targetHead, known)).toBe(verdict);
});
