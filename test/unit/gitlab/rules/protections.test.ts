import { describe, expect, test } from 'vitest';
import {
  matchesPattern,
  protectionRefusal,
  type Protections,
} from '../../../../src/gitlab/rules/protections.ts';

function protections(options: Partial<Protections>): Protections {
  return { branches: [], tags: [], level: 40, rewritten: new Set(), ...options };
}

function branch(
  pattern: string,
  push: number[] | null,
  more: { merge?: number[]; forcePush?: boolean } = {},
) {
  return { pattern, push, merge: more.merge ?? [40], forcePush: more.forcePush ?? false };
}

test('a wildcard covers slashes, and nothing but what it says', () => {
  expect(matchesPattern('release/*', 'release/1/x')).toBe(true);
  expect(matchesPattern('v1.0', 'v1x0')).toBe(false);
  expect(matchesPattern('a+b', 'a+b')).toBe(true);
  expect(matchesPattern('v*', 'rev1')).toBe(false);
});

describe('protected branches', () => {
  const [main, topic] = ['refs/heads/main', 'refs/heads/topic'];

  test('take the pushes of a Maintainer, but are not deleted by git', () => {
    const rules = protections({ branches: [branch('main', [40])] });
    expect(protectionRefusal(main, 'update', rules)).toBe(null);
    expect(protectionRefusal(main, 'create', rules)).toBe(null);
    expect(protectionRefusal(topic, 'delete', rules)).toBe(null);
    expect(protectionRefusal(main, 'delete', rules)).toEqual({
      reason: 'You can only delete protected branches using the web interface.',
      fix: 'change the protection of main on GitLab (Settings > Repository > Protected branches), then run the same command again',
    });
  });

  test.each([
    ['update', [0], [40], 'You are not allowed to push code to protected branches on this project.'],
    ['create', [0], [40], 'You can only create protected branches using the web interface and API.'],
    ['create', [0], [0], 'You are not allowed to create protected branches on this project.'],
    ['create', [60], [60], 'You are not allowed to create protected branches on this project.'],
  ] as const)('refuse to %s when push is for %j and merge for %j', (write, push, merge, reason) => {
    const rules = protections({ branches: [branch('*', [...push], { merge: [...merge] })] });
    expect(protectionRefusal(topic, write, rules)?.reason).toBe(reason);
  });

  test('are not judged where single people are named', () => {
    expect(protectionRefusal(main, 'update', protections({ branches: [branch('main', null)] }))).toBe(null);
  });

  test('keep rewritten history out when only a wildcard protects them', () => {
    const rewritten = new Set([topic]);
    const refusal = (...branches: Protections['branches']) =>
      protectionRefusal(topic, 'update', protections({ branches, rewritten }))?.reason ?? null;
    expect(refusal(branch('t*', [40]))).toContain('force push code to a protected branch');
    expect(refusal(branch('topic', [40]))).toBe(null);
    expect(refusal(branch('t*', [40], { forcePush: true }))).toBe(null);
  });
});

test('protected tags are created by who may, and never moved or deleted by git', () => {
  const tag = 'refs/tags/v1';
  const open = protections({ tags: [{ pattern: 'v*', create: [40] }] });
  const closed = protections({ tags: [{ pattern: 'v*', create: [0] }] });
  expect(protectionRefusal(tag, 'create', open)).toBe(null);
  expect(protectionRefusal(tag, 'update', open)?.reason).toBe('Protected tags cannot be updated.');
  expect(protectionRefusal(tag, 'delete', open)?.reason).toContain('delete protected tags');
  expect(protectionRefusal(tag, 'create', closed)?.reason).toContain('not allowed to create this tag');
  expect(protectionRefusal('refs/tags/other', 'create', closed)).toBe(null);
});
