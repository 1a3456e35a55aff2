import {
  namespaceFailed,
  pathTaken,
  projectLimit,
  projectsForbidden,
  targetRefused,
  visibilityRestricted,
} from '../failures/target.ts';
import { Failure } from '../failures/failure.ts';
import type { Project } from '../model/forge.ts';
import type { PlannedProject } from '../model/plan.ts';
import type { ProjectWork, RunContext, Step } from './step.ts';

/** Sees to it that the project exists. A POST is made at most once a try, and never without a look when its fate is open. */
export const project: Step = {
  name: 'project',
  after: [],
  applies: () => true,
  async run(work, context) {
    const { item } = work;
    if (item.existing !== null) {
      await settle(work, item.existing, context);
      return 'unchanged';
    }
    const open = context.journal.history.items.get(item.id)?.steps.get('project') === 'started';
    const found = work.attempt > 1 || open ? await context.target.findProject(item.fullPath) : null;
    if (found) {
      await settle(work, adopted(found, work, context), context);
      return 'done';
    }
    await context.journal.record({ item: item.id, step: 'project', status: 'started' });
    await settle(work, await create(work, context), context);
    return 'done';
  },
};

async function create(work: ProjectWork, context: RunContext): Promise<Project> {
  const { item, groups } = work;
  const group = groups.get(item.repository.owner);
  if (!group) throw namespaceFailed(item.id, { detail: 'it has no id' });
  const placed = context.plan.groups.find(({ id }) => id === item.repository.owner);
  try {
    const made = await context.target.createProject({
      path: item.path,
      fullPath: item.fullPath,
      name: item.name,
      description: item.description,
      visibility: item.visibility,
      defaultBranch: item.defaultBranch,
      namespaceId: group.id,
      userId: placed?.userId === context.identity.user.id ? null : (placed?.userId ?? null),
    });
    return checked(made, work);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    if (error.refusal?.kind !== 'taken') throw explain(error, item);
    const found = await context.target.findProject(item.fullPath);
    if (found) return adopted(found, work, context);
    throw taken(item, error.detail);
  }
}

/** The refusal in the words in which the plan foresees it, where the token may read what it depends on. */
function explain(error: Failure, { fullPath }: PlannedProject): Failure {
  const { detail, refusal } = error;
  const namespace = fullPath.slice(0, fullPath.lastIndexOf('/'));
  if (refusal?.kind === 'restricted-visibility') return visibilityRestricted(fullPath, { detail }, error);
  if (refusal?.kind === 'project-limit') return projectLimit(fullPath, { user: namespace, detail }, error);
  if (refusal?.kind === 'namespace-invalid') return projectsForbidden(namespace, { detail }, error);
  return error;
}

/** GitLab lowers a visibility and ignores a namespace without a word (gitlab-contract §3.1, T16). */
function checked(made: Project, work: ProjectWork): Project {
  const { item } = work;
  if (made.fullPath.toLowerCase() !== item.fullPath.toLowerCase()) {
    throw targetRefused(item.fullPath, {
      detail: `the project was made at ${made.fullPath} instead`,
    });
  }
  if (made.visibility !== item.visibility) {
    work.warnings.push(`GitLab made it ${made.visibility} instead of ${item.visibility}`);
  }
  return made;
}

/** What appeared at the path since the plan was made is ours when our own user made it and it is empty. */
function adopted(found: Project, work: ProjectWork, context: RunContext): Project {
  const { item } = work;
  const known = context.journal.history.items.get(item.id);
  if (known?.target?.id === found.id) return found;
  const mine = found.creatorId === null || found.creatorId === context.identity.user.id;
  if (found.empty && mine) return checked(found, work);
  throw taken(
    item,
    'it appeared there after the plan was made, and it is not empty or somebody else made it',
  );
}

function taken(item: PlannedProject, detail: string): Failure {
  const suggestion = `${item.fullPath}-gitbucket`;
  return pathTaken(item.fullPath, { detail, repository: item.id, suggestion });
}

async function settle(work: ProjectWork, found: Project, { journal }: RunContext): Promise<void> {
  work.project = found;
  const known = journal.history.items.get(work.item.id);
  // A project that must yet be proven to be ours is not claimed before.
  if (work.item.mustKnow.length > 0) return;
  if (known?.steps.get('project') === 'done' && known.target?.id === found.id) return;
  const target = { id: found.id, path: found.fullPath };
  await journal.record({ item: work.item.id, step: 'project', status: 'done', target });
}
