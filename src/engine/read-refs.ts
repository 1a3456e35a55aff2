import pLimit from 'p-limit';
import type { Config } from '../config/schema.ts';
import type { Runtime } from '../environment.ts';
import { Failure } from '../failures/failure.ts';
import { refsUnreadable } from '../failures/source.ts';
import { isFatal, noticeOf } from '../failures/index.ts';
import { interruption } from '../failures/usage.ts';
import type { History } from '../journal/history.ts';
import type { Emit } from '../model/events.ts';
import type { RefListing, Repository } from '../model/forge.ts';
import type { Notice } from '../model/notice.ts';
import { keyOf, type Source } from '../model/source.ts';
import type { Target } from '../model/target.ts';
import type { ProjectPath } from '../plan/input.ts';
import {
  questionsOf,
  type HistoryQuestions,
  type KnownObject,
  type KnownObjects,
  writtenRefs,
} from '../plan/known-refs.ts';
import { sharing } from '../plan/sharing.ts';
import { knownHeads, listSource } from '../steps/source-listing.ts';

/** Listings that are begun; how many are sent at once is for each server's own limit to say. */
const concurrency = 32;

type Listed = { refs: Map<string, RefListing>; problems: Notice[] };
type Options = {
  source: Source;
  target: Target;
  config: Config;
  runtime: Runtime;
  history: History;
  emit: Emit;
};

/**
 * One listing for each repository of the source. One that fails becomes a problem and the others go on; nothing is begun
 * when it is the token that git refuses.
 * @throws git-token-refused
 */
export async function listSourceRefs(repositories: readonly Repository[], options: Options): Promise<Listed> {
  const { runtime, emit } = options;
  const listed: Listed = { refs: new Map(), problems: [] };
  const refusals = new Map<string, Failure>();
  const cut = createCutOff();
  const limit = pLimit(concurrency);
  let done = 0;
  emit({ type: 'phase', phase: 'plan', total: repositories.length });
  await Promise.all(
    repositories.map((repository) =>
      limit(async () => {
        const id = keyOf(repository);
        try {
          stopIfTold(runtime, id);
          listed.refs.set(
            id,
            await listSource(repository, options, knownHeads(options.history.items.get(id))),
          );
        } catch (error) {
          if (isFatal(error)) cut.note(error, id, listed);
          else if (error instanceof Failure && error.code === 'git-token-refused') refusals.set(id, error);
          else listed.problems.push(noticeOf(error, id));
        }
        done += 1;
        emit({ type: 'phase-progress', phase: 'plan', done, total: repositories.length, detail: id });
      }),
    ),
  );
  const opened = repositories.filter((repository) => listed.refs.has(keyOf(repository)));
  const [refusal] = refusals.values();
  if (refusal !== undefined && (await refusesTheToken(opened, refusals.size, options))) throw refusal;
  for (const [id, { detail }] of refusals) listed.problems.push(noticeOf(refsUnreadable(id, { detail }), id));
  return listed;
}

/**
 * Is it the token that git refuses, and not each of these repositories? GitBucket says 401 to both (GB-124). A private
 * repository that git opens shows that the token is good.
 */
async function refusesTheToken(
  opened: readonly Repository[],
  refused: number,
  { source }: Options,
): Promise<boolean> {
  if (opened.some((repository) => repository.private)) return false;
  if (opened.length === 0 && refused > 1) return true;
  return !(await source.gitTakesLogin());
}

/** Listings of the projects that exist, also of empty ones: GitLab calls a repository with nothing but tags empty. */
export async function listTargetRefs(
  paths: ReadonlyMap<string, ProjectPath>,
  sourceRefs: ReadonlyMap<string, RefListing>,
  options: Options,
): Promise<Listed> {
  const { target, runtime } = options;
  const limit = pLimit(concurrency);
  const listed: Listed = { refs: new Map(), problems: [] };
  const cut = createCutOff();
  await Promise.all(
    [...paths].map(([id, { existing }]) =>
      limit(async () => {
        if (existing === null) return;
        // It has no repository yet, and the run waits for it.
        if (existing.copying !== undefined) {
          listed.refs.set(id, { refs: new Map(), head: null });
          return;
        }
        try {
          stopIfTold(runtime, id);
          listed.refs.set(id, sharing(await target.listRefs(existing.fullPath), sourceRefs.get(id)));
        } catch (error) {
          if (isFatal(error)) cut.note(error, id, listed);
          else listed.problems.push(noticeOf(error, id));
        }
      }),
    ),
  );
  return listed;
}

/** Repositories that may be out of reach while others answer: with one more it is the server. */
const mostCutOff = 2;

/** Something between may cut the connections of one repository only: then it is that repository's matter. */
function createCutOff(): { note(error: unknown, id: string, listed: Listed): void } {
  let count = 0;
  return {
    note(error, id, { refs, problems }) {
      count += 1;
      const cut = error instanceof Failure && ['unreachable', 'connection-cut'].includes(error.code);
      const alone = cut && refs.size > 0;
      if (!alone || count > mostCutOff) throw error;
      problems.push({ ...noticeOf(error, id), object: id });
    },
  };
}

function stopIfTold(runtime: Runtime, id: string): void {
  if (runtime.stopping.aborted) throw interruption(id);
}

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
  rules: Config['migrate'];
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
  { sourceRefs, targetRefs, history, rules }: HistoryContext,
): HistoryQuestions | null {
  const source = sourceRefs.get(id);
  const target = targetRefs.get(id);
  if (!existing || !source || !target) return null;
  const item = history.items.get(id);
  const ours = item?.target?.id === existing.id;
  const { moved, others } = questionsOf({ source, target, written: writtenRefs(item), ours, ...rules });
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
