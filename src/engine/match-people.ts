import type { Config } from '../config/schema.ts';
import type { TargetAccount } from '../model/accounts.ts';
import type { Owner } from '../model/forge.ts';
import type { Member, Collaborator, People, Person, Told } from '../model/people.ts';
import type { PlannedPerson } from '../model/plan.ts';
import type { Survey, TargetIdentity } from '../model/target.ts';
import type { PersonRow } from '../plan/match-people.ts';
import { planPeople, wantedOf } from '../plan/people.ts';

/** Who is there, and which account is theirs. */
export type MatchedPeople = {
  planned: PlannedPerson[];
  /** Accounts that exist, by the login of the person. */
  accounts: ReadonlyMap<string, TargetAccount>;
};

export type ConcernedInput = {
  /** With something to move, or wanted for themselves. */
  owners: readonly Owner[];
  people: Told<People>;
  members: ReadonlyMap<string, Told<Member[]>>;
  collaborators: ReadonlyMap<string, Told<Collaborator[]>>;
  /** True when the whole server is migrated. */
  all: boolean;
  /** Who is meant besides, if they are still there. */
  named?: readonly string[] | undefined;
};

/**
 * Everybody who has to do with what is migrated, by login: owners of repositories, members of groups, collaborators; of a
 * whole server everybody with an account.
 */
export function concernedPeople(input: ConcernedInput): Person[] {
  const { owners, people, members, collaborators, all, named = [] } = input;
  const known = new Map((people.value?.people ?? []).map((person) => [person.login, person]));
  const owning = new Map(owners.filter(({ kind }) => kind === 'user').map((owner) => [owner.login, owner]));
  const logins = new Set([
    ...owning.keys(),
    ...[...members.values()].flatMap(({ value }) => (value ?? []).map(({ login }) => login)),
    ...[...collaborators.values()].flatMap(({ value }) =>
      (value ?? []).flatMap(({ name, kind }) => (kind === 'user' ? [name] : [])),
    ),
    ...(all ? known.keys() : named.filter((login) => known.has(login))),
  ]);
  // The list without disabled accounts is complete otherwise (GB-40).
  const missing = people.value !== null && !people.value.disabledToo;
  return [...logins]
    .sort()
    .map((login) => known.get(login) ?? stranger(login, owning.get(login), missing && !owning.has(login)));
}

/** Somebody of whom there is no more than a name. */
function stranger(login: string, owner: Owner | undefined, disabled: boolean): Person {
  const address = owner?.email ?? '';
  return {
    login,
    fullName: null,
    mail: address === '' ? null : { address, madeUp: false },
    extraMails: null,
    administrator: null,
    disabled,
    signsInBy: null,
    identities: [],
    lastSignIn: null,
    createdAt: owner?.createdAt ?? null,
  };
}

export type MatchOptions = {
  survey: Survey;
  identity: TargetIdentity;
  config: Config;
  rows: ReadonlyMap<string, PersonRow>;
};

/** Looks for the accounts of these people, and decides which is whose. */
export async function matchPeople(
  people: readonly Person[],
  { survey, identity, config, rows }: MatchOptions,
): Promise<MatchedPeople> {
  const { admin } = identity.user;
  const { usernames, mails, newNames } = wantedOf(people, { rows, config });
  const accounts = await survey.accounts({ usernames, mails });
  const takenNames = new Set<string>();
  if (config.migrate.createUsers && admin) {
    const users = new Set(accounts.map(({ username }) => username.toLowerCase()));
    const open = newNames.filter((name) => !users.has(name.toLowerCase()));
    for (const path of (await survey.groupsAt(open)).keys()) takenNames.add(path);
  }
  const decided = planPeople({ people, accounts, rows, config, admin, takenNames });
  return {
    planned: decided.map(({ planned }) => planned),
    accounts: new Map(
      decided.flatMap(({ planned, account }) => (account === null ? [] : [[planned.person.login, account]])),
    ),
  };
}
