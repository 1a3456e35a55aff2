import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { legalUsername, suggestUsername } from '../../../src/gitlab/rules/usernames.ts';
import type { TargetAccount } from '../../../src/model/accounts.ts';
import type { Person } from '../../../src/model/people.ts';
import type { PersonRow } from '../../../src/plan/match-people.ts';
import { planPeople, type PeopleInput } from '../../../src/plan/people.ts';

function person(
  login: string,
  address: string | null = `${login}@corp.example`,
  more: Partial<Person> = {},
): Person {
  return {
    login,
    fullName: null,
    mail: address === null ? null : { address, madeUp: /@(devnull|localhost)$/.test(address) },
    extraMails: null,
    administrator: false,
    disabled: false,
    signsInBy: 'password',
    identities: [],
    lastSignIn: null,
    createdAt: null,
    ...more,
  };
}

let nextId = 1;
function account(username: string, email = '', more: Partial<TargetAccount> = {}): TargetAccount {
  return {
    id: nextId++,
    username,
    email,
    active: true,
    admin: false,
    namespaceId: null,
    projectsLimit: null,
    state: 'active',
    external: false,
    publicEmail: '',
    commitEmail: '',
    confirmed: true,
    furtherEmails: [],
    providers: [],
    bot: false,
    ...more,
  };
}

function row(username: string, line = 2): PersonRow {
  return { line, username, provider: '', externUid: '' };
}

type Given = Partial<Omit<PeopleInput, 'config' | 'rows'>> & {
  users?: Record<string, string>;
  rows?: Record<string, PersonRow>;
  createUsers?: boolean;
};

function decide({ users = {}, rows = {}, createUsers = false, ...given }: Given) {
  const decided = planPeople({
    people: [],
    accounts: [],
    rows: new Map(Object.entries(rows)),
    config: {
      map: { owners: {}, repositories: {}, users, refs: {} },
      migrate: { createUsers } as PeopleInput['config']['migrate'],
      people: { file: null, providers: {} },
    },
    admin: true,
    takenNames: new Set(),
    ...given,
  });
  return decided.map(({ planned: { id, action, evidence, fullPath, reasons, blocked }, account: found }) => ({
    id,
    action,
    evidence,
    fullPath,
    why: reasons.join('; '),
    blocked: blocked?.message ?? null,
    account: found?.username ?? null,
  }));
}

