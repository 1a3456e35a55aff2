import type { Config } from '../config/schema.ts';
import { developerLevel, maintainerLevel, ownerLevel, reporterLevel } from '../model/levels.ts';
import type { Collaborator, Member, Role } from '../model/people.ts';
import type { PlannedPerson } from '../model/plan.ts';
import { someOf } from '../text/nearest.ts';

/** A role of the source, as the level of GitLab that it becomes (GL-111). */
export type WantedRole = { login: string; level: number };

/** Which of them somebody can get, and who gets none for which reason. */
export type ResolvedRoles = {
  roles: (WantedRole & { account: number | null })[];
  without: { login: string; why: string }[];
};

const ofCollaborators = {
  admin: maintainerLevel,
  developer: developerLevel,
  guest: reporterLevel,
} as const satisfies Record<Role, number>;

/** Managers become Owners, the others what the config says; of whom nobody can tell is no manager. */
export function rolesOfMembers(members: readonly Member[], { memberRole }: Config['migrate']): WantedRole[] {
  const usual = memberRole === 'maintainer' ? maintainerLevel : developerLevel;
  return highest(
    members.map(({ login, manager }) => ({ login, level: manager === true ? ownerLevel : usual })),
  );
}

/** Roles of people and of groups; names of those whose role nobody can tell, who may have it through a group. */
export function rolesOfCollaborators(collaborators: readonly Collaborator[]): {
  people: WantedRole[];
  groups: WantedRole[];
  unknown: string[];
} {
  const known = collaborators.flatMap(({ name, kind, role }) =>
    role === null ? [] : [{ kind, login: name, level: ofCollaborators[role] }],
  );
  const of = (wanted: Collaborator['kind']): WantedRole[] =>
    highest(known.filter(({ kind }) => kind === wanted));
  const unknown = collaborators.flatMap(({ name, role }) => (role === null ? [name] : []));
  return { people: of('user'), groups: of('group'), unknown };
}

/** One role for each, the highest of those that it has. */
export function highest(roles: readonly WantedRole[]): WantedRole[] {
  const levels = new Map<string, number>();
  for (const { login, level } of roles) levels.set(login, Math.max(level, levels.get(login) ?? 0));
  return [...levels].map(([login, level]) => ({ login, level }));
}

/** In these states an account can do nothing, whatever its roles (GL-283); who is deactivated comes back with a login. */
const unusable: Readonly<Record<string, string>> = {
  blocked: 'is blocked on GitLab',
  ldap_blocked: 'is blocked on GitLab by LDAP',
  banned: 'is banned on GitLab',
  blocked_pending_approval: 'waits for approval on GitLab',
};

/** Why a role would be of no use to an account in this state; null when it would. */
export function whyUnusable({ username, state }: { username: string; state: string }): string | null {
  const why = unusable[state];
  return why === undefined ? null : `the account ${username} ${why}`;
}

/** Whose account gets which role; nobody gets one that cannot work. */
export function resolveRoles(
  wanted: readonly WantedRole[],
  people: ReadonlyMap<string, PlannedPerson>,
): ResolvedRoles {
  const resolved: ResolvedRoles = { roles: [], without: [] };
  for (const role of wanted) {
    const person = people.get(role.login);
    const why = whyNone(person);
    if (why !== null) resolved.without.push({ login: role.login, why });
    else resolved.roles.push({ ...role, account: person?.existing?.id ?? null });
  }
  return resolved;
}

function whyNone(person: PlannedPerson | undefined): string | null {
  if (person === undefined) return 'nobody of that name is known on GitBucket';
  if (person.person.disabled) return 'disabled on GitBucket';
  if (person.action === 'ask' || person.blocked !== null) return 'it must be decided which account is theirs';
  if (person.action === 'none') return 'no account on GitLab';
  return person.existing === null ? null : whyUnusable(person.existing);
}

/** `alice, bob: no account on GitLab; carol: disabled on GitBucket` */
export function reasonsOf(without: ResolvedRoles['without']): string {
  const byReason = new Map<string, string[]>();
  for (const { login, why } of without) byReason.set(why, [...(byReason.get(why) ?? []), login]);
  return [...byReason].map(([why, logins]) => `${someOf(logins.toSorted())}: ${why}`).join('; ');
}

/** A user whose repositories lie in a group, for want of a personal namespace or by the config, owns that group. */
export function rolesOfOwner(login: string, people: ReadonlyMap<string, PlannedPerson>): WantedRole[] {
  const action = people.get(login)?.action;
  return action === 'use' || action === 'create' ? [{ login, level: ownerLevel }] : [];
}
