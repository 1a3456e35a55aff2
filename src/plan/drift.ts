import type { ItemHistory } from '../journal/history.ts';
import {
  type AddressedItem,
  byRef,
  plannedStep,
  type Plan,
  type PersonAction,
  type PlannedGroup,
  type PlannedPerson,
  type PlannedProject,
  type PlanItem,
  type RefChange,
} from '../model/plan.ts';
import { narrower } from './visibility.ts';

/** How each step holds its earlier decision against a later one. */
type Steps = readonly { name: string; drift?(earlier: unknown, now: unknown): string | null }[];

/** What keeps one item from being carried out as a plan file says. */
export type Drift = { id: string; reason: string };

/** What the journal says of an item: what we did ourselves since the plan was made is no drift. */
type Known = { items: ReadonlyMap<string, Pick<ItemHistory, 'target'>> };

/**
 * Compares a plan that was made earlier with one of this moment, item by item. What the earlier one has and the later
 * one would do otherwise has drifted; what only the later one has is not looked at.
 */
export function driftsBetween(earlier: Plan, now: Plan, known: Known, steps: Steps): Drift[] {
  const groups = new Map(now.groups.map((group) => [group.id, group]));
  const projects = new Map(now.projects.map((project) => [project.id, project]));
  const unread = new Map(now.problems.map(({ object, message }) => [object, message]));
  const gone = (id: string, owner: string): string => {
    const message = unread.get(id) ?? unread.get(owner);
    return message === undefined ? 'it is no longer on the source' : `it can no longer be read: ${message}`;
  };
  const before = new Map(earlier.groups.map((group) => [group.id, group]));
  const drifts: Drift[] = [];
  const people = new Map(now.people.map((person) => [person.id, person]));
  for (const person of earlier.people) {
    const reason = personDrift(person, people.get(person.id), known, steps);
    if (reason !== null) drifts.push({ id: person.id, reason });
  }
  const moved = new Set<string>();
  for (const group of earlier.groups) {
    const later = groups.get(group.id);
    const reason = later ? groupDrift(group, later, known, steps) : gone(group.id, group.id);
    if (reason === null) continue;
    moved.add(group.id);
    drifts.push({ id: group.id, reason });
  }
  for (const project of earlier.projects) {
    const { owner } = project.repository;
    const later = projects.get(project.id);
    const [groupThen, groupNow] = [before.get(owner), groups.get(owner)];
    const ownGroup = groupThen !== undefined && groupNow !== undefined && isMade(groupThen, groupNow);
    const own = later ? projectDrift(project, later, ownGroup, known, steps) : gone(project.id, owner);
    const reason = own ?? (moved.has(owner) ? 'its group has drifted' : null);
    if (reason !== null) drifts.push({ id: project.id, reason });
  }
  return drifts;
}

/** An account that this tool has made since then is still the one of the plan. */
function personDrift(
  earlier: PlannedPerson,
  now: PlannedPerson | undefined,
  known: Known,
  steps: Steps,
): string | null {
  // Whom nothing concerns any more is left alone anyway.
  if (now === undefined) return null;
  const made = earlier.action === 'create' && now.action === 'use';
  if (made && known.items.get(now.id)?.target?.id === now.existing?.id)
    return stepsDrift(earlier, now, steps);
  const before = accountWords[earlier.action](earlier.fullPath);
  const after = accountWords[now.action](now.fullPath);
  if (after !== before) return `it was planned as ${before} and would now be ${after}`;
  return stepsDrift(earlier, now, steps);
}

const accountWords = {
  use: (name) => `the account ${name}`,
  create: (name) => `a new account ${name}`,
  ask: () => 'to be decided',
  none: () => 'without an account',
} as const satisfies Record<PersonAction, (name: string) => string>;

function groupDrift(earlier: PlannedGroup, now: PlannedGroup, known: Known, steps: Steps): string | null {
  if (now.fullPath !== earlier.fullPath)
    return `its group would now be ${now.fullPath} instead of ${earlier.fullPath}`;
  const blocked = blockedDrift(earlier, now);
  if (blocked !== null) return blocked;
  const existence = existenceDrift(earlier.existing, now.existing, known.items.get(now.id)?.target?.id);
  if (existence !== null) return `the group ${now.fullPath} ${existence}`;
  // What a personal namespace has is nobody's decision, and not known before its account is made.
  const personal = earlier.namespaceKind === 'user' && now.namespaceKind === 'user';
  const visibility = personal ? null : visibilityDrift(earlier, now, isMade(earlier, now));
  return visibility ?? stepsDrift(earlier, now, steps);
}