describe('whose account it is', () => {
  test.each<[string, TargetAccount, string]>([
    ['first address', account('jd', 'Jane@Corp.example'), 'mail'],
    [
      'further address',
      account('jd', 'other@corp.example', { furtherEmails: ['jane@corp.example'] }),
      'mail',
    ],
    ['public address', account('jd', '', { publicEmail: 'jane@corp.example' }), 'public-mail'],
    ['commit address', account('jd', 'x@corp.example', { commitEmail: 'jane@corp.example' }), 'commit-mail'],
  ])('the same mail finds it: %s', (_, found, evidence) => {
    expect(
      decide({ people: [person('jane')], accounts: [found, account('jane', 'other@x.example')] }),
    ).toMatchObject([{ id: '@jane', action: 'use', evidence, fullPath: 'jd', account: 'jd' }]);
  });

  test('a further address is said to be one: an import that goes by the first address alone would miss it', () => {
    const found = account('jd', 'private@x.example', { furtherEmails: ['jane@corp.example'] });
    const [jane] = decide({ people: [person('jane')], accounts: [found] });
    expect(jane?.why).toContain('jane@corp.example as a further one');
  });

  test('config and file come before the mail, and the config before the file', () => {
    const accounts = [account('by-mail', 'jane@corp.example'), account('by-file'), account('by-config')];
    const people = [person('jane')];
    const rows = { jane: row('By-File') };
    expect(decide({ people, accounts, rows })).toMatchObject([{ evidence: 'file', fullPath: 'by-file' }]);
    expect(decide({ people, accounts, rows, users: { jane: 'by-config' } })).toMatchObject([
      { evidence: 'config', fullPath: 'by-config' },
    ]);
  });

  test('a name alone is a question, whatever is not known or differs', () => {
    const people = [person('jane'), person('joe', null), person('root', 'root@localhost')];
    const accounts = [
      account('Jane', 'j@other.example'),
      account('joe', 'joe@x.example'),
      account('root', 'r@x.example'),
    ];
    expect(decide({ people, accounts, createUsers: true }).map(({ action, why }) => [action, why])).toEqual([
      [
        'ask',
        'there is an account Jane, but it has another address (j@other.example, not jane@corp.example)',
      ],
      ['ask', 'there is an account joe, but GitBucket tells no mail address'],
      ['ask', 'there is an account root, but its mail address is made up'],
    ]);
    const [hidden] = decide({ people: [person('jane')], accounts: [account('jane')], admin: false });
    expect(hidden).toMatchObject({
      action: 'ask',
      why: expect.stringContaining('does not show its address to this token'),
    });
  });

  test('made-up addresses are never compared', () => {
    const people = [person('ldap', 'ldap@devnull')];
    expect(decide({ people, accounts: [account('x', 'ldap@devnull')] })).toMatchObject([{ action: 'none' }]);
  });

  test('two accounts for one person are a question, unless one has the name too', () => {
    const extraMails = [{ address: 'jane@home.example', madeUp: false }];
    const people = [person('jane', 'jane@corp.example', { extraMails })];
    const [one, two] = [account('a', 'jane@corp.example'), account('b', 'jane@home.example')];
    const [asked] = decide({ people, accounts: [one, two] });
    expect(asked).toMatchObject({ action: 'ask', account: null });
    expect(asked?.why).toContain('a (jane@corp.example), b (jane@home.example)');
    expect(decide({ people, accounts: [one, { ...two, username: 'jane' }] })).toMatchObject([
      { action: 'use', evidence: 'name-and-mail', account: 'jane' },
    ]);
  });

  test('two people for one account are a question, unless one of them has its name', () => {
    const people = [person('jane', 'team@corp.example'), person('joe', 'Team@corp.example')];
    expect(decide({ people, accounts: [account('ops', 'team@corp.example')] })).toMatchObject([
      { action: 'ask', why: expect.stringContaining('so does that of joe') },
      { action: 'ask', why: expect.stringContaining('so does that of jane') },
    ]);
    expect(decide({ people, accounts: [account('joe', 'team@corp.example')] })).toMatchObject([
      { action: 'ask' },
      { action: 'use', evidence: 'name-and-mail', account: 'joe' },
    ]);
  });

  test('an account that somebody gave to one person is not found for another, but may be given to two', () => {
    const people = [person('jane'), person('joe')];
    const accounts = [account('jd', 'joe@corp.example')];
    expect(decide({ people, accounts, users: { jane: 'jd' } })).toMatchObject([
      { action: 'use' },
      { action: 'ask', why: expect.stringContaining('said to be that of jane') },
    ]);
    expect(decide({ people, accounts, users: { jane: 'jd' }, rows: { joe: row('jd') } })).toMatchObject([
      { action: 'use', account: 'jd' },
      { action: 'use', account: 'jd' },
    ]);
  });

  test('an address that nobody has confirmed proves nothing', () => {
    const [jane] = decide({
      people: [person('jane')],
      accounts: [account('j', 'jane@corp.example', { confirmed: false })],
    });
    expect(jane).toMatchObject({ action: 'ask', why: expect.stringContaining('nobody has confirmed') });
  });

  test('accounts of programs are nobody’s', () => {
    const bot = account('bot', 'jane@corp.example', { bot: true });
    expect(decide({ people: [person('jane')], accounts: [bot] })).toMatchObject([{ action: 'none' }]);
  });

  test('blocked and external accounts are used, and said to be so', () => {
    const found = account('jane', 'jane@corp.example', { active: false, state: 'blocked', external: true });
    const [jane] = decide({ people: [person('jane')], accounts: [found] });
    expect(jane?.why).toMatch(/not active on GitLab: blocked.*external/);
  });

  test('a name in config or file that is no account is an error of that person', () => {
    const people = [person('jane'), person('joe')];
    expect(
      decide({ people, users: { jane: 'no' }, rows: { joe: row('nor', 7) }, createUsers: false }),
    ).toMatchObject([
      {
        action: 'ask',
        evidence: 'config',
        blocked: expect.stringContaining('"map.users" says that @jane is no'),
      },
      { action: 'ask', evidence: 'file', blocked: expect.stringContaining('row 7 of the file of people') },
    ]);
  });

  test('- in the file is nobody, on purpose', () => {
    const [jane] = decide({
      people: [person('jane')],
      accounts: [account('jane', 'jane@corp.example')],
      rows: { jane: row('-') },
      createUsers: true,
    });
    expect(jane).toMatchObject({ action: 'none', evidence: 'file', fullPath: '' });
  });
});

