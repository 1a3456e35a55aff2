import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assignNames, displayName } from '../../../src/plan/free-names.ts';

describe('the display name of a project', () => {
  test.each(['c++', 'libstdc+tests', 'a--b', 'end-', '_x', 'x.git', 'Zoë', '🚀 rocket', '日本', '１２'])(
    'stays %s',
    (original) => {
      expect(displayName(original, 'project', 'path')).toBe(original);
    },
  );

  test.each(['.dotfiles', '-x', '+x', 'a@b', 'a/b', 'a(b)', 'x'.repeat(256), ''])(
    'becomes the path for %s',
    (original) => {
      expect(displayName(original, 'project', 'path')).toBe('path');
    },
  );
});

describe('the display name of a group', () => {
  test.each(['a(b)', 'a--b', '_x', 'x', 'Zoë'])('stays %s', (original) => {
    expect(displayName(original, 'group', 'path')).toBe(original);
  });

  test.each(['c++', '.x', '(x)', 'a@b'])('becomes the path for %s', (original) => {
    expect(displayName(original, 'group', 'path')).toBe('path');
  });
});

describe('display names in one namespace', () => {
  const none = { kind: 'project', taken: new Set<string>() } as const;

  test('a path used as a name pushes aside the same original name', () => {
    const names = assignNames(
      [
        { key: 'o/.dotfiles', original: '.dotfiles', path: 'dotfiles' },
        { key: 'o/dotfiles', original: 'dotfiles', path: 'dotfiles-1a2b3c' },
      ],
      none,
    );
    expect(Object.fromEntries(names)).toEqual({ 'o/.dotfiles': 'dotfiles', 'o/dotfiles': 'dotfiles-1a2b3c' });
  });

  test('names that differ in case only are both kept', () => {
    const names = assignNames(
      [
        { key: 'o/Foo', original: 'Foo', path: 'Foo' },
        { key: 'o/foo', original: 'foo', path: 'foo-1a2b3c' },
      ],
      none,
    );
    expect([...names.values()]).toEqual(['Foo', 'foo']);
  });

  test('a name that somebody else has gives way to the path', () => {
    const entries = [{ key: 'o/c++', original: 'c++', path: 'cplusplus' }];
    const names = assignNames(entries, { kind: 'project', taken: new Set(['c++']) });
    expect(names.get('o/c++')).toBe('cplusplus');
  });

  test('are distinct for distinct paths, whatever the originals are', () => {
    const name = fc.stringMatching(/^[.+a-c]{1,3}$/);
    const paths = fc.uniqueArray(fc.stringMatching(/^[a-c]{1,3}$/), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(paths, fc.array(name, { minLength: 8, maxLength: 8 }), (given, originals) => {
        const entries = given.map((path, index) => ({ key: path, original: originals[index] ?? path, path }));
        const names = [...assignNames(entries, none).values()];
        expect(new Set(names).size).toBe(entries.length);
      }),
    );
  });
});
