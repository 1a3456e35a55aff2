import type { Config } from '../config/schema.ts';
import { accountMissing } from '../failures/people.ts';
import { legalUsername, suggestUsername } from '../gitlab/rules/usernames.ts';
import type { TargetAccount } from '../model/accounts.ts';
import type { Notice } from '../model/notice.ts';
import type { Person } from '../model/people.ts';
import { personId, type Evidence, type PersonAction, type PlannedPerson } from '../model/plan.ts';
import {
  matchAccounts,
  nobodyWord,
  usableMails,
  wordAbout,
  type Match,
  type MatchInput,
} from './match-people.ts';
import { firstSignIn } from './sign-in.ts';

export type PeopleInput = MatchInput & {
  config: Pick<Config, 'map' | 'migrate' | 'people'>;
  /** Paths at the top that are not those of users, in lower case: no account can be created there. */
  takenNames: ReadonlySet<string>;
};

export type DecidedPerson = {
  planned: PlannedPerson;
  /** The account that is theirs; null when there is none, or it is yet to be made. */
  account: TargetAccount | null;
};

/**
 * What has to be looked for on GitLab before anything can be decided: accounts by their names and addresses, and names that
 * accounts may be given. A word of somebody needs no evidence; the name of a login is looked for since it may be in the way.
 */
export function wantedOf(
  people: readonly Person[],
  { rows, config }: Pick<PeopleInput, 'rows' | 'config'>,
): { usernames: string[]; mails: string[]; newNames: string[] } {
  const asked: Person[] = [];
  const said: string[] = [];
  for (const person of people) {
    const word = wordAbout(person, { rows, config });
    if (word === null) asked.push(person);
    else if (word.username !== nobodyWord) said.push(word.username);
  }
  const logins = asked.map(({ login }) => login);
  return {
    usernames: [...said, ...logins],
    mails: asked.flatMap(usableMails),
    newNames: [...said, ...logins.map(usernameFor)],
  };
}

/** Under which name an account of this login can be made, if it is free. */
function usernameFor(login: string): string {
  return legalUsername(login).length === 0 ? login : suggestUsername(login);
}

/** Decides for everybody whose account is theirs, and by what that is known; in the order of the people. */
export function planPeople(input: PeopleInput): DecidedPerson[] {
  const matches = matchAccounts(input);
  const names = namesOfNew(input, matches);
  return input.people.map((person) => {
    const match = matches.get(person.login) ?? { kind: 'nobody', reasons: [] };
    const decision = decide(person, match, names.get(person.login) ?? null, input);
    const account = decision.action === 'use' && match.kind === 'account' ? match.account : null;
    return { planned: planned(person, decision, account, input), account };
  });
}

type Decision = {
  action: PersonAction;
  evidence: Evidence;
  /** Of the account that is used or will be made; empty without one. */
  username: string;
  reasons: string[];
  blocked: Notice | null;
  /** Accounts that may be theirs, when somebody must say so. */
  candidates?: string[];
};

function planned(
  person: Person,
  decision: Decision,
  account: TargetAccount | null,
  input: PeopleInput,
): PlannedPerson {
  const { action, evidence, username, reasons, blocked } = decision;
  const identity = action === 'create' ? identityOf(person, input) : null;
  return {
    kind: 'person',
    id: personId(person.login),
    person,
    fullPath: account?.username ?? username,
    name: nameOf(person),
    reasons: [...reasons, ...(account === null ? [] : stateReasons(account))],
    blocked,
    steps: [],
    action,
    evidence,
    ...(decision.candidates && { candidates: decision.candidates }),
    existing: account && {
      id: account.id,
      username: account.username,
      state: account.state,
      external: account.external,
    },
    ...(identity && { identity }),
    firstSignIn: firstSignIn(person, {
      action,
      username: account?.username ?? username,
      providers: identity === null ? (account?.providers ?? []) : [identity.provider],
    }),
  };
}

/** By which a sign-in will find a new account: what the file says, or what GitBucket knows of the same provider. */
function identityOf(
  { login, identities }: Person,
  { rows, config }: PeopleInput,
): NonNullable<PlannedPerson['identity']> | null {
  const row = rows.get(login);
  if (row !== undefined && row.provider !== '') return { provider: row.provider, externUid: row.externUid };
  for (const { issuer, subject } of identities) {
    const provider = Object.hasOwn(config.people.providers, issuer) ? config.people.providers[issuer] : '';
    if (provider && subject !== '') return { provider, externUid: subject };
  }
  return null;
}

/**
 * Whose account may still be created, by the names in lower case that it would need: nothing else must have them before
 * (GL-281).
 */
