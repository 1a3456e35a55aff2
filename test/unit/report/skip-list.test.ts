import { expect, it } from 'vitest';
import type { Notice } from '../../../src/model/notice.ts';
import { skipListOf } from '../../../src/report/skip-list.ts';
import { moved, plan, plannedProject, project, result } from './samples.ts';

const [a, b] = ['a'.repeat(40), 'b'.repeat(40)];

function refused(id: string): Notice {
  const message = `error: object ${id}: badDate: invalid author/committer line fatal: fsck error in packed object`;
  return { code: 'ref-refused', object: 'refs/heads/main', message, fix: '' };
}

it('has each object once, in order, of a plan all and of a result those that GitLab named', () => {
  const planned = plan(
    [],
    [plannedProject('one', { skipList: [b, a] }), plannedProject('two', { skipList: [a] })],
  );
  expect(skipListOf(planned)).toBe(`${a}\n${b}\n`);
  const check = { state: 'refused' as const, compared: 1, hash: null, differences: [refused(b), refused(b)] };
  expect(skipListOf(result([project({ steps: [moved({ check })], problem: refused(a) })]))).toBe(
    `${a}\n${b}\n`,
  );
});

it('is none where nothing is refused', () => {
  expect(skipListOf(plan([], [plannedProject('one')]))).toBeNull();
  expect(skipListOf(result([project()]))).toBeNull();
});
