import pLimit from 'p-limit';
import type { Source } from '../gitbucket/source.ts';
import { covers, type BranchProtection, type Protections } from '../gitlab/rules/protections.ts';
import type { Target } from '../model/target.ts';
import type { History } from '../journal/history.ts';
import type { RefListing } from '../model/forge.ts';
import type { PlannedProject, RefChange } from '../model/plan.ts';
import type { ProjectPath } from '../plan/input.ts';
import {
  questionsOf,
  type HistoryQuestions,
  type KnownObject,
  type KnownObjects,
} from '../plan/known-history.ts';
import { isWrite } from '../transfer/batches.ts';

const CONCURRENCY = 32;
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
  const limit = pLimit(CONCURRENCY);
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

/** Questions for one project at most; what is beyond them the transfer finds out when it has the objects. */
const MOST_QUESTIONS = 50;
/** Listing the branches that hold a commit takes GitBucket the square of their number. */
const MOST_BRANCHES = 500;

type HistoryContext = {
  source: Source;
  paths: ReadonlyMap<string, ProjectPath>;
  sourceRefs: ReadonlyMap<string, RefListing>;
  targetRefs: ReadonlyMap<string, RefListing>;
  history: History;
  notes: boolean;
};

/**
 * Asks the source about what existing projects hold and neither listing nor journal explain, by `owner/name`. Costs
 * nothing for a project that holds what was written last.
 */
export async function askSource(context: HistoryContext): Promise<Map<string, KnownObjects>> {
  const limit = pLimit(CONCURRENCY);
  const known = new Map<string, KnownObjects>();
  await Promise.all(
    [...context.paths].map(async ([id, path]) => {
      const questions = questionsFor(id, path, context);
      if (questions === null) return;
      known.set(id, await limit(() => answers(id, questions, context)));
    }),
  );
  return known;
}

function questionsFor(
  id: string,
  { existing }: ProjectPath,
  { sourceRefs, targetRefs, history, notes }: HistoryContext,
): HistoryQuestions | null {
  const source = sourceRefs.get(id);
  const target = targetRefs.get(id);
  if (!existing || !source || !target) return null;
  const item = history.items.get(id);
  const ours = item?.target?.id === existing.id;
  const { moved, others } = questionsOf({ source, target, history: item, ours, notes });
  if (moved.length + others.length === 0) return null;
  const room = Math.max(0, MOST_QUESTIONS - moved.length);
  return { moved: moved.slice(0, MOST_QUESTIONS), others: others.slice(0, room) };
}

async function answers(
  id: string,
  { moved, others }: HistoryQuestions,
  { source, sourceRefs }: HistoryContext,
): Promise<KnownObjects> {
  const [owner = '', name = ''] = id.split('/');
  const { api } = source;
  const branches = [...(sourceRefs.get(id)?.refs.keys() ?? [])].filter((ref) =>
    ref.startsWith('refs/heads/'),
  );
  const objects = new Map<string, KnownObject>();

  async function lookUp(object: string): Promise<void> {
    const known = await api.hasCommit(owner, name, object);
    if (known !== null) objects.set(object, { known, tips: null });
  }

  async function lookUpTips(object: string): Promise<void> {
    const tips = await api.branchTipsWith(owner, name, object);
    if (tips === null) return lookUp(object);
    objects.set(
      object,
      tips === 'absent' ? { known: false, tips: null } : { known: true, tips: new Set(tips) },
    );
  }

  const few = branches.length <= MOST_BRANCHES;
  await Promise.all([...moved.map(few ? lookUpTips : lookUp), ...others.map(lookUp)]);
  return objects;
}
