import type { Config } from '../config/schema.ts';
import type { Runtime } from '../environment.ts';
import { interruption } from '../failures/usage.ts';
import type { History } from '../journal/history.ts';
import type { Emit } from '../model/events.ts';
import type { Inventory, Source } from '../model/source.ts';
import type { Selection } from '../plan/selection.ts';
import { plural } from '../text/format.ts';
import { namesToJudge } from './check-names.ts';

export type DiscoverOptions = {
  source: Source;
  selection: Selection;
  config: Config;
  history: History;
  runtime: Runtime;
  emit: Emit;
};

/** Reads what the selection means on the source. @throws those of the source, interrupted */
export async function discover(options: DiscoverOptions): Promise<Inventory> {
  const { source, selection, config, history, runtime, emit } = options;
  emit({ type: 'phase', phase: 'discover', total: 0 });
  const inventory = await source.inventory({
    selection,
    known: [...history.items.keys()].filter((item) => item.includes('/')),
    mentioned: namesToJudge(selection, config, history),
    progress(done, total, detail) {
      if (runtime.stopping.aborted) throw interruption(detail);
      emit({ type: 'phase-progress', phase: 'discover', done, total, detail });
    },
  });
  const { owners, repositories } = inventory;
  emit({
    type: 'phase-done',
    phase: 'discover',
    summary: `${plural(owners.length, 'owner')}, ${plural(repositories.length, 'repository', 'repositories')}`,
  });
  return inventory;
}
