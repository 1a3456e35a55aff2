import { setImmediate } from 'node:timers/promises';
import pLimit from 'p-limit';
import type { RefListing } from '../model/forge.ts';
import { historyAt } from '../journal/history.ts';
import { existingId, itemsOf, type Plan, type PlanItem } from '../model/plan.ts';
import { partKey } from '../model/source.ts';
import type { PlanInput } from '../plan/input.ts';
import type { Look } from '../steps/lfs-part.ts';
import type { Planning } from '../steps/step.ts';
import type { PrepareOptions } from './prepare.ts';

/** Items that are begun side by side. */
const concurrency = 32;
const nothing: RefListing = { refs: new Map(), head: null };

type Placed = {
  input: PlanInput;
  unverified: ReadonlyMap<string, string[]>;
  listings: { source: Map<string, RefListing>; target: Map<string, RefListing> };
};

/** Lets every step decide its part of every item; how much is asked at once is for each server's own limit to say. */
export async function planSteps(
  plan: Plan,
  { input, unverified, listings }: Placed,
  options: PrepareOptions,
): Promise<void> {
  const { source, target, history, steps } = options;
  const limit = pLimit(concurrency);
  const items: PlanItem[] = itemsOf(plan);
  const look: Look = {
    finder: options.finder,
    always: options.deep ?? false,
    signal: options.runtime.aborting,
    tell(detail) {
      const { length: total } = plan.projects;
      options.emit({ type: 'phase-progress', phase: 'plan', done: total, total, detail });
    },
  };
  await Promise.all(
    items.map((item) =>
      limit(async () => {
        // A plan of thousands would hold up the display, and Ctrl-C.
        await setImmediate();
        const planning: Planning = {
          item,
          listings: {
            source: input.sourceRefs.get(item.id) ?? nothing,
            target: input.targetRefs.get(item.id) ?? nothing,
          },
          history: historyAt(history.items.get(item.id), existingId(item)),
          input,
          known: input.known.get(item.id),
          unverifiedIds: unverified.get(item.id) ?? [],
          source,
          target,
          look,
          keep(part, listed) {
            const key = partKey(item.id, part);
            listings.source.set(key, { readAt: options.runtime.now(), ...listed.source });
            if (listed.target !== null) listings.target.set(key, listed.target);
          },
        };
        for (const step of steps) {
          if (step.of !== item.kind) continue;
          const decision = await step.plan(planning);
          if (decision !== null) item.steps.push({ step: step.name, title: step.title, ...decision });
        }
      }),
    ),
  );
}
