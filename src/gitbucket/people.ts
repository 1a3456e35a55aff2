import { isServerTrouble } from '../failures/index.ts';
import type { Avatar, Mail, People, Person, Session, SshKey, Told, Via } from '../model/people.ts';
import type { Http } from '../net/http.ts';
import { isTurnedAway, type GitBucketApi } from './client.ts';
import type { GitBucketDatabase, Row } from './database.ts';
import { accountsOn, type ListedAccount } from './html.ts';
import type { User } from './schema.ts';
import type { GitBucketSession } from './session.ts';

/** By what people and settings can be read. */
export type Sources = {
  api: GitBucketApi;
  /** Sends no token: pages take none (GB-165). */
  web: Http;
  session: GitBucketSession;
  database: GitBucketDatabase;
};

export function told<T>(value: T, via: Via, ...others: Via[]): Told<T> {
  return { value, via: [via, ...others], notices: [] };
}

/** Nothing tells it. */
export function untold<T>(): Told<T> {
  return { value: null, via: [], notices: [] };
}

/** Signs in, and tries what only an administrator gets: the table that is needed anyway, or the page of old versions. */
export async function readSession({ session, database }: Sources): Promise<Session> {
  if (session.user === null) return { state: 'none', notices: [] };
  if ((await session.cookie()) === null) return { state: 'refused', notices: session.notices() };
  const seen = (await database.rows('ACCOUNT')) ?? (await session.ownPage('/admin/users'));
  return { state: seen === null ? 'user' : 'administrator', notices: [] };
}

/**
 * Everybody who is no group. With an administrator's login the database tells (three queries), or the page of all
 * accounts; the API shows those that are enabled (GB-40), since 4.30 (GB-49). Read once.
 */
export async function readPeople({ api, session, database }: Sources): Promise<Told<People>> {
  const rows = await database.rows('ACCOUNT');
  if (rows !== null) {
    const users = rows.filter((row) => row.flag('GROUP_ACCOUNT') !== true);
    const people = await Promise.all(users.map((row) => personOf(row, database)));
    return told({ people: people.sort(byLogin), disabledToo: true }, 'database');
  }
  const page = await session.ownPage('/admin/users?includeRemoved=true&includeGroups=true');
  const listed = page === null ? null : accountsOn(page);
  if (listed !== null) {
    const people = listed.filter(({ group }) => !group).map((account) => listedPerson(account));
    return told({ people: people.sort(byLogin), disabledToo: true }, 'session');
  }
  const users = await api.users();
  if (users === null) return untold();
  return told({ people: users.map((user) => shownPerson(user)).sort(byLogin), disabledToo: false }, 'api');
}

async function personOf(row: Row, database: GitBucketDatabase): Promise<Person> {
  const login = row.text('USER_NAME') ?? '';
  // Old versions have neither (GB-242).
  const mails = await database.rowsOf('ACCOUNT_EXTRA_MAIL_ADDRESS', login);
  const identities = (await database.rowsOf('ACCOUNT_FEDERATION', login)) ?? [];
  return {
    login,
    fullName: row.text('FULL_NAME'),
    mail: mailOf(row.text('MAIL_ADDRESS')),
    extraMails: mails?.flatMap((each) => mailOf(each.text('EXTRA_MAIL_ADDRESS')) ?? []) ?? null,
    administrator: row.flag('ADMINISTRATOR'),
    disabled: row.flag('REMOVED') === true,
    signsInBy: signsInBy(row.text('SIGN_IN'), identities.length > 0),
    identities: identities.map((each) => ({
      issuer: each.text('ISSUER') ?? '',
      subject: each.text('SUBJECT') ?? '',
    })),
    lastSignIn: row.text('LAST_LOGIN_DATE'),
    createdAt: row.text('REGISTERED_DATE'),
  };
}

/** Only who came from outside has no password here (GB-57). */
function signsInBy(password: string | null, federated: boolean): Person['signsInBy'] {
  if (federated || password === 'dummy') return 'federation';
  return password === 'none' ? 'directory' : 'password';
}