describe('accounts that will be made', () => {
  test('for whoever has no account and a real address, by an administrator who was asked to', () => {
    const people = [person('jane'), person('joe', null), person('sam', 'sam@devnull')];
    expect(decide({ people }).map(({ action }) => action)).toEqual(['none', 'none', 'none']);
    expect(decide({ people, createUsers: true, admin: false }).map(({ action }) => action)).toEqual([
      'none',
      'none',
      'none',
    ]);
    expect(decide({ people, createUsers: true })).toMatchObject([
      { action: 'create', fullPath: 'jane' },
      { action: 'none', why: expect.stringContaining('tells no mail address') },
      { action: 'none', why: expect.stringContaining('sam@devnull was made up') },
    ]);
  });

  test('under a legal name, which the file may choose', () => {
    const people = ['a..b', 'duo-bot', 'me.json', 'dashboard', 'x', 'jörg@corp.example', 'kim'].map((login) =>
      person(login, 'p@corp.example'),
    );
    const made = decide({ people, createUsers: true, rows: { kim: row('kimberly') } });
    expect(made.map(({ action, fullPath }) => `${action} ${fullPath}`)).toEqual([
      'create a.b',
      'create duobot',
      'create me-json',
      'create dashboard-user',
      'create x-user',
      'create jorg',
      'create kimberly',
    ]);
    expect(made[0]?.why).toContain('GitLab does not take the name a..b');
  });

  test('never under the name of a group, of somebody else, or of another new account', () => {
    const people = [person('team'), person('bob'), person('a.b'), person('a..b'), person('sue')];
    const accounts = [account('bob', 'bobby@corp.example'), account('robert', 'bob@corp.example')];
    const made = decide({
      people: [...people, person('bobby')],
      accounts,
      createUsers: true,
      takenNames: new Set(['team']),
      rows: { sue: row('a.b') },
    });
    expect(
      Object.fromEntries(made.map(({ id, action, fullPath }) => [id, `${action} ${fullPath}`.trim()])),
    ).toEqual({
      '@team': 'ask',
      '@bob': 'use robert',
      '@a.b': 'ask',
      '@a..b': 'ask',
      '@sue': 'create a.b',
      '@bobby': 'use bob',
    });
  });
});

test('whatever the login, the name of an account is legal, and always the same', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), (login) => {
      const name = suggestUsername(login);
      expect(legalUsername(name)).toEqual([]);
      expect(suggestUsername(login)).toBe(name);
    }),
    { numRuns: 1000 },
  );
});

test('nobody shares an account that nobody gave to both, and without a word a used account shows an address', () => {
  const names = fc.constantFrom('jane', 'Jane', 'joe', 'a', 'b');
  const mails = fc.constantFrom('jane@x.example', 'JOE@x.example', 'joe@x.example', 'c@devnull', '');
  const someone = fc.record({ login: names, mail: mails, extra: mails });
  const known = fc.record({ username: names, email: mails, further: mails, publicEmail: mails });
  fc.assert(
    fc.property(
      fc.uniqueArray(someone, { selector: ({ login }) => login }),
      fc.uniqueArray(known, { selector: ({ username }) => username.toLowerCase() }),
      fc.boolean(),
      (given, accountsGiven, createUsers) => {
        const people = given.map(({ login, mail, extra }) =>
          person(login, mail || null, {
            extraMails: extra === '' ? null : [{ address: extra, madeUp: false }],
          }),
        );
        const accounts = accountsGiven.map(({ username, email, further, publicEmail }) =>
          account(username, email, { furtherEmails: [further], publicEmail }),
        );
        const decided = decide({ people, accounts, createUsers });
        const used = decided.filter(({ action }) => action === 'use');
        expect(new Set(used.map(({ account: name }) => name)).size).toBe(used.length);
        for (const { evidence } of used) expect(evidence).not.toBe('nothing');
        const made = decided
          .filter(({ action }) => action === 'create')
          .map(({ fullPath }) => fullPath.toLowerCase());
        expect(new Set(made).size).toBe(made.length);
        for (const name of made)
          expect(accounts.some(({ username }) => username.toLowerCase() === name)).toBe(false);
      },
    ),
    { numRuns: 500 },
  );
});
