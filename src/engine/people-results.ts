import { itemsOf, plannedStep, type Plan, type PlanItem } from '../model/plan.ts';
import type { ItemResult, PersonResult } from '../model/result.ts';
import { RolesPart } from '../steps/members-part.ts';

/** Who got what, in the order of the plan; a role is proven where the step that gives it is. */
export function peopleResults(plan: Plan, results: readonly ItemResult[]): PersonResult[] {
  const roles = new Map<string, PersonResult['roles']>();
  const byId = new Map(results.map((result) => [result.id, result]));
  for (const item of itemsOf(plan)) {
    for (const { login, level, proven } of rolesIn(item, byId.get(item.id)))
      roles.set(login, [...(roles.get(login) ?? []), { at: item.id, level, proven }]);
  }
  return plan.people.map(({ id, person, action, evidence, reasons }) => ({
    login: person.login,
    name: person.fullName ?? '',
    account: accountOf(byId.get(id)),
    action,
    evidence,
    reasons,
    roles: roles.get(person.login) ?? [],
  }));
}

/** The name of the account that is there. */
function accountOf(result: ItemResult | undefined): string | null {
  return result === undefined || result.target.id === null ? null : result.target.path;
}

type Given = { login: string; level: number; proven: boolean };

function rolesIn(item: PlanItem, result: ItemResult | undefined): Given[] {
  return ['group-members', 'members'].flatMap((name) => {
    const part = RolesPart.safeParse(plannedStep(item, name)?.part).data;
    if (part === undefined || part.held || part.open !== null) return [];
    const proven = result?.steps.find(({ step }) => step === name)?.state === 'proven';
    return part.roles.filter(({ kept }) => !kept).map(({ login, level }) => ({ login, level, proven }));
  });
}
