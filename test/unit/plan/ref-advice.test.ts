import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { renameAdvice, removeAdvice, shellWord } from '../../../src/plan/ref-advice.ts';
import { refusal } from '../../../src/plan/ref-names.ts';

const CONTEXT = { defaultBranch: 'main', preference: 'main' };
const SHA = '267208abfe40e546f5e847444276f7d43a39503e';

let dir = '';

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'ref-advice-'));
});

afterEach(() => {
  rmSync(dir, { recursive: true, force: true });
});

function run(command: string, args: string[], cwd = dir): string {
  const identity = { GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@example.com' };
  const committer = { GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a@example.com' };
  const env = { ...process.env, ...identity, ...committer };
  const result = spawnSync(command, args, { cwd, env, encoding: 'utf8' });
  expect(result.stderr + String(result.status)).toMatch(/0$/);
  return result.stdout.trim();
}

/** A bare repository with a branch main and the given refs, and a clone of it. */
function repositoryWith(refs: readonly string[]): string {
  run('git', ['init', '-q', '--bare', '-b', 'main', 'source.git']);
  run('git', ['clone', '-q', 'source.git', 'clone']);
  const clone = join(dir, 'clone');
  run('git', ['commit', '-q', '--allow-empty', '-m', 'first'], clone);
  run('git', ['push', '-q', 'origin', 'HEAD:refs/heads/main'], clone);
  run('git', ['commit', '-q', '--allow-empty', '-m', 'second'], clone);
  run('git', ['tag', '-m', 'annotated', 'made'], clone);
  for (const ref of refs) {
    const object = ref.startsWith('refs/tags/') ? 'refs/tags/made' : 'HEAD';
    run('git', ['push', '-q', 'origin', `${object}:${ref}`], clone);
  }
  return run('git', ['for-each-ref', '--format=%(refname) %(objectname)'], join(dir, 'source.git'));
}

function commandOf(fix: string): string {
  return fix.slice(fix.indexOf('git fetch'));
}

describe('the advice for a refused ref', () => {
  test.each([
    ['refs/heads/HEAD', 'refs/heads/branch-HEAD'],
    ['refs/heads/-x', 'refs/heads/branch-x'],
    ['refs/heads/refs/heads/x', 'refs/heads/branch-x'],
    [`refs/heads/${SHA}`, `refs/heads/branch-${SHA}`],
    ['refs/tags/main', 'refs/tags/tag-main'],
    ["refs/heads/-'$(touch pwned)`touch pwned`;touch${IFS}pwned".replaceAll(' ', '${IFS}'), null],
  ])('on %s really renames it, with the same object', (ref, renamed) => {
    const before = repositoryWith([ref]);
    const clone = join(dir, 'clone');
    run('git', ['fetch', '-q', '--refmap=', 'origin', '+refs/heads/main:refs/remotes/origin/main'], clone);
    run('git', ['symbolic-ref', 'refs/remotes/origin/HEAD', 'refs/remotes/origin/main'], clone);
    const ownMain = run('git', ['rev-parse', 'origin/main'], clone);
    const fix = refusal(ref, CONTEXT)?.fix ?? '';
    run('/bin/sh', ['-c', commandOf(fix)], clone);
    const after = run('git', ['for-each-ref', '--format=%(refname) %(objectname)'], join(dir, 'source.git'));
    const id = before
      .split('\n')
      .find((line) => line.startsWith(`${ref} `))
      ?.slice(ref.length + 1);
    const others = before.split('\n').filter((line) => !line.startsWith(`${ref} `));
    const added = after.split('\n').filter((line) => !others.includes(line));
    expect(added).toEqual([expect.stringMatching(new RegExp(`^refs/(heads/branch|tags/tag)-.* ${id}$`))]);
    expect(renamed === null || added[0] === `${renamed} ${id}`).toBe(true);
    expect(after.split('\n')).toEqual(expect.arrayContaining(others));
    run('git', ['fetch', '-q', 'origin'], clone);
    expect(run('git', ['rev-parse', 'origin/HEAD'], clone)).toBe(ownMain);
    expect(existsSync(join(clone, 'pwned'))).toBe(false);
  });

  test('works in a clone where an old branch stands in the way', () => {
    repositoryWith(['refs/heads/-x']);
    const clone = join(dir, 'clone');
    run('git', ['update-ref', '-d', 'refs/remotes/origin/-x'], clone);
    run('git', ['update-ref', 'refs/remotes/origin/-x/old', 'HEAD'], clone);
    run('/bin/sh', ['-c', commandOf(refusal('refs/heads/-x', CONTEXT)?.fix ?? '')], clone);
    expect(run('git', ['ls-remote', '--heads', 'origin'], clone)).toContain('refs/heads/branch-x');
  });

  test('proposes a name that is still free', () => {
    const taken = new Set(['refs/heads/branch-HEAD', 'refs/heads/branch-HEAD-2']);
    const fix = refusal('refs/heads/HEAD', { ...CONTEXT, isTaken: (ref) => taken.has(ref) })?.fix;
    expect(fix).toContain('FETCH_HEAD:refs/heads/branch-HEAD-3');
  });

  test('says that GitBucket does not let its default branch be deleted', () => {
    const fix = refusal('refs/heads/HEAD', { ...CONTEXT, sourceHead: 'refs/heads/HEAD' })?.fix;
    expect(fix).toContain('choose another default branch in its GitBucket settings');
    expect(refusal('refs/heads/HEAD', CONTEXT)?.fix).not.toContain('choose another default branch');
  });

  test('does not offer git commands for a name that git refuses', () => {
    const fix = refusal('refs/heads/a.lock/b', CONTEXT)?.fix;
    expect(fix).toContain('refs/heads/branch-a-lock/b');
    expect(fix).not.toContain('git fetch');
  });

  test('proposes a name that GitLab takes, for any refused name', () => {
    const name = fc.stringMatching(
      /^([-a./~ @{[]|\.lock|HEAD|refs\/heads\/|refs\/tags\/|[0-9a-f]{40}){1,5}$/,
    );
    fc.assert(
      fc.property(name, fc.constantFrom('heads', 'tags'), (candidate, space) => {
        const advice = renameAdvice(`refs/${space}/${candidate}`, false, {});
        const renamed = /make (refs\/\S+) at/.exec(advice)?.[1] ?? '';
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
