import type { Config } from '../config/schema.ts';
import type { TargetAccount } from '../model/accounts.ts';
import type { Person } from '../model/people.ts';
import type { Evidence } from '../model/plan.ts';

/** What is known of somebody's account. */
export type Match =
  | { kind: 'account'; account: TargetAccount; evidence: Evidence; reasons: string[] }
  /** Somebody named an account that does not exist. */
  | { kind: 'missing'; username: string; evidence: 'config' | 'file'; where: string }
  /** There is one that may be theirs, or more than one. */
  | { kind: 'ask'; reasons: string[]; candidates: string[] }
  /** Somebody said that there is none. */
  | { kind: 'never'; reasons: string[] }
  | { kind: 'nobody'; reasons: string[] };

/** What an administrator wrote about one person into the file of people. */
export type PersonRow = {
  /** Number of the row in the file, for whoever looks for it. */
  line: number;
  /** Empty: decide by evidence; `-`: nobody's account, on purpose. */
  username: string;
  /** For an account that is created; empty when unknown. */
  provider: string;
  externUid: string;
};

/** The word of the file for "this person has no account and gets none". */
export const nobodyWord = '-';

export type MatchInput = {
  people: readonly Person[];
  /** Every account that may be one of theirs. */
  accounts: readonly TargetAccount[];
  /** By login. */
  rows: ReadonlyMap<string, PersonRow>;
  config: Pick<Config, 'map'>;
  /** May the token create accounts, and see addresses that are not public? */
  admin: boolean;
};

/** One account that shows an address of the person. */
type Hit = { account: TargetAccount; evidence: MailEvidence; mail: string; further: boolean };
type MailEvidence = 'mail' | 'public-mail' | 'commit-mail';

/**
 * Which account is whose, by login: what somebody said in config or file, else the same mail address, which counts for
 * nothing where it leads to several accounts or several people and no name decides between them. A name alone is a
 * question.
 */
export function matchAccounts(input: MatchInput): Map<string, Match> {
  const matches = new Map<string, Match>();
  for (const person of input.people) {
    const said = saidOf(person, input);
    if (said !== null) matches.set(person.login, said);
  }
  const rest = input.people.filter(({ login }) => !matches.has(login));
  const owners = new Map<number, string>();
  for (const [login, match] of matches) if (match.kind === 'account') owners.set(match.account.id, login);
  const byMail = accountsByMail(input.accounts);
  const hits = new Map(rest.map((person) => [person.login, hitsOf(person, byMail)]));
  const rivals = rivalsOf(hits);
  for (const person of rest) {
    const match = byHits(person, hits.get(person.login) ?? [], { owners, rivals });
    if (match !== null) matches.set(person.login, match);
  }
  for (const [login, match] of matches) if (match.kind === 'account') owners.set(match.account.id, login);
  for (const person of rest)
    if (!matches.has(person.login)) matches.set(person.login, byName(person, owners, input));
  return matches;
}

/** Addresses by which the person can be recognised, in lower case. */
export function usableMails({ mail, extraMails }: Person): string[] {
  const all = [...(mail === null ? [] : [mail]), ...(extraMails ?? [])];
  const real = all.filter(({ madeUp, address }) => !madeUp && address.includes('@'));
  return [...new Set(real.map(({ address }) => address.trim().toLowerCase()))];
}

type Word = { username: string; evidence: 'config' | 'file'; where: string };

/** What config or file say of somebody; null when they say nothing. */
export function wordAbout(
  { login }: Person,
  { rows, config }: Pick<MatchInput, 'rows' | 'config'>,
): Word | null {
  if (Object.hasOwn(config.map.users, login))
    return { username: config.map.users[login] ?? '', evidence: 'config', where: '"map.users"' };
  const row = rows.get(login);
  if (row === undefined || row.username === '') return null;
  return { username: row.username, evidence: 'file', where: `row ${row.line} of the file of people` };
}

function saidOf(person: Person, input: MatchInput): Match | null {
  const word = wordAbout(person, input);
  if (word === null) return null;
  const { username, evidence, where } = word;
  if (evidence === 'file' && username === nobodyWord)
    return { kind: 'never', reasons: [`${where} says that the person gets no account`] };
  const account = input.accounts.find((each) => same(each.username, username));
  if (account === undefined) return { kind: 'missing', username, evidence, where };
  return { kind: 'account', account, evidence, reasons: [`${where} names the account ${account.username}`] };
}

type Shown = { account: TargetAccount; evidence: MailEvidence; further: boolean };

