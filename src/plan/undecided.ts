import type { Config } from '../config/schema.ts';
import { personUndecided } from '../failures/people.ts';
import type { Owner } from '../model/forge.ts';
import type { Notice } from '../model/notice.ts';
import type { PlannedGroup, PlannedPerson } from '../model/plan.ts';
import type { Placement } from './groups.ts';
import type { PlanInput } from './input.ts';
import { stillComing } from './people.ts';

/** May the repositories of this owner go into a personal namespace? */
export function mayBePersonal({ kind, login }: Owner, { map, userRepositories }: Config): boolean {
  return kind === 'user' && map.owners[login] === undefined && userRepositories !== 'group';
}

/**
 * Why the repositories of this owner cannot be placed before it is known whose account is whose: a group never takes the
 * name that somebody's account would need (GL-281).
 */
export function undecided(
  placement: Placement,
  { people: { planned }, config }: Pick<PlanInput, 'people' | 'config'>,
): Notice | null {
  const { owner, kind, namespace, parent, fullPath } = placement;
  if (kind === 'user' || namespace !== null) return null;
  const person =
    owner.kind === 'user' ? planned.find((each) => each.person.login === owner.login) : undefined;
  if (person?.blocked) return person.blocked;
  const coming = stillComing(planned);
  const taken = parent === null ? coming.get(fullPath.toLowerCase()) : undefined;
  if (taken !== undefined)
    return personUndecided(fullPath, {
      login: taken.person.login,
      detail: taken.reasons.join('; '),
      other: `and a group ${fullPath} would keep an account of that name from being created`,
    }).notice;
  const own = config.userRepositories === 'personal' && mayBePersonal(owner, config);
  if (!own || person === undefined || coming.get(owner.login.toLowerCase()) !== person) return null;
  const other = 'and the config wants personal namespaces';
  return personUndecided(fullPath, { login: owner.login, detail: person.reasons.join('; '), other }).notice;
}

export type Namesake = { login: string; account: string };

/** Owners of new groups who may have an account that they are not known by. */
export function namesakesOf(groups: readonly PlannedGroup[], people: readonly PlannedPerson[]): Namesake[] {
  const byLogin = new Map(people.map((each) => [each.person.login, each]));
  return groups.flatMap(({ id, existing, namespaceKind, blocked }) => {
    const [account, ...more] = byLogin.get(id)?.candidates ?? [];
    const asked = existing === null && namespaceKind === 'group' && blocked === null;
    return asked && account !== undefined && more.length === 0 ? [{ login: id, account }] : [];
  });
}

/** The piece of the config that says that they are the same people. */
export function samePeoplePiece(people: readonly Namesake[]): string {
  const users = people.map(({ login, account }) => `${JSON.stringify(login)}: ${JSON.stringify(account)}`);
  return `"map": {"users": {${users.join(', ')}}}`;
}

/** Why the owner's repositories are not in a personal namespace. */
export function personReasons(
  { owner, kind, namespace }: Placement,
  { people }: Pick<PlanInput, 'people'>,
): string[] {
  if (owner.kind !== 'user' || kind === 'user' || namespace !== null) return [];
  const person = people.planned.find((each) => each.person.login === owner.login);
  if (person === undefined || person.action !== 'ask') return [];
  const [account] = person.candidates ?? [];
  const piece =
    account === undefined ? '' : `; if it is theirs: ${samePeoplePiece([{ login: owner.login, account }])}`;
  return [`${person.reasons.join('; ')}${piece}`];
}
