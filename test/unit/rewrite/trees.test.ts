import { expect, it } from 'vitest';
import { fixEntries } from '../../../src/rewrite/trees.ts';

function fixed(...rows: string[]): string[] {
  const entries = rows.map((row) => {
    const [mode = '', name = '', id = 'a'] = row.split('|');
    return { mode, name: Buffer.from(name, 'latin1'), id: id.repeat(40).slice(0, 40) };
  });
  return fixEntries(entries, (id) => id.startsWith('e')).map(
    ({ mode, name, id }) => `${mode}|${name.toString('latin1')}|${id.slice(0, 1)}`,
  );
}

it('entries are sorted as git sorts them: a folder as if its name ended in a slash', () => {
  expect(fixed('100644|b|a', '40000|a|b', '100644|a.c|c', '100644|a0|d')).toEqual([
    '100644|a.c|c',
    '40000|a|b',
    '100644|a0|d',
    '100644|b|a',
  ]);
});

it('the same entry twice is one, another one of its name gets a name beside it', () => {
  expect(fixed('100644|a|1', '100644|a|1', '100755|a|2')).toEqual(['100644|a|1', '100755|a~22222222|2']);
});

it('modes are those that git knows', () => {
  expect(
    fixed('0100644|a|1', '100664|b|1', '100775|c|1', '0040000|d|1', '0120000|e|1', '160000|f|1'),
  ).toEqual(['100644|a|1', '100644|b|1', '100755|c|1', '40000|d|1', '120000|e|1', '160000|f|1']);
});

it('names that may not be checked out get others, all others stay', () => {
  const names = ['.git', '.GIT', 'GIT~1', '.g\xe2\x80\x8cit', '..', '.', '', 'a/b'];
  const got = names.map((name) => fixed(`100644|${name}|1`)[0]?.split('|')[1]);
  expect(got).toEqual(['_git', '_GIT', '_IT~1', '_git', '__', '_', '_', 'a_b']);
  const kept = ['.github', '.gitignore', 'git~10', 'x.git', '...', 'a\xe4', '.gitmodules'];
  expect(kept.map((name) => fixed(`100644|${name}|1`)[0]?.split('|')[1])).toEqual(kept);
});

it('a link, or a content that git refuses, is no .gitmodules; and nothing is where there is no object', () => {
  expect(fixed('120000|.gitmodules|1')).toEqual(['120000|_gitmodules|1']);
  expect(fixed('100644|.gitmodules|e', '100644|other|e')).toEqual(['100644|_gitmodules|e', '100644|other|e']);
  expect(fixed('160000|lost|0', '100644|kept|1')).toEqual(['100644|kept|1']);
});