const unknown = { fullName: null, extraMails: null, signsInBy: null, identities: [], lastSignIn: null };

function listedPerson({ login, fullName, mail, administrator, disabled, lastSignIn }: ListedAccount): Person {
  const shown = { login, fullName, mail: mailOf(mail), administrator, disabled, lastSignIn };
  return { ...unknown, createdAt: null, ...shown };
}

function shownPerson({ login, email, site_admin: administrator, created_at: createdAt }: User): Person {
  const shown = { administrator: administrator ?? null, createdAt: createdAt ?? null };
  return { ...unknown, login, mail: mailOf(email), disabled: false, ...shown };
}

/** Those of groups and of LDAP users without one, and that of the account that every server begins with (GB-53, GB-56). */
const madeUp = /@(?:(?:ldap-)?devnull|localhost)$/i;

function mailOf(address: string | null): Mail | null {
  const text = address?.trim() ?? '';
  return text === '' ? null : { address: text, madeUp: madeUp.test(text) };
}

/** The SSH keys of an account; without an administrator's login the public page has them, since 4.25 and without titles (GB-55). */
export async function readSshKeys(
  { web, session, database }: Sources,
  login: string,
): Promise<Told<SshKey[]>> {
  const rows = await database.rowsOf('SSH_KEY', login);
  if (rows !== null) {
    const keys = rows.map((row) => ({ title: row.text('TITLE'), key: keyOf(row) }));
    return told(keys, 'database');
  }
  const cookie = await session.cookie();
  const path = `/${encodeURIComponent(login)}.keys`;
  const answer = await web.send({ method: 'GET', path, headers: { cookie } }).catch((error: unknown) => {
    if (isTurnedAway(error)) return null;
    throw error;
  });
  const { status, headers = {}, body } = { ...answer };
  if (status !== 200 || typeof body !== 'string' || !/^text\/plain\b/.test(headers['content-type'] ?? ''))
    return untold();
  const lines = body.split('\n').map((line) => line.trim());
  const keys = lines.filter((line) => line !== '').map((key) => ({ title: null, key }));
  return told(keys, cookie === null ? 'page' : 'session');
}

/** The text of a key, whichever of the two queries brought it. */
export function keyOf(row: Row): string {
  return (row.text('KEY_TEXT') ?? row.text('PUBLIC_KEY') ?? '').trim();
}

/**
 * The picture of a user or a group, with nothing asked where the database knows that there is none. Otherwise only its
 * type may tell whether GitBucket drew it (GB-54, GB-59).
 */
export async function readAvatar({ web, session, database }: Sources, login: string): Promise<Told<Avatar>> {
  const [row] = (await database.rowsOf('ACCOUNT', login)) ?? [];
  const custom = row === undefined ? null : (row.text('IMAGE') ?? '') !== '';
  if (custom === false) return told({ custom, picture: null }, 'database');
  const cookie = await session.cookie();
  const path = `/${encodeURIComponent(login)}/_avatar`;
  const expects = { type: 'image/*', isWhole: () => true };
  const request = { method: 'GET', path, headers: { cookie }, expects } as const;
  const answer = await web.send(request).catch((error: unknown) => {
    // One whose file is gone.
    if (isTurnedAway(error) || isServerTrouble(error)) return null;
    throw error;
  });
  if (answer?.status !== 200 || !Buffer.isBuffer(answer.body)) return untold();
  const type = (answer.headers['content-type'] ?? '').split(';', 1)[0]?.trim() ?? '';
  const surely = type === 'image/png' ? custom : true;
  const via = cookie === null ? 'page' : 'session';
  const value = { custom: surely, picture: { type, bytes: answer.body } };
  return row === undefined ? told(value, via) : told(value, 'database', via);
}

function byLogin(one: { login: string }, other: { login: string }): number {
  if (one.login === other.login) return 0;
  return one.login < other.login ? -1 : 1;
}
