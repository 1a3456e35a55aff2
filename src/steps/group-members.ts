import { groupMissing } from '../failures/target.ts';
import type { Notice } from '../model/notice.ts';
import type { PlannedGroup } from '../model/plan.ts';
import type { MemberPlace } from '../model/target-members.ts';
import { rolesOfMembers, rolesOfOwner, type WantedRole } from '../plan/roles.ts';
import { checkRoles } from './members-check.ts';
import { giveRoles } from './members-give.ts';
import { peopleByLogin, planRoles, RolesData, RolesPart, tellOnly, widerRoles } from './members-part.ts';
import { isGroupMade } from '../plan/made.ts';
import { knownTo, type Place, type Planning, type Step } from './step.ts';

/** Gives the members of a group their roles in it: managers become Owners. */
export const groupMembers: Step<RolesPart, RolesData, PlannedGroup> = {
  name: 'group-members',
  title: 'Group members',
  of: 'group',
  stage: 'finish',
  part: RolesPart,
  data: RolesData,
  async plan(planning) {
    const { item, input, history, target } = planning;
    if (!input.config.migrate.members || item.namespaceKind === 'user' || item.blocked !== null) return null;
    const { wanted, open, notices } = wantedIn(planning);
    const made = isGroupMade(history);
    const decided = await planRoles(
      {
        wanted,
        shares: [],
        people: peopleByLogin(input),
        place: item.existing === null ? null : placeIn({ id: item.existing, fullPath: item.fullPath }),
        held: item.existing !== null && !made && !input.config.migrate.memberMails,
        open,
        known: knownTo(groupMembers, history),
      },
      item.id,
      target,
    );
    if (decided === null) return notices.length === 0 ? null : tellOnly(notices);
    const state = decided.part.open === null ? 'proven' : 'blocked';
    return { ...decided, state, notices: [...notices, ...decided.notices] };
  },
  drift: widerRoles,
  run(part, work) {
    if (work.place === null) return Promise.resolve({ changed: false });
    return giveRoles(part, placeIn(work.place), work);
  },
  verify(part, work) {
    const { item, place } = work;
    if (place === null) throw groupMissing(item.id, { target: item.fullPath });
    return checkRoles(part, placeIn(place), work);
  },
};

function placeIn({ id, fullPath }: Pick<Place, 'id' | 'fullPath'>): MemberPlace {
  return { kind: 'group', id, fullPath };
}

type Wanted = { wanted: WantedRole[]; open: Notice | null; notices: Notice[] };

/** Who is to have which role, and what keeps that from being known. */
function wantedIn({ item, input }: Planning<PlannedGroup>): Wanted {
  const { owner, id } = item;
  const none = { wanted: [], open: null, notices: [] };
  if (owner.kind === 'user') return { ...none, wanted: rolesOfOwner(id, peopleByLogin(input)) };
  const told = input.people.members.get(id);
  if (told === undefined) return none;
  if (told.value === null) return { ...none, notices: [untold(id)] };
  const wanted = rolesOfMembers(told.value, input.config.migrate);
  const [disagree] = told.notices;
  if (disagree !== undefined && !input.waived.has(disagree.code)) {
    const fix = `${disagree.fix}; or --waive ${disagree.code}, and what was told first counts`;
    return { wanted, open: { ...disagree, object: id, fix }, notices: [] };
  }
  const unclear = told.value.some(({ manager }) => manager === null);
  return { wanted, open: null, notices: [...told.notices, ...(unclear ? [managersUntold(id)] : [])] };
}

function untold(id: string): Notice {
  return {
    code: 'members-untold',
    object: id,
    message: `GitBucket does not tell who is in the group ${id}`,
    fix: 'put "username" and "password" of an administrator into the config',
  };
}

function managersUntold(id: string): Notice {
  return {
    code: 'managers-untold',
    object: id,
    message: `GitBucket does not tell who manages the group ${id}: nobody becomes its Owner`,
    fix: 'put "username" and "password" of an administrator into the config',
  };
}
