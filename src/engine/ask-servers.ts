import type { Source } from '../model/source.ts';
import type { History } from '../journal/history.ts';
import type { RefListing } from '../model/forge.ts';
import type { ProjectPath } from '../plan/input.ts';
import {
  questionsOf,
  type HistoryQuestions,
  type KnownObject,
  type KnownObjects,
} from '../plan/known-history.ts';
import { writtenRefs } from '../plan/written-refs.ts';
import pLimit from 'p-limit';

const concurrency = 32;
/** Questions for one project at most; what is beyond them the transfer finds out when it has the objects. */
const mostQuestions = 50;
/** Listing the branches that hold a commit takes GitBucket the square of their number. */
const mostBranches = 500;

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
  const limit = pLimit(concurrency);
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
  const { moved, others } = questionsOf({ source, target, written: writtenRefs(item), ours, notes });
  if (moved.length + others.length === 0) return null;
  const room = Math.max(0, mostQuestions - moved.length);
  return { moved: moved.slice(0, mostQuestions), others: others.slice(0, room) };
}

async function answers(
  id: string,
  { moved, others }: HistoryQuestions,
  { source, sourceRefs }: HistoryContext,
): Promise<KnownObjects> {
  const [owner = '', name = ''] = id.split('/');
  const repository = { owner, name };
  const branches = [...(sourceRefs.get(id)?.refs.keys() ?? [])].filter((ref) =>
    ref.startsWith('refs/heads/'),
  );
  const objects = new Map<string, KnownObject>();

  async function lookUp(object: string): Promise<void> {
    const known = await source.hasCommit(repository, object);
    if (known !== null) objects.set(object, { known, tips: null });
  }

  async function lookUpTips(object: string): Promise<void> {
    const tips = await source.branchTipsWith(repository, object);
    if (tips === null) return lookUp(object);
    objects.set(
      object,
      tips === 'absent' ? { known: false, tips: null } : { known: true, tips: new Set(tips) },
    );
  }

  const few = branches.length <= mostBranches;
  await Promise.all([...moved.map(few ? lookUpTips : lookUp), ...others.map(lookUp)]);
  return objects;
}
