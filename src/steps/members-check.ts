import type { Notice } from '../model/notice.ts';
import type { AddressedItem } from '../model/plan.ts';
import type { Check } from '../model/result.ts';
import type { MemberPlace } from '../model/target-members.ts';
import { levelName } from '../model/levels.ts';
import { dueRoles, groupKey, type DueRole } from './members-give.ts';
import {
  heldNotice,
  isMissing,
  levelsFor,
  type PlannedShare,
  type RolesData,
  type RolesPart,
} from './members-part.ts';
import { remark, type Work } from './step.ts';

type RolesWork = Work<RolesData, AddressedItem>;

/**
 * Compares roles with those of the source. What the plan has read is fresh enough where nothing was to be done. A role that
 * is missing fails the item, unless somebody has taken it away on GitLab; more than the source gives is nobody's loss.
 */
export async function checkRoles(part: RolesPart, place: MemberPlace, work: RolesWork): Promise<Check> {
  const { open } = part;
  if (open !== null) return { state: 'blocked', compared: 0, hash: null, differences: [open] };
  const known = work.known();
  const { due } = dueRoles(part.roles, work.accounts);
  const touched = !part.fresh || (!part.held && due.some(isMissing));
  const levels = touched && due.length > 0 ? await levelsFor(work.context.target, place, due) : null;
  const roles = due.map((role) => ({
    ...role,
    now: levels === null ? role.now : (levels.get(role.account) ?? 0),
  }));
  const missing = roles.filter(({ now, level }) => now < level);
  const kept = missing.filter((role) => role.kept);
  const lost = part.held ? [] : missing.filter((role) => !kept.includes(role));
  const held = part.held ? missing.length - kept.length : 0;
  const shares = await sharesNow(part, place, work);
  const unshared = shares.filter(({ now }) => now === 0);
  const lower = shares.filter(({ now, level }) => now > 0 && now < level);
  const { id } = work.item;
  const differences = [
    ...lost.map((role) => lostRole(role, id, known)),
    ...unshared.map((share) => lostShare(share, id, known)),
    ...kept.map(({ login, level, now }) => keptRole(login, level, now, id)),
    ...lower.map((share) => keptShare(share, id)),
    ...(held > 0 ? [heldNotice(id, held)] : []),
  ];
  const refused = differences.some(({ code }) => code.endsWith('-refused'));
  const failed = differences.some(({ code }) => code === 'role-missing');
  const whenRefused = refused ? 'refused' : 'proven';
  return {
    state: failed ? 'failed' : whenRefused,
    compared: roles.length + part.shares.length,
    hash: null,
    differences,
  };
}

/** What the groups have now. What the plan has read is fresh enough where nothing was to be done. */
async function sharesNow(
  { shares, fresh }: RolesPart,
  place: MemberPlace,
  work: RolesWork,
): Promise<PlannedShare[]> {
  const there = shares.map((share) => ({ ...share, group: work.groups.get(share.owner)?.id ?? share.group }));
  if (there.length === 0 || (fresh && there.every(({ now }) => now > 0))) return there;
  const project = await work.context.target.findProject(place.fullPath);
  const levels = new Map(project?.sharedWith?.map(({ id, level }) => [id, level]));
  return there.map((share) => ({
    ...share,
    now: share.group === null ? 0 : (levels.get(share.group) ?? 0),
  }));
}

function lostRole({ login, level, account, now }: DueRole, id: string, known: RolesData | null): Notice {
  const has = now === 0 ? 'has none' : `is ${levelName(now)}`;
  const why = known?.left?.[account];
  const role = `the role ${levelName(level)} of ${login}`;
  if (why === undefined) {
    const fix = 'run gb2gl migrate (or import) again';
    return {
      code: 'role-missing',
      object: id,
      message: `${role} is missing on GitLab: ${login} ${has}`,
      fix,
    };
  }
  const sso = /SAML|SSO|single sign/i.test(why);
  return {
    code: 'role-refused',
    object: id,
    message: `GitLab does not take ${role}: ${why}`,
    fix: sso
      ? `${login} must sign in to the group through its single sign-on once; then run the same command again`
      : 'fix what GitLab reports, then run the same command again',
  };
}

function lostShare({ owner, level, group }: PlannedShare, id: string, known: RolesData | null): Notice {
  const why = group === null ? undefined : known?.left?.[groupKey(group)];
  const role = `the role ${levelName(level)} of the group ${owner}`;
  if (why !== undefined) {
    const fix = 'fix what GitLab reports, then run the same command again';
    return { code: 'role-refused', object: id, message: `GitLab does not take ${role}: ${why}`, fix };
  }
  const fix = `migrate the group ${owner} too, then run the same command again`;
  return { code: 'role-missing', object: id, message: `${role} is missing on GitLab`, fix };
}

/** GitLab changes no role of a group that is invited; taken back and given anew, it would be nobody's for a while. */
function keptShare({ owner, level, now }: PlannedShare, id: string): Notice {
  return remark(
    'role-kept',
    id,
    `the group ${owner} is ${levelName(now)} on GitLab, and would be ${levelName(level)} by GitBucket; GitLab's role is kept`,
  );
}

function keptRole(login: string, level: number, now: number, id: string): Notice {
  const what = now === 0 ? 'taken away' : `lowered to ${levelName(now)}`;
  return remark(
    'role-kept',
    id,
    `the role ${levelName(level)} of ${login} was ${what} on GitLab, which is left alone`,
  );
}
