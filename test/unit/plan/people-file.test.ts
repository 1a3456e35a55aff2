import * as fc from 'fast-check';
import papaparse from 'papaparse';
import { describe, expect, test } from 'vitest';
import type { PlannedPerson } from '../../../src/model/plan.ts';
import { idleRows } from '../../../src/plan/idle-rows.ts';
import { parsePeopleFile, renderPeopleFile } from '../../../src/plan/people-file.ts';

function planned(login: string, more: Partial<PlannedPerson> = {}, fullName = login): PlannedPerson {
  return {
    kind: 'person',
    id: `@${login}`,
    person: {
      login,
      fullName,
      mail: { address: `${login}@corp.example`, madeUp: false },
      extraMails: null,
      administrator: false,
      disabled: false,
      signsInBy: 'password',
      identities: [],
      lastSignIn: null,
      createdAt: null,
    },
    fullPath: '',
    name: fullName,
    reasons: [],
    blocked: null,
    steps: [],
    action: 'none',
    evidence: 'nothing',
    existing: null,
    firstSignIn: 'cannot sign in: there is no account',
    ...more,
  };
}

const found = planned('jane', {
  action: 'use',
  evidence: 'mail',
  fullPath: 'jdoe',
  reasons: ['same address'],
});

function parsed(text: string) {
  return parsePeopleFile(text, 'people.csv');
}

describe('reading', () => {
  test.each([
    ['commas', ',', '', '\n'],
    ['semicolons and CRLF', ';', '', '\r\n'],
    ['a byte order mark and tabs', '\t', '\u{FEFF}', '\r\n'],
  ])('%s', (_, mark, start, end) => {
    const lines = [
      ['LOGIN', 'full_name', 'gitlab_username', 'provider', 'extern_uid'],
      ['jane', '"Doe, Jane; ""JD"""', '@jdoe', 'ldapmain', '"uid=jane,ou=people"'],
      ['', '', '', '', ''],
      ['joe', '', '-', '', ''],
      ['kim', 'Kim', '', '', ''],
    ];
    const file = parsed(`${start}${lines.map((cells) => cells.join(mark)).join(end)}${end}`);
    expect([...file.rows]).toEqual([
      ['jane', { line: 2, username: 'jdoe', provider: 'ldapmain', externUid: 'uid=jane,ou=people' }],
      ['joe', { line: 4, username: '-', provider: '', externUid: '' }],
      ['kim', { line: 5, username: '', provider: '', externUid: '' }],
    ]);
  });

  test.each([
    [
      'a column of others with the mark of another kind in its name',
      'login,gitlab_username,"note; mine"\njane,jdoe,\n',
    ],
    ['columns that only look used', 'login;gitlab_username;;\njane;jdoe;;\n'],
    ['names with a blank around them', ' login ;Gitlab_Username\njane;jdoe\n'],
  ])('%s', (_, text) => {
    expect([...parsed(text).rows]).toEqual([
      ['jane', { line: 2, username: 'jdoe', provider: '', externUid: '' }],
    ]);
  });

  test('each wrong row is named with number, column and way out, all at once', () => {
    const text = [
      'login,gitlab_username,provider,extern_uid',
      'jane,jane@corp.example,,',
      ',x,,',
      'joe,a b,,',
      'kim,kim,ldapmain,',
      'kim2,kim,,uid=kim',
      'joan,joan,,,,more',
      'joan,joan,,',
      'joan,joan,,',
    ].join('\n');
    expect(() => parsed(text)).toThrow(
      [
        'the file of people people.csv cannot be used (problems: 7):',
        '  - row 2, column gitlab_username: must be a user name of GitLab, not a mail address; - for nobody, empty to decide by evidence',
        '  - row 3, column login: is empty: it must be the login on GitBucket',
        '  - row 4, column gitlab_username: must be one user name of GitLab; - for nobody, empty to decide by evidence',
        '  - row 5, column extern_uid: is empty, but provider is not',
        '  - row 6, column provider: is empty, but extern_uid is not',
        '  - row 7: it has more cells than there are columns; quote cells that hold the separator',
        '  - row 9, column login: joan is in row 8 too; leave one of them',
      ].join('\n'),
    );
  });

  test.each([
    ['no head', 'jane,jdoe\n', 'there is no column login'],
    ['nothing', '', 'there is no column login'],
    ['a column twice', 'login,gitlab_username,login\n', 'the column login is there twice'],
    ['a quote that never ends', 'login,gitlab_username\njane,"jdoe\n', 'row 2: Quoted field unterminated'],
  ])('%s', (_, text, message) => {
    expect(() => parsed(text)).toThrow(message);
  });
});

