import type { Source } from '../model/source.ts';
import { covers, type BranchProtection, type Protections } from '../gitlab/rules/protections.ts';
import { isWrite, type PlannedProject, type RefChange } from '../model/plan.ts';
import type { Planning } from './step.ts';

const administrator = 60;
/** The least role with which a project is planned at all. */
const maintainer = 40;

/**
 * What an existing project protects; null where nothing is to be written, so that a plan over unchanged repositories
 * costs nothing.
 */
export async function askProtections(
  { item, input, source, target }: Planning<PlannedProject>,
  refs: readonly RefChange[],
): Promise<Protections | null> {
  const writes = refs.filter(isWrite);
  if (item.existing === null || item.blocked !== null || writes.length === 0) return null;
  const projectId = item.existing.id;
  const has = (space: string): boolean => writes.some(({ ref }) => ref.startsWith(space));
  const branches = has('refs/heads/') ? ((await target.protectedBranches(projectId)) ?? []) : [];
  const tags = has('refs/tags/') ? ((await target.protectedTags(projectId)) ?? []) : [];
  const rewritten = await rewrittenIn(item, writes, branches, source);
  return { branches, tags, level: input.target.user.admin ? administrator : maintainer, rewritten };
}

/** Only a wildcard keeps rewritten history out: the source is asked no more than that takes. */
async function rewrittenIn(
  { repository }: PlannedProject,
  writes: readonly RefChange[],
  branches: readonly BranchProtection[],
  source: Source,
): Promise<Set<string>> {
  const rewritten = new Set<string>();
  for (const { ref, old, new: next, outcome, force } of writes) {
    if (outcome !== 'update' || !force || old === null || next === null) continue;
    const name = ref.slice('refs/heads/'.length);
    const rules = branches.filter(({ pattern }) => covers(pattern, name));
    if (rules.length === 0 || rules.some(({ pattern, forcePush }) => forcePush || pattern === name)) continue;
    const tips = await source.branchTipsWith(repository, old);
    if (tips === 'absent' || (tips !== null && !tips.includes(next))) rewritten.add(ref);
  }
  return rewritten;
}
