import { Failure } from '../failures/failure.ts';
import { closedBy, isFatal } from '../failures/index.ts';
import type { Notice } from '../model/notice.ts';
import type { AddressedItem } from '../model/plan.ts';
import type { MemberPlace } from '../model/target-members.ts';
import { reasonsOf } from '../plan/roles.ts';
import { muteGroupAgain } from './group-quiet.ts';
import { isMissing, levelsFor, type PlannedRole, type RolesData, type RolesPart } from './members-part.ts';
import { muteProjectAgain } from './quiet-beginning.ts';
import { remark, type ItemWork, type Outcome, type WritingWork } from './step.ts';

type RolesWork = WritingWork<RolesData, AddressedItem>;
/** A role with the account that gets it. */
export type DueRole = PlannedRole & { account: number };

/** The roles whose accounts exist and can use them, and who has none such. */
export function dueRoles(
  roles: readonly PlannedRole[],
  accounts: ItemWork['accounts'],
): { due: DueRole[]; without: { login: string; why: string }[] } {
  const due: DueRole[] = [];
  const without: { login: string; why: string }[] = [];
  for (const role of roles) {
    const place = accounts.get(role.login);
    const account = place?.id ?? role.account;
    if (account === null) without.push({ login: role.login, why: 'the account was not created' });
    else if (place?.unusable !== undefined) without.push({ login: role.login, why: place.unusable });
    else due.push({ ...role, account });
  }
  return { due, without };
}

/**
 * Gives what is missing, after a look at what is there now: nobody's role is lowered, and a role that somebody took away
 * on GitLab is not given again. What GitLab does not take is written down, and the others go on.
 */
export async function giveRoles(part: RolesPart, place: MemberPlace, work: RolesWork): Promise<Outcome> {
  if (part.open !== null) return { changed: false };
  const shared = await shareAll(part, place, work);
  const { due, without } = dueRoles(part.roles, work.accounts);
  const notices =
    without.length === 0
      ? []
      : [remark('role-without-account', work.item.id, `no role for ${reasonsOf(without)}`)];
  const given = part.held ? nothing : await giveAll(due, part.fresh, place, work);
  return { changed: shared || given.changed, notices: [...notices, ...given.notices] };
}

type Given = { changed: boolean; notices: Notice[] };
const nothing: Given = { changed: false, notices: [] };

async function giveAll(
  roles: readonly DueRole[],
  fresh: boolean,
  place: MemberPlace,
  work: RolesWork,
): Promise<Given> {
  const settled = fresh && work.attempt === 1 && !roles.some(isMissing);
  if (roles.length === 0 || settled) return nothing;
  const { target } = work.context;
  // What is new has nobody but its creator, unless a group above gives more.
  const levels = fresh ? await levelsFor(target, place, roles) : await target.levelsAt(place, 'all');
  const missing = roles.map((role) => ({ ...role, now: levels.get(role.account) ?? 0 })).filter(isMissing);
  if (missing.length === 0) return nothing;
  const notices = await muteAgain(work);
  await work.record('started', { data: { giving: levelsOf(missing) } });
  const answers = await Promise.all(missing.map((role) => give(role, place, work)));
  const failed = answers.find((answer) => answer instanceof Error);
  if (failed instanceof Error) throw failed;
  const refused = missing.flatMap(({ account }, index) => {
    const why = answers[index];
    return typeof why === 'string' ? [[String(account), why] as const] : [];
  });
  const left = new Map(refused);
  const given = missing.filter(({ account }) => !left.has(String(account)));
  await work.record('done', {
    data: {
      giving: Object.fromEntries(missing.map(({ account }) => [account, null])),
      given: levelsOf(given),
      left: Object.fromEntries(missing.map(({ account }) => [account, left.get(String(account)) ?? null])),
    },
  });
  return { changed: given.length > 0, notices };
}

/** What an earlier run made is muted before the next role is given in it; what this one makes is since it was created. */
async function muteAgain(work: RolesWork): Promise<Notice[]> {
  const { item } = work;
  if (item.kind === 'project') return muteProjectAgain({ ...work, item });
  await muteGroupAgain({ ...work, item });
  return [];
}

function levelsOf(roles: readonly DueRole[]): Record<string, number> {
  return Object.fromEntries(roles.map(({ account, level }) => [account, level]));
}

/** True when the account has the role; GitLab's words when it does not take it; an error that is about more than this. */
async function give(
  { account, level }: DueRole,
  place: MemberPlace,
  work: RolesWork,
): Promise<true | string | Error> {
  const { target } = work.context;
  try {
    if (await target.addMember(place, account, level)) return true;
    // Somebody may have given it a higher one since the look.
    const now = (await target.levelsAt(place, 'direct')).get(account) ?? 0;
    if (now < level) await target.changeRole(place, account, level);
    return true;
  } catch (error) {
    if (!(error instanceof Failure) || error.refusal === null) return error as Error;
    if (isFatal(error) || closedBy(error) !== null) return error;
    // A group above gives more already (GL-111).
    return /should be greater than or equal to/.test(error.refusal.text) ? true : error.refusal.text;
  }
}

/** Opens the project to the groups that have a role in it. A group that has one already keeps it as it is. */
async function shareAll({ shares }: RolesPart, place: MemberPlace, work: RolesWork): Promise<boolean> {
  let changed = false;
  for (const share of shares) {
    const group = work.groups.get(share.owner)?.id ?? share.group;
    if (group === null || share.now > 0) continue;
    await work.record('started');
    try {
      await work.context.target.shareProject(place, group, share.level);
    } catch (error) {
      if (!(error instanceof Failure) || error.refusal === null || isFatal(error) || closedBy(error) !== null)
        throw error;
      await work.record('done', { data: { left: { [groupKey(group)]: error.refusal.text } } });
      continue;
    }
    await work.record('done', {
      data: { shared: { [group]: share.level }, left: { [groupKey(group)]: null } },
    });
    changed = true;
  }
  return changed;
}

/** Accounts and groups have numbers of their own. */
export function groupKey(group: number): string {
  return `group ${group}`;
}
