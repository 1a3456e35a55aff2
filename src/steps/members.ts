import { projectMissing } from '../failures/target.ts';
import type { Notice } from '../model/notice.ts';
import type { PlanItem, PlannedPerson, PlannedProject } from '../model/plan.ts';
import { rolesOfCollaborators, rolesOfMembers, rolesOfOwner, type WantedRole } from '../plan/roles.ts';
import { someOf } from '../text/nearest.ts';
import { checkRoles } from './members-check.ts';
import { groupMembers } from './group-members.ts';
import { giveRoles } from './members-give.ts';
import {
  peopleByLogin,
  planRoles,
  RolesData,
  RolesPart,
  tellOnly,
  widerRoles,
  type PlannedShare,
} from './members-part.ts';
import { isMade } from '../plan/made.ts';
import { knownTo, partOf, remark, type Place, type Planning, type Step } from './step.ts';

/** Gives collaborators their roles in a project, and opens it to the groups that collaborate. */
export const members: Step<RolesPart, RolesData, PlannedProject> = {
  name: 'members',
  title: 'Project members',
  of: 'project',
  stage: 'finish',
  part: RolesPart,
  data: RolesData,
  async plan(planning) {
    const { item, input, history, target } = planning;
    const { config } = input;
    if (!config.migrate.members || item.blocked !== null) return null;
    const people = peopleByLogin(input);
    const told = input.people.collaborators.get(item.id);
    const { people: direct, groups, unknown } = rolesOfCollaborators(told?.value ?? []);
    const { shares, absent } = sharesWith(groups, planning);
    const notices = [
      ...(told?.notices ?? []),
      ...(told !== undefined && told.value === null ? [untold(item.id)] : []),
      ...(unknown.length > 0 ? [unknownRoles(item.id, unknown)] : []),
      ...absent.map((owner) => withoutGroup(item.id, owner)),
    ];
    const made = isMade(history);
    const decided = await planRoles(
      {
        wanted: direct,
        shares,
        people,
        place: item.existing === null ? null : placeIn(item.existing),
        inherited: inheritedIn(planning, people),
        held: item.existing !== null && !made && !config.migrate.memberMails,
        open: null,
        known: knownTo(members, history),
      },
      item.id,
      target,
    );
    if (decided === null) return notices.length === 0 ? null : tellOnly(notices);
    return { ...decided, state: 'proven', notices: [...notices, ...decided.notices] };
  },
  drift: widerRoles,
  run(part, work) {
    return work.place === null
      ? Promise.resolve({ changed: false })
      : giveRoles(part, placeIn(work.place), work);
  },
  verify(part, { place, ...work }) {
    if (place === null) throw projectMissing(work.item.id, { target: work.item.fullPath });
    return checkRoles(part, placeIn(place), { ...work, place });
  },
};

function placeIn({ id, fullPath }: Pick<Place, 'id' | 'fullPath'>): {
  kind: 'project';
  id: number;
  fullPath: string;
} {
  return { kind: 'project', id, fullPath };
}

/** What a new project is going to have from its group, which gets its members first. */
function inheritedIn(
  { item, input }: Planning<PlannedProject>,
  people: ReadonlyMap<string, PlannedPerson>,
): Map<string, number> {
  const { owner } = item.repository;
  const placement = input.placements.get(owner);
  const told = input.people.members.get(owner);
  const ofGroup = rolesOfMembers(told?.value ?? [], input.config.migrate);
  const ofUser = placement?.owner.kind === 'user' ? rolesOfOwner(owner, people) : [];
  // A group that was there before may keep its new members out, and one whose members are unclear does.
  const sure = placement?.namespace === null && (told?.notices.length ?? 0) === 0;
  return new Map(sure ? [...ofGroup, ...ofUser].map(({ login, level }) => [login, level]) : []);
}

/** Groups by which others collaborate, and those of which nobody knows where they are on GitLab. */
function sharesWith(
  groups: readonly WantedRole[],
  { item, input }: Planning<PlannedProject>,
): { shares: PlannedShare[]; absent: string[] } {
  const shares: PlannedShare[] = [];
  const absent: string[] = [];
  for (const { login, level } of groups) {
    // Its own group has a role in it anyway.
    if (login === item.repository.owner) continue;
    const planned = input.placements.get(login);
    const group = planned === undefined ? input.history.items.get(login)?.target?.id : planned.namespace?.id;
    if (group === undefined && planned === undefined) absent.push(login);
    else {
      const now = item.existing?.sharedWith?.find(({ id }) => id === group)?.level ?? 0;
      shares.push({ owner: login, level, group: group ?? null, now });
    }
  }
  return { shares, absent };
}

function withoutGroup(id: string, owner: string): Notice {
  const message = `the group ${owner} has a role in it and is not on GitLab yet: once it is migrated (--group ${owner}), run the same command again`;
  return remark('role-without-group', id, message);
}

function unknownRoles(id: string, names: readonly string[]): Notice {
  return {
    code: 'role-unknown',
    object: id,
    message: `GitBucket does not tell which role these have: ${someOf(names)}`,
    fix: 'with "username" and "password" of an administrator in the config the roles are read exactly',
  };
}

function untold(id: string): Notice {
  return {
    code: 'collaborators-untold',
    object: id,
    message: 'GitBucket does not tell the token who collaborates in it',
    fix: 'use an administrator\'s token, or the owner\'s, or put "username" and "password" into the config',
  };
}

/** What is planned of roles in a group or project, and by which step; null when nothing is. */
export function plannedRoles(item: PlanItem): { step: string; part: RolesPart } | null {
  if (item.kind === 'person') return null;
  const { name: step } = item.kind === 'group' ? groupMembers : members;
  const part = item.kind === 'group' ? partOf(groupMembers, item) : partOf(members, item);
  return part && { step, part };
}
