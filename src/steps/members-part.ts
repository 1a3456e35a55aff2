import * as z from 'zod';
import { Notice } from '../model/notice.ts';
import type { Counts, PlannedPerson } from '../model/plan.ts';
import type { Target } from '../model/target.ts';
import type { MemberPlace } from '../model/target-members.ts';
import type { PlanInput } from '../plan/input.ts';
import { reasonsOf, resolveRoles, type WantedRole } from '../plan/roles.ts';
import { plural } from '../text/format.ts';
import { someOf } from '../text/nearest.ts';
import { remark, type Decision } from './step.ts';

const level = z.int();
const PlannedRole = z.object({
  login: z.string(),
  level: level.describe('What GitBucket says, as a level of GitLab: 20 Reporter to 50 Owner'),
  account: z.int().nullable().describe('Null while the account has yet to be made'),
  now: level.describe('What the account has there already, inherited or not; 0: nothing'),
  kept: z.boolean().describe('Was given before, and was taken away or lowered on GitLab since: it stays so'),
});
export type PlannedRole = z.infer<typeof PlannedRole>;

const PlannedShare = z.object({
  owner: z.string().describe('Login of the group on GitBucket'),
  level,
  group: z.int().nullable().describe('Null while the group has yet to be made'),
  now: level,
});
export type PlannedShare = z.infer<typeof PlannedShare>;

/** What the steps that give roles plan. */
export const RolesPart = z.object({
  roles: z.array(PlannedRole),
  shares: z.array(PlannedShare),
  fresh: z.boolean().describe('The place exists, and its roles were read for the plan'),
  held: z
    .boolean()
    .describe('Nobody gets a role: GitLab would mail them, and the place is none that gb2gl made'),
  open: Notice.nullable().describe('What must be decided before anybody gets a role'),
  without: z.array(z.string()).default([]).describe('Who has a role on GitBucket and gets none here'),
});
export type RolesPart = z.infer<typeof RolesPart>;

const levels = z.record(z.string(), level).optional();
/** By ids of accounts, or of groups. */
export const RolesData = z.object({
  giving: levels.describe('What is about to be given'),
  given: levels.describe('What was given, by runs that lived to see it'),
  shared: levels.describe('To which groups the project was opened'),
  left: z.record(z.string(), z.string()).optional().describe('What GitLab did not take, and why'),
});
export type RolesData = z.infer<typeof RolesData>;

/** What an interrupted run was about to give was perhaps never given. */
function isKept(account: number | null, wanted: number, now: number, known: RolesData | null): boolean {
  if (account === null || now >= wanted || known?.giving?.[account] !== undefined) return false;
  return (known?.given?.[account] ?? 0) >= wanted;
}

/** Is this still to be given? */
export function isMissing({ now, level: wanted, kept }: PlannedRole): boolean {
  return now < wanted && !kept;
}

/** The same of a group: what was opened to it and is no longer stays closed. */
function isClosed({ group, now }: PlannedShare, known: RolesData | null): boolean {
  return now === 0 && group !== null && known?.shared?.[group] !== undefined;
}

/** Levels in force; those of groups above are asked for only where the place's own do not suffice. */
export async function levelsFor(
  target: Pick<Target, 'levelsAt'>,
  place: MemberPlace,
  wanted: readonly { account: number | null; level: number }[],
): Promise<ReadonlyMap<number, number>> {
  const own = await target.levelsAt(place, 'direct');
  const enough = wanted.every(
    ({ account, level: needed }) => account !== null && (own.get(account) ?? 0) >= needed,
  );
  return enough ? own : target.levelsAt(place, 'all');
}

export type RolesWanted = {
  wanted: readonly WantedRole[];
  shares: readonly PlannedShare[];
  people: ReadonlyMap<string, PlannedPerson>;
  /** The place, when it exists. */
  place: MemberPlace | null;
  /** What a new place is going to have from the group around it, by login. */
  inherited?: ReadonlyMap<string, number>;
  held: boolean;
  open: Notice | null;
  known: RolesData | null;
};