describe('writing', () => {
  test('everybody with evidence, what happens, and room for a word', () => {
    const text = renderPeopleFile(null, [
      found,
      planned('joe', { action: 'ask', reasons: ['another address'] }),
    ]);
    expect(text?.split('\r\n')).toEqual([
      '\u{FEFF}login,full_name,mails,disabled,administrator,gitlab_username,provider,extern_uid,account,evidence,what_happens,at_first_sign_in',
      'jane,jane,jane@corp.example,no,no,,,,jdoe,mail,the account jdoe is used; same address,cannot sign in: there is no account',
      expect.stringMatching(
        /^joe,.*,,,,,nothing,"nothing: write into gitlab_username which account it is, or - for none; another address",/,
      ),
      '',
    ]);
  });

  test('nothing when nothing changed, and nothing without people', () => {
    expect(renderPeopleFile(null, [])).toBeNull();
    const text = renderPeopleFile(null, [found]) ?? '';
    expect(renderPeopleFile(parsed(text), [found])).toBeNull();
    // As another program writes the same.
    const { data } = papaparse.parse<string[]>(text.replace('\u{FEFF}', '').trimEnd());
    const again = papaparse.unparse(data, { delimiter: ';', newline: '\n', quotes: true });
    expect(renderPeopleFile(parsed(again), [found])).toBeNull();
    expect(renderPeopleFile(parsed(again), [])).toBeNull();
  });

  test('the words of the administrator, other columns, other people and the way of writing stay', () => {
    const text =
      'login;Note, mine;gitlab_username;account;provider\nzoe;left in May;-;;\njane;- ask her;jd;old;ldapmain\n';
    const head = text
      .replace('provider\n', 'provider;extern_uid\n')
      .replace('ldapmain\n', 'ldapmain;u=1\n')
      .replace(';-;;', ';-;;;');
    const rendered = renderPeopleFile(parsed(head), [found, planned('joe')]) ?? '';
    const lines = rendered.split('\n');
    expect(lines[0]).toBe(
      'login;Note, mine;gitlab_username;account;provider;extern_uid;full_name;mails;disabled;administrator;evidence;what_happens;at_first_sign_in',
    );
    expect(lines[1]).toBe('zoe;left in May;-;;;;;;;;;;');
    expect(lines[2]).toMatch(/^jane;- ask her;jd;jdoe;ldapmain;u=1;jane;/);
    expect(lines[3]).toMatch(/^joe;;;;/);
    expect(lines).toHaveLength(5);
  });

  test('no cell is a formula, whatever people are called', () => {
    const formulas = ['=1+1', '+1', '-1', '@x', '\tx'];
    fc.assert(
      fc.property(
        fc.uniqueArray(
          fc
            .string({ minLength: 1, unit: 'grapheme' })
            .map((text) => text.trim())
            .filter((text) => text !== '' && !text.includes('\r')),
          { minLength: 1 },
        ),
        fc.oneof(fc.constantFrom(...formulas), fc.string({ unit: 'grapheme' })),
        (logins, name) => {
          const people = logins.map((login) => planned(login, {}, name));
          const text = renderPeopleFile(null, people) ?? '';
          const file = parsed(text);
          expect([...file.rows.keys()]).toEqual(logins);
          const { data } = papaparse.parse<string[]>(text.replace('\u{FEFF}', ''));
          expect(data.flat().filter((cell) => cell !== '-' && /^[=+@\-\t]/.test(cell))).toEqual([]);
          expect(renderPeopleFile(file, people)).toBeNull();
        },
      ),
    );
  });
});

test('a row about a login that GitBucket does not show is told, with the nearest one', () => {
  const { rows } = parsed('login,gitlab_username\njnae,jdoe\njoe,joe\nzoe,-\nsam,\nJoan,-\n');
  expect(idleRows(rows, ['jane', 'joe', 'joan'])).toEqual([
    'row 2 of the file of people is about jnae, whom GitBucket does not show (did you mean jane?)',
    'row 6 of the file of people is about Joan, whom GitBucket does not show (did you mean joan?)',
  ]);
});
