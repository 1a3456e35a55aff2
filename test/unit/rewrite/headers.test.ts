import { describe, expect, it } from 'vitest';
import { fixCommit, fixTag } from '../../../src/rewrite/headers.ts';

const [tree, parent, other] = ['a'.repeat(40), 'b'.repeat(40), 'c'.repeat(40)];
const ada = 'Ada <ada@example.com> 1600000000 +0200';
const none = new Map<string, string>();

function commit(author: string, { committer = ada, message = 'text\n', more = '' } = {}): string {
  return `tree ${tree}\nparent ${parent}\nauthor ${author}\ncommitter ${committer}\n${more}\n${message}`;
}

function author(written: string): string | undefined {
  return /^author (.*)$/m.exec(fixCommit(commit(written), true, none).text)?.[1];
}

describe('people and dates that git refuses', () => {
  it.each([
    ['Ada <ada@example.com> 16x +0000', 'Ada <ada@example.com> 1600000000 +0000'],
    ['Ada <ada@example.com> 01500000000 +0100', 'Ada <ada@example.com> 1500000000 +0100'],
    ['Ada <ada@example.com> 99999999999999999999 +0100', 'Ada <ada@example.com> 1600000000 +0100'],
    ['Ada <ada@example.com> 1500000000 +1234567', 'Ada <ada@example.com> 1500000000 +0000'],
    ['Ada <ada@example.com>1500000000 +0000', 'Ada <ada@example.com> 1500000000 +0000'],
    ['Ada <ada@example.com>', 'Ada <ada@example.com> 1600000000 +0000'],
    ['Ada 1500000000 +0000', 'Ada <> 1500000000 +0000'],
    ['Ada', 'Ada <> 1600000000 +0000'],
    ['<ada@example.com> 1500000000 +0000', 'ada <ada@example.com> 1500000000 +0000'],
    ['Ada<ada@example.com> 1500000000 +0000', 'Ada <ada@example.com> 1500000000 +0000'],
    ['Ada <Ada <ada@example.com>> 1500000000 +0000', 'Ada <Adaada@example.com> 1500000000 +0000'],
    ['<> 1500000000 +0000', 'unknown <> 1500000000 +0000'],
    [ada, ada],
  ])('%s', (written, wanted) => {
    expect(author(written)).toBe(wanted);
  });

  it('have somebody, the other one where there is only one, and the second author as a trailer', () => {
    const alone = `tree ${tree}\ncommitter ${ada}\n\ntext\n`;
    expect(fixCommit(alone, true, none).text).toBe(`tree ${tree}\nauthor ${ada}\ncommitter ${ada}\n\ntext\n`);
    const two = commit(`${ada}\nauthor Bob <bob@example.com> 1500000000 +0000`);
    expect(fixCommit(two, true, none).text).toBe(
      commit(ada, { message: 'text\n\nCo-authored-by: Bob <bob@example.com>\n' }),
    );
  });
});

it('NUL characters become blanks, and a header that never ends is ended', () => {
  expect(fixCommit(commit(ada, { message: 'a\0b' }), true, none).text).toBe(commit(ada, { message: 'a b' }));
  const open = `tree ${tree}\nauthor ${ada}\ncommitter ${ada}\n`;
  expect(fixCommit(open, true, none).text).toBe(`${open}\n`);
});

it('a good commit changes nothing but the ids, whatever else it holds', () => {
  const more = 'encoding ISO-8859-1\nHG:extra one\n two\n';
  const odd = commit('Ada  <ada@example.com> 1500000000 +9999', { more, message: 'no end \xe4' });
  const ids = new Map([[parent, other]]);
  expect(fixCommit(odd, false, ids)).toEqual({ text: odd.replace(parent, other), signed: false });
});

it('a signature goes with the id that it was made for', () => {
  const more = 'gpgsig -----BEGIN PGP SIGNATURE-----\n \n abc\n -----END PGP SIGNATURE-----\nencoding x\n';
  const signed = fixCommit(commit(ada, { more }), false, new Map([[parent, other]]));
  expect(signed).toEqual({
    text: commit(ada, { more: 'encoding x\n' }).replace(parent, other),
    signed: true,
  });
  const tag = `object ${parent}\ntype commit\ntag v1\ntagger ${ada}\n\none\n`;
  const end = '-----BEGIN PGP SIGNATURE-----\nabc\n-----END PGP SIGNATURE-----\n';
  expect(fixTag(tag + end, false, new Map([[parent, other]]))).toEqual({
    text: tag.replace(parent, other),
    signed: true,
  });
  expect(fixTag(tag.replace(ada, 'Ada 1x'), true, none).text).toContain('tagger Ada 1x <> 0 +0000');
});