/** Reads what is there and decides who gets what; null when nobody has a role there. */
export async function planRoles(
  { wanted, shares, people, place, inherited, held, open, known }: RolesWanted,
  id: string,
  target: Pick<Target, 'levelsAt'>,
): Promise<{ part: RolesPart; changes: boolean; counts: Counts; notices: Notice[] } | null> {
  const { roles: resolved, without } = resolveRoles(wanted, people);
  if (resolved.length + shares.length + without.length === 0 && open === null) return null;
  const reads = place !== null && resolved.length > 0 && open === null;
  const now = reads ? await levelsFor(target, place, resolved) : new Map<number, number>();
  const levelNow = ({ login, account }: (typeof resolved)[number]): number =>
    place === null ? (inherited?.get(login) ?? 0) : ((account === null ? 0 : now.get(account)) ?? 0);
  const roles = resolved.map((role) => {
    const level = levelNow(role);
    return { ...role, now: level, kept: isKept(role.account, role.level, level, known) };
  });
  const closed = shares.filter((share) => isClosed(share, known));
  const part = {
    roles,
    shares: shares.filter((share) => !closed.includes(share)),
    fresh: place !== null,
    held,
    open,
    without: without.map(({ login }) => login),
  };
  const missing = roles.filter(isMissing);
  const unshared = part.shares.filter((share) => share.now === 0);
  const give = (held || open !== null ? 0 : missing.length) + (open === null ? unshared.length : 0);
  const counts = {
    create: give,
    unchanged: open === null ? roles.length + part.shares.length - missing.length - unshared.length : 0,
    'held back': held && open === null ? missing.length : 0,
    'without an account': without.length,
  };
  return {
    part,
    changes: give > 0,
    counts: Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)),
    notices: [
      ...(open === null ? [] : [open]),
      ...(held && missing.length > 0 && open === null ? [heldNotice(id, missing.length)] : []),
      ...closed.map(({ owner }) => closedNotice(id, owner)),
      ...(without.length === 0
        ? []
        : [remark('role-without-account', id, `no role for ${reasonsOf(without)}`)]),
    ],
  };
}

/** What a place that was there before keeps from people, and what it would cost. */
export function heldNotice(id: string, count: number): Notice {
  const people = plural(count, 'person', 'people');
  return remark(
    'role-held',
    id,
    `it was there before, so ${people} would get a mail from GitLab with the role: "migrate": {"memberMails": true} gives it to them all the same`,
  );
}

function closedNotice(id: string, owner: string): Notice {
  const message = `what the group ${owner} could do here was ended on GitLab, which is left alone`;
  return remark('group-role-kept', id, message);
}

/** Everybody whom the plan knows, by login. */
export function peopleByLogin({ people }: Pick<PlanInput, 'people'>): ReadonlyMap<string, PlannedPerson> {
  return new Map(people.planned.map((planned) => [planned.person.login, planned]));
}

/** A decision about a place in which nobody gets a role. */
export function tellOnly(notices: Notice[]): Decision<RolesPart> {
  const part = { roles: [], shares: [], fresh: true, held: false, open: null, without: [] };
  return { part, changes: false, state: 'proven', counts: {}, notices };
}

/** Why an earlier plan must not be carried out any more: somebody would get more than it shows. */
export function widerRoles(earlier: RolesPart | null, now: RolesPart): string | null {
  const shown = new Map(earlier?.roles.map((role) => [role.login, role]));
  const opened = new Map(earlier?.shares.map(({ owner, level: then }) => [owner, then]));
  const isShown = ({ login, level: wanted, account }: PlannedRole): boolean => {
    const then = shown.get(login);
    return then !== undefined && then.level >= wanted && (then.account ?? account) === account;
  };
  const more = [
    ...now.roles.filter((role) => !isShown(role)).map(({ login }) => login),
    ...now.shares
      .filter(({ owner, level: then }) => then > (opened.get(owner) ?? 0))
      .map(({ owner }) => owner),
  ];
  return more.length === 0 ? null : `a role would now be given that was not planned: ${someOf(more)}`;
}
