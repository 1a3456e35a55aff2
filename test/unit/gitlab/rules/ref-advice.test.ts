import { spawnSync } from 'node:child_process';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Config } from '../../../../src/config/schema.ts';
import { renameAdvice, removeAdvice, refusal } from '../../../../src/gitlab/rules/ref-names.ts';
import { shellWord } from '../../../../src/text/format.ts';

const CONTEXT = { repository: 'team/app', reserved: 'main' };
const SHA = '267208abfe40e546f5e847444276f7d43a39503e';

/** The new name that the config knows for the ref, once the advice has been pasted into it. */
function pasted(fix: string | undefined, ref: string): string | undefined {
  const servers = { source: { url: 'https://a.example.com' }, target: { url: 'https://b.example.com' } };
  const config = Config.parse({ ...servers, ...(JSON.parse(`{${fix ?? ''}}`) as object) });
  return config.map.refs['team/app']?.[ref];
}

describe('the advice for a refused ref', () => {
  test.each([
    ['refs/heads/HEAD', 'refs/heads/branch-HEAD'],
    ['refs/heads/-x', 'refs/heads/branch-x'],
    ['refs/heads/refs/heads/x', 'refs/heads/branch-x'],
    [`refs/heads/${SHA}`, `refs/heads/branch-${SHA}`],
    ['refs/tags/main', 'refs/tags/tag-main'],
    ['refs/heads/a.lock/b', 'refs/heads/branch-a-lock/b'],
  ])('on %s can be pasted into the config', (ref, renamed) => {
    expect(pasted(refusal(ref, CONTEXT)?.fix, ref)).toBe(renamed);
  });

  test('proposes a name that is still free', () => {
    const taken = new Set(['refs/heads/branch-HEAD', 'refs/heads/branch-HEAD-2']);
    const fix = refusal('refs/heads/HEAD', { ...CONTEXT, isTaken: (ref) => taken.has(ref) })?.fix;
    expect(pasted(fix, 'refs/heads/HEAD')).toBe('refs/heads/branch-HEAD-3');
  });

  test('proposes a name that GitLab takes, for any refused name', () => {
    const name = fc.stringMatching(
      /^([-a./~ @{["]|\.lock|HEAD|refs\/heads\/|refs\/tags\/|[0-9a-f]{40}){1,5}$/,
    );
    fc.assert(
      fc.property(name, fc.constantFrom('heads', 'tags'), (candidate, space) => {
        const ref = `refs/${space}/${candidate}`;
        const renamed = pasted(renameAdvice(ref, CONTEXT), ref) ?? '';
        expect(renamed).not.toBe('');
        expect(refusal(renamed, CONTEXT)).toBeNull();
      }),
      { numRuns: 300 },
    );
  });
});

describe('words for the shell', () => {
  test.each([
    ['refs/heads/main', 'refs/heads/main'],
    [':refs/tags/v1', ':refs/tags/v1'],
    ['a b', "'a b'"],
    ["it's", String.raw`'it'\''s'`],
    ['$(x)', "'$(x)'"],
    ['', "''"],
  ])('%j is written %s', (word, expected) => {
    expect(shellWord(word)).toBe(expected);
  });

  test('mean themselves to a real shell', () => {
    const words = fc.array(fc.stringMatching(/^[a$'"`\\;&|<>(){}*?!~# \n-]{0,8}$/), { maxLength: 3 });
    fc.assert(
      fc.property(words, (list) => {
        const script = `printf '%s\\0' x ${list.map(shellWord).join(' ')}`;
        const output = spawnSync('/bin/sh', ['-c', script], { encoding: 'utf8' }).stdout;
        expect(output).toBe(['x', ...list].map((word) => `${word}\0`).join(''));
      }),
      { numRuns: 50 },
    );
  });

  test('are used where a ref is to be removed from the target', () => {
    expect(removeAdvice("refs/tags/it's")).toContain(String.raw`git push origin ':refs/tags/it'\''s'`);
  });
});

test('no two refs are advised to take one name, and the same ref is always advised the same', () => {
  const proposed = new Map<string, string>();
  const advised = (ref: string) => pasted(renameAdvice(ref, { ...CONTEXT, proposed }), ref);
  const [dash, twice] = ['refs/heads/-x', 'refs/heads/refs/heads/x'] as const;
  expect(advised(dash)).toBe('refs/heads/branch-x');
  expect(advised(twice)).toBe('refs/heads/branch-x-2');
  expect(advised(dash)).toBe('refs/heads/branch-x');
});
