import { sourceNotAdministrator } from '../failures/source.ts';
import { planDrifted } from '../failures/usage.ts';
import { noticeOf } from '../failures/index.ts';
import type { Notice } from '../model/notice.ts';
import { itemsOf, type Plan } from '../model/plan.ts';
import type { ItemResult } from '../model/result.ts';
import { driftsBetween } from '../plan/drift.ts';
import type { PrepareOptions, Prepared } from './prepare.ts';
import { emptyResult } from './results.ts';

export type Followed = {
  /** What is left to do: the items that are still as the earlier plan says. */
  prepared: Prepared;
  /** Results of the others. */
  drifted: ItemResult[];
};

/**
 * Compares an earlier plan with both servers as they are now. Nothing is carried out that the earlier plan does not say;
 * what it could not read then stays a problem of this run.
 * @throws source-not-administrator when the whole server was planned without seeing all of it, and nobody waived that
 */
export function followPlan(
  earlier: Plan,
  prepared: Prepared,
  { history, steps, waived }: Pick<PrepareOptions, 'history' | 'steps' | 'waived'>,
): Followed {
  const { plan } = prepared;
  if (earlier.problems.some(isNarrowView) && waived?.codes.has(sourceNotAdministrator.code) !== true)
    throw sourceNotAdministrator(earlier.source.url, { user: earlier.source.user });
  const reasons = new Map(
    driftsBetween(earlier, plan, history, steps).map(({ id, reason }) => [id, reason] as const),
  );
  const [people, groups, projects] = [idsIn(earlier.people), idsIn(earlier.groups), idsIn(earlier.projects)];
  const drifted = itemsOf(earlier).flatMap((item) => {
    const detail = reasons.get(item.id);
    if (detail === undefined) return [];
    const problem = noticeOf(planDrifted(item.id, { detail }), item.id);
    return [{ ...emptyResult(item, 'drifted'), problem }];
  });
  const stays = (ids: ReadonlySet<string> | undefined) => (item: { id: string }) =>
    ids?.has(item.id) === true && !reasons.has(item.id);
  return {
    drifted,
    prepared: {
      ...prepared,
      exact: true,
      plan: {
        ...plan,
        // The items were found with the eyes of that time.
        source: earlier.source.view === 'user' ? { ...earlier.source, url: plan.source.url } : plan.source,
        people: plan.people.filter(stays(people)),
        groups: plan.groups.filter(stays(groups)),
        projects: plan.projects.filter(stays(projects)),
        problems: [
          ...unreadThen(earlier, reasons),
          ...plan.problems.filter(({ object }) => !reasons.has(object)),
        ],
      },
    },
  };
}

function idsIn(items: readonly { id: string }[]): ReadonlySet<string> {
  return new Set(items.map(({ id }) => id));
}

/** A drifted item says so itself. */
function unreadThen({ problems }: Plan, reasons: ReadonlyMap<string, string>): Notice[] {
  return problems.filter((notice) => !reasons.has(notice.object) && !isNarrowView(notice));
}

function isNarrowView({ code }: Notice): boolean {
  return code === sourceNotAdministrator.code;
}