function accountsByMail(accounts: readonly TargetAccount[]): Map<string, Shown[]> {
  const found = new Map<string, Shown[]>();
  function add(address: string, shown: Shown): void {
    const mail = address.trim().toLowerCase();
    if (mail === '') return;
    const known = found.get(mail) ?? [];
    if (!known.some(({ account }) => account.id === shown.account.id)) known.push(shown);
    found.set(mail, known);
  }
  for (const account of accounts.filter(({ bot }) => !bot)) {
    add(account.email, { account, evidence: 'mail', further: false });
    for (const mail of account.furtherEmails) add(mail, { account, evidence: 'mail', further: true });
    add(account.publicEmail, { account, evidence: 'public-mail', further: false });
    add(account.commitEmail, { account, evidence: 'commit-mail', further: false });
  }
  return found;
}

/** Each account once, by the first address that leads to it. */
function hitsOf(person: Person, byMail: ReadonlyMap<string, Shown[]>): Hit[] {
  const hits = usableMails(person).flatMap((mail) =>
    (byMail.get(mail) ?? []).map((shown) => ({ ...shown, mail })),
  );
  return hits.filter(
    (hit, index) => hits.findIndex(({ account }) => account.id === hit.account.id) === index,
  );
}

/** The people whom addresses lead to one account, by its id. */
function rivalsOf(hits: ReadonlyMap<string, readonly Hit[]>): Map<number, string[]> {
  const rivals = new Map<number, string[]>();
  for (const [login, list] of hits)
    for (const { account } of list) rivals.set(account.id, [...(rivals.get(account.id) ?? []), login]);
  return rivals;
}

type Claims = { owners: ReadonlyMap<number, string>; rivals: ReadonlyMap<number, string[]> };

function byHits(person: Person, hits: readonly Hit[], { owners, rivals }: Claims): Match | null {
  const named = hits.find(({ account }) => same(account.username, person.login));
  const hit = named ?? hits[0];
  if (hit === undefined) return null;
  const { account, mail } = hit;
  const owner = owners.get(account.id);
  // One person may have two accounts on the source.
  if (owner !== undefined && named === undefined)
    return ask(
      [account],
      `its address ${mail} leads to ${account.username}, which is said to be that of ${owner}`,
    );
  if (named === undefined && hits.length > 1) {
    const names = hits.map((each) => `${each.account.username} (${each.mail})`).join(', ');
    return ask(
      hits.map((each) => each.account),
      `its addresses lead to several accounts: ${names}`,
    );
  }
  const others = (rivals.get(account.id) ?? []).filter((login) => login !== person.login);
  if (others.length > 0 && !decides(person, others, account))
    return ask(
      [account],
      `its address ${mail} leads to ${account.username}, and so does that of ${others.join(', ')}`,
    );
  if (!account.confirmed && same(account.email, mail))
    return ask(
      [account],
      `the account ${account.username} has its address ${mail}, but nobody has confirmed that on GitLab`,
    );
  const evidence = others.length > 0 || hits.length > 1 ? 'name-and-mail' : hit.evidence;
  return { kind: 'account', account, evidence, reasons: [reasonOf(hit)] };
}

/** Does the name say which of several people has the account? */
function decides({ login }: Person, others: readonly string[], { username }: TargetAccount): boolean {
  return same(username, login) && !others.some((other) => same(username, other));
}

function reasonOf({ account: { username }, mail, evidence, further }: Hit): string {
  if (further)
    return `the account ${username} has the address ${mail} as a further one; an import into GitLab that goes by the first address alone would not find it`;
  const which = { mail: 'address', 'public-mail': 'public address', 'commit-mail': 'commit address' }[
    evidence
  ];
  return `the account ${username} has the same ${which}, ${mail}`;
}

/** A name alone proves nothing. */
function byName(person: Person, owners: ReadonlyMap<number, string>, { accounts, admin }: MatchInput): Match {
  const account = accounts.find(({ username }) => same(username, person.login));
  if (account === undefined) return { kind: 'nobody', reasons: [] };
  const owner = owners.get(account.id);
  const { username } = account;
  if (owner !== undefined)
    return { kind: 'nobody', reasons: [`the account ${username} is that of ${owner}`] };
  const [mail] = usableMails(person);
  const shown = account.email || account.publicEmail;
  if (mail === undefined) {
    const why = person.mail === null ? 'GitBucket tells no mail address' : 'its mail address is made up';
    return ask([account], `there is an account ${username}, but ${why}`);
  }
  if (shown === '')
    return ask(
      [account],
      `there is an account ${username}, but GitLab does not show its address${admin ? '' : ' to this token'}`,
    );
  return ask(
    [account],
    `there is an account ${username}, but it has another address (${shown}, not ${mail})`,
  );
}

function ask(accounts: readonly TargetAccount[], reason: string): Match {
  return { kind: 'ask', reasons: [reason], candidates: accounts.map(({ username }) => username) };
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
