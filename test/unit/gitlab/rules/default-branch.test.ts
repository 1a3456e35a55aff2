import { expect, test } from 'vitest';
import { effectiveDefaultBranch } from '../../../../src/gitlab/rules/ref-names.ts';

test.each<[string[], string | null, string | null, string | null]>([
  [['main', 'trunk', 'dev'], 'trunk', 'dev', 'trunk'],
  [['main', 'dev'], 'trunk', 'dev', 'dev'],
  [['main', 'master', 'a'], 'trunk', 'gone', 'main'],
  [['master', 'a'], null, null, 'master'],
  [['z', 'b', 'a/x'], null, null, 'a/x'],
  [[], 'main', 'main', null],
])(
  'of the branches %j, with %s wanted and HEAD on %s, the default one is %s',
  (names, wanted, head, expected) => {
    const refs = [...names.map((name) => `refs/heads/${name}`), 'refs/tags/main', 'refs/notes/commits'];
    expect(effectiveDefaultBranch(refs, wanted, head)).toBe(expected);
  },
);
