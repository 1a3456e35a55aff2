import { MigrationError } from '../../errors.ts';
import type { Project, RefChange, RefListing } from '../../model.ts';
import { planRefs } from '../../plan/refs.ts';
import { isWrite } from '../../transfer/push-batches.ts';
import type { RefResult, TransferResult } from '../../transfer/transport.ts';
import type { ProjectWork, RunContext, Step } from '../context.ts';
import { withOpenProtection } from './open-protection.ts';

/** Moves the objects and refs that the target lacks. Nothing to move costs nothing: the plan's listings told so. */
export const code: Step = {
  name: 'code',
  after: ['project'],
  applies: () => true,
  async run(work, context) {
    const planned = work.attempt === 1 ? work.item.refs : null;
    if (planned && !planned.some(isWrite)) {
      work.changes = planned;
      return planned.some((change) => change.outcome === 'refused') ? 'refused' : 'unchanged';
    }
    const project = demandProject(work);
    const target = await targetRefs(work, project, context);
    const result = await transfer(work, project, target, context);
    work.source = result.source;
    work.bytes += result.bytes;
    work.changes = settled(result);
    work.wrote ||= result.results.some(({ outcome }) => outcome === 'written');
    return work.changes.some((change) => change.outcome === 'refused') ? 'refused' : 'done';
  },
};

function demandProject({ project, item }: ProjectWork): Project {
  if (project) return project;
  throw new MigrationError('project-missing', item.id, { target: item.fullPath });
}

/** A project that this run made is known to be empty; after a failed try everything is read afresh. */
async function targetRefs(
  work: ProjectWork,
  project: Project,
  { target, listings }: RunContext,
): Promise<RefListing> {
  if (work.attempt > 1) return target.listRefs(project.fullPath);
  return listings.target.get(work.item.id) ?? { refs: new Map(), head: null };
}

async function transfer(
  work: ProjectWork,
  project: Project,
  target: RefListing,
  context: RunContext,
): Promise<TransferResult> {
  const { item } = work;
  const { journal, config, source } = context;
  const [owner, name] = [item.repository.owner, item.repository.name];
  const history = journal.history.items.get(item.id);
  let announced: readonly RefChange[] = [];
  const job = {
    id: item.id,
    source: { url: source.gitUrl(owner, name), ...source.credentials(), caFile: config.source.caFile },
    target: {
      url: context.target.gitUrl(project.fullPath),
      ...context.target.credentials(),
      caFile: config.target.caFile,
    },
    patterns: ['refs/heads/*', 'refs/tags/*', ...(config.migrate.notes ? ['refs/notes/*'] : [])],
    head: context.listings.source.get(item.id)?.head ?? null,
    mustKnow: item.mustKnow,
    decide: (fresh: RefListing) =>
      planRefs({
        source: fresh,
        target: target.refs,
        written: history?.written ?? new Map(),
        empty: target.refs.size === 0,
        defaultBranch: item.defaultBranch,
        preference: context.preference,
        notes: config.migrate.notes,
        prune: context.prune,
        targetDefault: project.defaultBranch,
      }),
    async beforeWrite(changes: readonly RefChange[]) {
      announced = changes.filter(isWrite);
      if (item.mustKnow.length > 0) await claim(work, project, context);
      await journal.record({ item: item.id, step: 'code', status: 'started', refs: idsOf(announced) });
    },
    progress: (stage: string, percent: number | null, bytes: number) =>
      context.emit({ type: 'item-progress', id: item.id, stage, percent, bytes }),
    signal: context.runtime.aborting,
  };
  const result = await withOpenProtection(job, project, context, (again) =>
    context.transport.transfer(again),
  );
  await journal.record({
    item: item.id,
    step: 'code',
    status: 'done',
    refs: idsOf(announced),
    except: result.results.filter(({ outcome }) => outcome !== 'written').map(({ ref }) => ref),
  });
  return result;
}

/** The source's history holds everything that the project has: from now on it is ours to go on with. */
async function claim({ item }: ProjectWork, project: Project, { journal }: RunContext): Promise<void> {
  const target = { id: project.id, path: project.fullPath };
  await journal.record({ item: item.id, step: 'project', status: 'done', target });
}

function idsOf(changes: readonly RefChange[]): Record<string, string | null> {
  return Object.fromEntries(
    changes.map((change) => [change.ref, change.outcome === 'delete' ? null : change.new]),
  );
}

/** What was decided, corrected by what the servers answered. */
function settled({ changes, results }: TransferResult): RefChange[] {
  const answers = new Map(results.map((result) => [result.ref, result]));
  return changes.map((change) => (isWrite(change) ? corrected(change, answers.get(change.ref)) : change));
}

function corrected(change: RefChange, result: RefResult | undefined): RefChange {
  if (result?.outcome === 'written') return change;
  if (result?.outcome === 'refused') {
    return {
      ...change,
      outcome: 'refused',
      reason: result.reason,
      fix: 'rename or remove the ref on GitBucket, or change the rule on GitLab',
    };
  }
  const reason = `${change.reason ?? 'the ref moved on the target'} (${result?.reason ?? 'no answer'})`;
  return { ...change, outcome: 'diverged', reason, fix: 'decide by hand which of the two ids is right' };
}
