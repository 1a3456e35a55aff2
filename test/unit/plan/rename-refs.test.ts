import { describe, expect, test } from 'vitest';
import type { RefListing, Repository } from '../../../src/model/forge.ts';
import { renameRefs, withRenamedDefault } from '../../../src/plan/refs.ts';

const [A, B, C] = ['a'.repeat(40), 'b'.repeat(40), 'c'.repeat(40)];

function listing(refs: Record<string, string>, head: string | null = null): RefListing {
  return { refs: new Map(Object.entries(refs)), head };
}

describe('refs that the config renames', () => {
  test('travel under their new names, HEAD and the default branch with them', () => {
    const renames = { 'refs/heads/HEAD': 'refs/heads/branch-HEAD' };
    const renamed = renameRefs(
      listing({ 'refs/heads/HEAD': A, 'refs/heads/main': B }, 'refs/heads/HEAD'),
      renames,
    );
    expect(renamed).toEqual({
      ...listing({ 'refs/heads/branch-HEAD': A, 'refs/heads/main': B }, 'refs/heads/branch-HEAD'),
      renamed: new Map(Object.entries(renames)),
    });
    const repository: Repository = {
      owner: 'team',
      name: 'app',
      description: '',
      private: true,
      defaultBranch: 'HEAD',
    };
    expect(withRenamedDefault(repository, renamed, renames).defaultBranch).toBe('branch-HEAD');
    expect(withRenamedDefault({ ...repository, defaultBranch: 'main' }, renamed, renames).defaultBranch).toBe(
      'main',
    );
  });

  test('may swap their names', () => {
    const renames = { 'refs/heads/a': 'refs/heads/b', 'refs/heads/b': 'refs/heads/a' };
    const renamed = renameRefs(listing({ 'refs/heads/a': A, 'refs/heads/b': B }), renames);
    expect(renamed).toEqual({
      ...listing({ 'refs/heads/b': A, 'refs/heads/a': B }),
      renamed: new Map(Object.entries(renames)),
    });
  });

  test('never take the place of another one, and none is lost', () => {
    const renames = {
      'refs/heads/a': 'refs/heads/main',
      'refs/heads/b': 'refs/heads/a',
      'refs/heads/gone': 'refs/heads/x',
    };
    const renamed = renameRefs(
      listing({ 'refs/heads/a': A, 'refs/heads/b': B, 'refs/heads/main': C }),
      renames,
    );
    expect(renamed.refs).toEqual(
      new Map([
        ['refs/heads/a', A],
        ['refs/heads/b', B],
        ['refs/heads/main', C],
      ]),
    );
    expect(renamed.warnings).toEqual([
      '"map.refs" names refs/heads/gone, which does not exist in the repository',
      '"map.refs" cannot rename refs/heads/a to refs/heads/main: that ref already exists',
      '"map.refs" cannot rename refs/heads/b to refs/heads/a: that ref already exists',
    ]);
  });

  test('of which two want the same name, only the first gets it', () => {
    const renames = { 'refs/tags/a': 'refs/tags/x', 'refs/tags/b': 'refs/tags/x' };
    const renamed = renameRefs(listing({ 'refs/tags/a': A, 'refs/tags/b': B }), renames);
    expect(renamed.refs).toEqual(
      new Map([
        ['refs/tags/x', A],
        ['refs/tags/b', B],
      ]),
    );
    expect(renamed.warnings).toHaveLength(1);
  });
});
