import { itemsOf, type Plan, type PlanItem } from '../model/plan.ts';
import type { ItemResult, PersonResult } from '../model/result.ts';
import { plannedRoles } from '../steps/members.ts';

/** Who got what, in the order of the plan; a role is proven where the step that gives it is. */
export function peopleResults(plan: Plan, results: readonly ItemResult[]): PersonResult[] {
  const roles = new Map<string, PersonResult['roles']>();
  const missed = new Map<string, string[]>();
  const byId = new Map(results.map((result) => [result.id, result]));
  const useless = new Set(
    plan.people.flatMap(({ id, person }) => (isUseless(byId.get(id)) ? [person.login] : [])),
  );
  for (const item of itemsOf(plan)) {
    const given = rolesIn(item, byId.get(item.id));
    for (const { login, level, proven } of given)
      if (!useless.has(login))
        roles.set(login, [...(roles.get(login) ?? []), { at: item.id, level, proven }]);
    const unable = given.flatMap(({ login }) => (useless.has(login) ? [login] : []));
    for (const login of [...withoutRole(item), ...unable])
      missed.set(login, [...(missed.get(login) ?? []), item.id]);
  }
  return plan.people.map(({ id, person, action, evidence, reasons }) => ({
    login: person.login,
    name: person.fullName ?? '',
    account: accountOf(byId.get(id)),
    action,
    evidence,
    reasons,
    roles: roles.get(person.login) ?? [],
    missed: missed.get(person.login) ?? [],
  }));
}

/** An account that was not made, or that waits for approval, has been given no role. */
function isUseless(result: ItemResult | undefined): boolean {
  const account = result?.steps.find(({ step }) => step === 'account');
  return account !== undefined && account.state !== 'proven' && account.state !== 'interrupted';
}

/** Whoever owns repositories on the source has a role in the group that takes them. */
function withoutRole(item: PlanItem): readonly string[] {
  const { without = [], roles = [] } = plannedRoles(item)?.part ?? {};
  const ownerless = item.kind === 'group' && !roles.some(({ login }) => login === item.id);
  return ownerless ? [...without, item.id] : without;
}

/** The name of the account that is there. */
function accountOf(result: ItemResult | undefined): string | null {
  return result === undefined || result.target.id === null ? null : result.target.path;
}

type Given = { login: string; level: number; proven: boolean };

function rolesIn(item: PlanItem, result: ItemResult | undefined): Given[] {
  const planned = plannedRoles(item);
  if (planned === null || planned.part.held || planned.part.open !== null) return [];
  const proven = result?.steps.find(({ step }) => step === planned.step)?.state === 'proven';
  const given = planned.part.roles.filter(({ kept }) => !kept);
  return given.map(({ login, level }) => ({ login, level, proven }));
}
