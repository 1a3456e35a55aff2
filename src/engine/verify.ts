import { groupMissing, notProven, projectMissing } from '../failures/target.ts';
import type { Config } from '../config/schema.ts';
import { noticeOf } from '../failures/index.ts';
import type { Emit } from '../model/events.ts';
import type { PlannedProject } from '../model/plan.ts';
import type { ItemResult } from '../model/result.ts';
import { countOutcomes } from '../plan/refs.ts';
import { prove } from '../steps/proof.ts';
import type { Prepared } from './prepare.ts';
import { blockedResult, emptyResult } from './results.ts';

/** Compares both servers as they are now; needs no journal and writes nothing. */
export function verify(
  { plan, listings }: Prepared,
  { config, emit }: { config: Config; emit: Emit },
): ItemResult[] {
  emit({ type: 'phase', phase: 'repositories', total: plan.projects.length });
  const groups = plan.groups.map((item): ItemResult => {
    if (item.blocked) return blockedResult(item);
    if (item.existing !== null) return emptyResult(item, 'proven');
    const error = groupMissing(item.id, { target: item.fullPath });
    return { ...emptyResult(item, 'failed'), problem: noticeOf(error, item.id) };
  });
  const projects = plan.projects.map((item) => {
    const result = verifyProject(item, listings, config);
    emit({ type: 'item-finished', result });
    return result;
  });
  return [...groups, ...projects];
}

function verifyProject(item: PlannedProject, listings: Prepared['listings'], config: Config): ItemResult {
  const source = listings.source.get(item.id);
  if (!source || item.existing === null) {
    const error = projectMissing(item.id, { target: item.fullPath });
    return { ...emptyResult(item, 'failed'), problem: noticeOf(error, item.id) };
  }
  const target = listings.target.get(item.id) ?? { refs: new Map<string, string>(), head: null };
  const proof = prove(source, target, { notes: config.migrate.notes, changes: item.refs });
  const refused = item.refs.filter(({ outcome }) => outcome === 'refused');
  const unexplained = proof.differences.filter(({ ref }) => !refused.some((change) => change.ref === ref));
  const base = {
    ...emptyResult(item, 'proven'),
    target: { path: item.existing.fullPath, id: item.existing.id, url: item.existing.webUrl || null },
    refs: countOutcomes(item.refs),
    attention: refused,
    proof,
  };
  if (unexplained.length === 0) return { ...base, state: refused.length > 0 ? 'refused' : 'proven' };
  const error = notProven(item.id, { count: unexplained.length });
  return { ...base, state: 'failed', problem: noticeOf(error, item.id) };
}
