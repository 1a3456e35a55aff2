import pLimit from 'p-limit';
import type { PlannedProject, RefChange } from '../model.ts';
import { covers, type BranchProtection, type Protections } from '../plan/protections.ts';
import type { Source } from '../source/gitbucket.ts';
import type { Target } from '../target/gitlab.ts';
import { isWrite } from '../transfer/send-batches.ts';

const AT_HAND = 32;
const ADMINISTRATOR = 60;
/** The least role with which a project is planned at all. */
const MAINTAINER = 40;

type Context = { source: Source; target: Target; admin: boolean };

/**
 * What existing projects protect, by `owner/name`. Only where something is to be written, so that a plan over unchanged
 * repositories costs nothing.
 */
export async function askProtections(
  projects: readonly PlannedProject[],
  context: Context,
): Promise<Map<string, Protections>> {
  const limit = pLimit(AT_HAND);
  const found = new Map<string, Protections>();
  await Promise.all(
    projects.map(async (project) => {
      const writes = project.refs.filter(isWrite);
      if (project.existing === null || project.blocked !== null || writes.length === 0) return;
      found.set(
        project.id,
        await limit(() => protectionsOf(project, project.existing?.id ?? 0, writes, context)),
      );
    }),
  );
  return found;
}

async function protectionsOf(
  project: PlannedProject,
  projectId: number,
  writes: readonly RefChange[],
  { source, target, admin }: Context,
): Promise<Protections> {
  const has = (space: string): boolean => writes.some(({ ref }) => ref.startsWith(space));
  const branches = has('refs/heads/') ? ((await target.protectedBranches(projectId)) ?? []) : [];
  const tags = has('refs/tags/') ? ((await target.protectedTags(projectId)) ?? []) : [];
  const rewritten = await rewrittenIn(project, writes, branches, source);
  return { branches, tags, level: admin ? ADMINISTRATOR : MAINTAINER, rewritten };
}

/** Only a wildcard keeps rewritten history out: the source is asked no more than that takes. */
async function rewrittenIn(
  { repository }: PlannedProject,
  writes: readonly RefChange[],
  branches: readonly BranchProtection[],
  { api }: Source,
): Promise<Set<string>> {
  const rewritten = new Set<string>();
  for (const { ref, old, new: next, outcome, force } of writes) {
    if (outcome !== 'update' || !force || old === null || next === null) continue;
    const name = ref.slice('refs/heads/'.length);
    const rules = branches.filter(({ pattern }) => covers(pattern, name));
    if (rules.length === 0 || rules.some(({ pattern, forcePush }) => forcePush || pattern === name)) continue;
    const tips = await api.branchTipsWith(repository.owner, repository.name, old);
    if (tips === 'absent' || (tips !== null && !tips.includes(next))) rewritten.add(ref);
  }
  return rewritten;
}
