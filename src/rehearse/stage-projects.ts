import { join } from 'node:path';
import pLimit from 'p-limit';
import { MigrationError } from '../errors.ts';
import type { ItemResult, PlannedProject } from '../model.ts';
import { withAttempts } from '../run/attempts.ts';
import { failedResult } from '../run/item-result.ts';
import type { PrepareOptions, Prepared } from '../run/prepare.ts';
import { plural } from '../text/format.ts';
import { needsRefs } from './read-projects.ts';
import type { Stage } from './stage.ts';
import { stageRefs } from './stage-refs.ts';
import type { StandIns } from './stand-ins.ts';

/** Gives the projects that exist their refs. One whose source cannot be fetched fails alone. */
export async function stageProjects(
  { plan, listings }: Prepared,
  stage: Stage,
  folder: string,
  options: PrepareOptions,
): Promise<{ standIns: Map<string, StandIns>; failed: Map<string, ItemResult> }> {
  const { runtime, emit, source } = options;
  const concerned = plan.projects.filter((item) => needsRefs(item, listings.target.get(item.id)));
  const standIns = new Map<string, StandIns>();
  const failed = new Map<string, ItemResult>();
  const limit = pLimit(options.config.limits.transfers);
  let done = 0;
  emit({ type: 'phase', phase: 'stage', total: concerned.length });

  async function one(item: PlannedProject): Promise<void> {
    const listing = listings.target.get(item.id);
    if (runtime.stopping.aborted) throw new MigrationError('interrupted', item.id);
    if (!listing || item.existing === null) return;
    const job = {
      id: item.id,
      source: source.remote(item.repository.owner, item.repository.name),
      listing,
      gitDir: stage.gitDir(item.existing.id),
      scratch: join(folder, `source-${item.existing.id}.git`),
      runtime,
    };
    try {
      standIns.set(item.id, await withAttempts(item.id, { runtime, emit }, () => stageRefs(job)));
    } catch (error) {
      if (runtime.stopping.aborted) throw error;
      failed.set(item.id, failedResult(item, error, []));
    }
    done += 1;
    emit({ type: 'phase-progress', phase: 'stage', done, total: concerned.length, detail: item.id });
  }

  await Promise.all(concerned.map((item) => limit(() => one(item))));
  emit({
    type: 'phase-done',
    phase: 'stage',
    summary: `${plural(concerned.length, 'project')} of GitLab copied`,
  });
  return { standIns, failed };
}