function projectDrift(
  earlier: PlannedProject,
  now: PlannedProject,
  inOwnGroup: boolean,
  known: Known,
  steps: Steps,
): string | null {
  if (now.fullPath !== earlier.fullPath)
    return `its project would now be ${now.fullPath} instead of ${earlier.fullPath}`;
  const [before, after] = [earlier.existing, now.existing];
  const existence = existenceDrift(
    before?.id ?? null,
    after?.id ?? null,
    known.items.get(now.id)?.target?.id,
  );
  if (existence !== null) return `the project ${now.fullPath} ${existence}`;
  const blocked = blockedDrift(earlier, now);
  if (blocked !== null) return blocked;
  const visibility = visibilityDrift(earlier, now, inOwnGroup || isMade(earlier, now));
  if (visibility !== null) return visibility;
  if (now.defaultBranch !== earlier.defaultBranch)
    return `its default branch is now ${now.defaultBranch ?? 'none'} instead of ${earlier.defaultBranch ?? 'none'}`;
  return stepsDrift(earlier, now, steps);
}

/** Has it been made since the earlier plan? */
function isMade(earlier: PlanItem, now: PlanItem): boolean {
  return earlier.existing === null && now.existing !== null;
}

/** The run lowers a level that GitLab refuses; what it made lower itself, and what goes in there, is as planned. */
function visibilityDrift(earlier: AddressedItem, now: AddressedItem, ours: boolean): string | null {
  const [before, after] = [earlier.visibility, now.visibility];
  if (after === before || (ours && narrower(after, before) === after)) return null;
  return `the ${now.kind} would now be ${after} instead of ${before}`;
}

/** Each step says whether its own decision still holds. */
function stepsDrift(earlier: PlanItem, now: PlanItem, steps: Steps): string | null {
  for (const step of steps) {
    const [before, after] = [plannedStep(earlier, step.name), plannedStep(now, step.name)];
    if (after === null) continue;
    const drift = step.drift?.(before?.part ?? null, after.part) ?? null;
    if (drift !== null) return drift;
  }
  return null;
}

/** An item that this tool has made since then is still the one of the plan. */
function existenceDrift(
  before: number | null,
  after: number | null,
  ours: number | undefined,
): string | null {
  if (before === after) return null;
  if (before === null) return after === ours ? null : 'has since been created by someone else';
  return after === null ? 'has since been removed' : 'has since been replaced';
}

function blockedDrift(earlier: Pick<PlanItem, 'blocked'>, now: Pick<PlanItem, 'blocked'>): string | null {
  if (now.blocked?.code === earlier.blocked?.code) return null;
  return now.blocked === null ? 'it is no longer blocked' : now.blocked.message;
}

/** What keeps the refs from being carried out as an earlier plan says; null when nothing does. */
export function refsDrift(earlier: readonly RefChange[], now: readonly RefChange[]): string | null {
  const later = byRef(now);
  const reasons: string[] = [];
  for (const change of earlier) {
    const reason = refDrift(change, later.get(change.ref));
    if (reason !== null) reasons.push(`${change.ref} ${reason}`);
    later.delete(change.ref);
  }
  for (const { ref } of later.values()) reasons.push(`${ref} is new`);
  const [first, ...rest] = reasons;
  if (first === undefined) return null;
  return rest.length === 0 ? first : `${first}, and ${rest.length} more`;
}

function refDrift(earlier: RefChange, now: RefChange | undefined): string | null {
  // A ref that was to be deleted and no longer exists on either side has arrived where the plan wants it.
  if (now === undefined) return earlier.outcome === 'delete' ? null : 'no longer exists on either side';
  if (now.new !== earlier.new) return `was ${named(earlier.new)} on the source and is now ${named(now.new)}`;
  const arrived = now.old === now.new && now.outcome === 'unchanged' && changes(earlier);
  if (arrived) return null;
  if (now.old !== earlier.old) return `was ${named(earlier.old)} on the target and is now ${named(now.old)}`;
  return now.outcome === earlier.outcome
    ? null
    : `was planned as ${earlier.outcome} and would now be ${now.outcome}`;
}

function changes({ outcome }: RefChange): boolean {
  return outcome === 'create' || outcome === 'update';
}

function named(id: string | null): string {
  return id === null ? 'absent' : id.slice(0, 12);
}