export function stillComing(people: readonly PlannedPerson[]): Map<string, PlannedPerson> {
  const coming = people.filter(
    ({ action, evidence, person }) =>
      !person.disabled && (action === 'ask' || (action === 'none' && evidence !== 'file')),
  );
  return new Map(
    coming.flatMap((planned) => {
      const { login } = planned.person;
      return [login, usernameFor(login)].map((name) => [name.toLowerCase(), planned] as const);
    }),
  );
}

/** How people call the person. */
function nameOf({ login, fullName }: Person): string {
  const name = fullName?.trim() ?? '';
  return name === '' ? login : name;
}

function stateReasons({ username, state, external }: TargetAccount): string[] {
  return [
    ...(state === 'active' ? [] : [`the account ${username} is not active on GitLab: ${state}`]),
    ...(external ? [`the account ${username} is external: it does not see internal projects`] : []),
  ];
}

function decide(person: Person, match: Match, name: NewName | null, input: PeopleInput): Decision {
  const none = { username: '', blocked: null };
  if (match.kind === 'account')
    return { action: 'use', evidence: match.evidence, username: '', reasons: match.reasons, blocked: null };
  if (match.kind === 'ask') {
    const { reasons, candidates } = match;
    return { ...none, action: 'ask', evidence: 'nothing', reasons, candidates };
  }
  if (match.kind === 'never') return { ...none, action: 'none', evidence: 'file', reasons: match.reasons };
  const why = whyNotMade(person, input);
  if (match.kind === 'missing') return decideMissing(person, match, why, name);
  const base = { evidence: 'nothing' as const, blocked: null };
  const reasons = [...match.reasons];
  if (why !== null) return { ...base, action: 'none', username: '', reasons: [...reasons, why] };
  if (name?.why) return { ...base, action: 'ask', username: '', reasons: [...reasons, name.why] };
  const username = name?.username ?? person.login;
  if (username !== person.login)
    reasons.push(`GitLab does not take the name ${person.login}: the account will be ${username}`);
  return { ...base, action: 'create', username, reasons };
}

/** Somebody named an account that is not there: it is made under that name where that is allowed. */
function decideMissing(
  { login }: Person,
  match: Match & { kind: 'missing' },
  why: string | null,
  name: NewName | null,
): Decision {
  const { username, evidence, where } = match;
  if (evidence === 'file' && why === null && !name?.why) {
    const reason = `${where} names an account that does not exist yet: it will be created`;
    return { action: 'create', evidence, username, reasons: [reason], blocked: null };
  }
  const detail = evidence === 'file' ? (name?.why ?? why ?? '') : '';
  const { notice } = accountMissing(personId(login), { username, where, detail: detail && ` (${detail})` });
  return { action: 'ask', evidence, username: '', reasons: [], blocked: notice };
}

/** Null when an account may be made. */
function whyNotMade(person: Person, { config, admin }: PeopleInput): string | null {
  if (!config.migrate.createUsers) return 'GitLab has no account that can be told to be theirs';
  if (!admin) return 'accounts can be created with the token of a GitLab administrator only';
  if (usableMails(person).length > 0) return null;
  if (person.mail === null) return 'GitBucket tells no mail address, and GitLab demands one for an account';
  return `the mail address ${person.mail.address} was made up by GitBucket: no account can be created with it`;
}

/** Under which name an account would be made, or why not. */
type NewName = { username: string; why?: string };

/** Names of the accounts that would be made: legal, free, and each once. */
function namesOfNew(input: PeopleInput, matches: ReadonlyMap<string, Match>): Map<string, NewName> {
  const names = new Map<string, NewName>();
  const users = new Map(input.accounts.map((account) => [account.username.toLowerCase(), account]));
  const claimed = new Map<string, string>();
  const wanted = input.people.flatMap((person) => {
    const match = matches.get(person.login);
    if (match?.kind === 'missing') return [{ login: person.login, username: match.username, said: true }];
    if (match?.kind !== 'nobody') return [];
    return [{ login: person.login, username: usernameFor(person.login), said: false }];
  });
  // What somebody wrote comes first, then the names that stay as they are.
  const rank = (each: (typeof wanted)[number]): number => {
    if (each.said) return 0;
    return each.username === each.login ? 1 : 2;
  };
  for (const { login, username } of [...wanted].sort((a, b) => rank(a) - rank(b))) {
    const [violation] = legalUsername(username);
    const small = username.toLowerCase();
    const other = claimed.get(small);
    const name = (why: string): NewName => ({ username, why });
    if (violation !== undefined)
      names.set(login, name(`GitLab does not take the name ${username}: ${violation.message}`));
    else if (users.has(small))
      names.set(login, name(`the name ${username} is that of somebody else's account`));
    else if (input.takenNames.has(small)) names.set(login, name(`the name ${username} is that of a group`));
    else if (other !== undefined)
      names.set(login, name(`the name ${username} is also to be that of ${other}`));
    else {
      claimed.set(small, login);
      names.set(login, { username });
    }
  }
  return names;
}
