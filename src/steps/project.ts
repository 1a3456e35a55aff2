import * as z from 'zod';
import { Failure } from '../failures/failure.ts';
import {
  archived,
  groupGone,
  markedForDeletion,
  namespaceFailed,
  pathTaken,
  projectHidden,
  projectLimit,
  projectMissing,
  projectsForbidden,
} from '../failures/target.ts';
import { refusal } from '../gitlab/rules/ref-names.ts';
import { historyAt } from '../journal/history.ts';
import type { Project } from '../model/forge.ts';
import type { Notice } from '../model/notice.ts';
import type { Noise } from '../model/target-quiet.ts';
import type { PlannedProject } from '../model/plan.ts';
import { isCut, pathBeside } from '../plan/free-names.ts';
import { forkRecords, isOwnCopy } from '../plan/forks.ts';
import { projectRecords, type Made } from '../plan/made.ts';
import { narrower } from '../plan/visibility.ts';
import { codeRecords } from '../plan/known-refs.ts';
import { atAllowedLevel, lowered } from './group.ts';
import { createShared, untilCopied } from './fork-copy.ts';
import { createMuted, mute, notCreated } from './quiet-beginning.ts';
import { askAgain } from './ask-again.ts';
import { knownTo, proven, type Outcome, type RunContext, type Step, type WritingWork } from './step.ts';

const Part = z.object({
  unverified: z
    .boolean()
    .describe('The project has objects that must first be found in the source’s history'),
});
type Part = z.infer<typeof Part>;
type ProjectWork = WritingWork<Made, PlannedProject>;

/** Ensures that the project exists. A POST is made at most once a try, and never without a look when its fate is open. */
export const project: Step<Part, Made, PlannedProject> = {
  ...projectRecords,
  title: 'Project',
  of: 'project',
  stage: 'content',
  part: Part,
  plan({ item }) {
    return {
      part: { unverified: false },
      changes: item.existing === null && item.blocked === null,
      state: 'proven',
      counts: {},
      notices: descriptionNotices(item),
    };
  },
  async run(part, work) {
    const { item, context, attempt, journal } = work;
    if (item.existing !== null) return settle(item.existing, false, [], part, work);
    const open = journal.history.items.get(item.id)?.steps.get('project')?.status === 'started';
    const found = attempt > 1 || open ? await context.target.findProject(item.fullPath) : null;
    if (found) return settle(...adopted(found, work), part, work);
    await work.record('started', { anew: true, data: { made: true } });
    const noise = await createMuted(work);
    return settle(...(await create(work, noise, !open && attempt === 1)), part, work);
  },
  async verify(_, { item, place }) {
    if (place === null && item.existing === null) throw projectMissing(item.id, { target: item.fullPath });
    return Promise.resolve(proven(1));
  },
};

type Settled = [project: Project, changed: boolean, notices: Notice[]];

/** `first`: no earlier request of ours can have created it. */
async function create(work: ProjectWork, noise: Noise, first: boolean): Promise<Settled> {
  const { item, groups, context } = work;
  const group = groups.get(item.repository.owner);
  if (!group) throw namespaceFailed(item.id, { detail: 'it has no id' });
  const placed = context.plan.groups.find(({ id }) => id === item.repository.owner);
  const userId = group.userId ?? placed?.userId ?? null;
  try {
    const { visibility: asked } = belowParent(work);
    const branch = firstBranch(item);
    const copy = await createShared(work, { namespaceId: group.id, visibility: asked, branch });
    if (copy !== null) return [copy, true, checked(copy, work)];
    const made = await atAllowedLevel(belowParent(work), context, (visibility) =>
      context.target.createProject({
        path: item.path,
        fullPath: item.fullPath,
        name: item.name,
        description: item.description,
        visibility,
        defaultBranch: branch,
        namespaceId: group.id,
        noise,
        userId: userId === context.identity.user.id ? null : userId,
      }),
    );
    return [made, true, checked(made, work)];
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    if (error.refusal !== null && first) await notCreated(work);
    if (error.refusal?.kind === 'name-taken') throw taken(item, error.detail, context);
    if (error.refusal?.kind !== 'taken') throw await explain(error, work);
    const found = await context.target.findProject(item.fullPath);
    if (found) return adopted(found, work);
    return shownLate(error, work);
  }
}

/** The parent may have come lower than planned, and a fork must not be above it (GL-139). */
function belowParent({ item, parent }: ProjectWork): PlannedProject {
  return { ...item, visibility: narrower(item.visibility, parent?.visibility ?? item.visibility) };
}

/** A name that git refuses would make the whole creation fail (GL-127). */
function firstBranch({ id, defaultBranch }: PlannedProject): string | null {
  if (defaultBranch === null) return null;
  const refused = refusal(`refs/heads/${defaultBranch}`, { repository: id, reserved: null });
  return refused === null ? defaultBranch : null;
}

/** Seconds between the looks at a project that GitLab does not show yet; idle servers take 1 to 6 (GL-40). */
const pauses = [1, 2, 4, 8];

/**
 * Whoever may make projects in a group sees all that are there, unless GitLab has not heard of the membership yet
 * (GL-40): then the project is waited for, and everything that the plan knew of it is read again.
 */
async function shownLate(error: Failure, work: ProjectWork): Promise<Settled> {
  const { item, context, journal } = work;
  const { target, identity } = context;
  if (identity.user.admin) throw taken(item, error.detail, context);
  const reason = 'its path is taken by a project that GitLab does not show to the token yet';
  const found = await askAgain(pauses, reason, work, () => target.findProject(item.fullPath));
  if (found === null) throw projectHidden(item.fullPath, { detail: error.detail }, error);
  // Only a plan that has seen it can tell what to do with another's.
  if (journal.history.items.get(item.id)?.target?.id !== found.id)
    throw projectHidden(item.fullPath, { detail: 'it appeared a little later' }, error);
  // The listing of the plan says that it is empty: the steps must not believe it.
  work.attempt = Math.max(work.attempt, 2);
  work.targetRefs = null;
  return adopted(found, work);
}

/** The refusal in the words in which the plan foresees it, where the token may read what it depends on. */
async function explain(error: Failure, { item, context }: ProjectWork): Promise<Failure> {
  const { fullPath } = item;
  const { detail, refusal } = error;
  const namespace = fullPath.slice(0, fullPath.lastIndexOf('/'));
  const placed = context.plan.groups.find(({ id }) => id === item.repository.owner);
  if (refusal?.kind === 'project-limit') return projectLimit(fullPath, { user: namespace, detail }, error);
  if (refusal?.kind === 'namespace-missing') return groupGone(namespace, { detail: 'it was deleted' }, error);
  if (refusal?.kind !== 'namespace-invalid') return error;
  // GitLab says the same of a group that is archived, hidden, or lets nobody make projects (GL-125).
  if (placed?.namespaceKind === 'user') return projectsForbidden(namespace, { detail }, error);
  const group = await context.target.findGroup(namespace);
  if (group === null)
    return groupGone(namespace, { detail: 'it was deleted or hidden from the token' }, error);
  if (group.unusableReason === 'archived') return archived(namespace, {}, error);
  if (group.unusableReason === 'pending-deletion') return markedForDeletion(namespace, {}, error);
  const rules = group.unusableReason === 'rules' ? 'its rules leave it to others' : detail;
  return projectsForbidden(namespace, { detail: rules }, error);
}

/** GitLab lowers a visibility and ignores a namespace without a word (GL-121, GL-122). */
function checked(made: Project, { item, context }: ProjectWork): Notice[] {
  if (made.fullPath.toLowerCase() !== item.fullPath.toLowerCase()) {
    const namespace = item.fullPath.slice(0, item.fullPath.lastIndexOf('/'));
    const detail = `GitLab created the project at ${made.fullPath}, and there it is empty`;
    throw groupGone(namespace, { detail });
  }
  return lowered(made.visibility, item, context);
}

function descriptionNotices({ id, repository: { description } }: PlannedProject): Notice[] {
  const messages = [
    isCut(description) ? "its description is truncated to 2,000 characters, GitLab's limit" : null,
    description.includes('\0') ? 'its description loses its NUL characters, which GitLab refuses' : null,
  ];
  return messages.flatMap((message) =>
    message === null ? [] : [{ code: 'description-cut', object: id, message, fix: '' }],
  );
}

/** What appeared at the path since the plan was made is ours when our own user made it and it is empty. */
function adopted(found: Project, work: ProjectWork): Settled {
  const { item, context, journal } = work;
  if (journal.history.items.get(item.id)?.target?.id === found.id) return [found, true, []];
  const fork = knownTo(forkRecords, journal.history.items.get(item.id));
  const mine = found.creatorId === null || found.creatorId === context.identity.user.id;
  if ((found.empty || isOwnCopy(found, fork)) && mine) return [found, true, checked(found, work)];
  throw taken(
    item,
    'it appeared after the plan was created, and it is not empty or someone else created it',
    context,
  );
}

function taken(item: PlannedProject, detail: string, { plan }: RunContext): Failure {
  const isTaken = (path: string): boolean => plan.projects.some(({ fullPath }) => fullPath === path);
  const suggestion = pathBeside(item.fullPath, item.id, isTaken);
  return pathTaken(item.fullPath, { detail, repository: item.id, suggestion });
}

async function settle(
  found: Project,
  changed: boolean,
  notices: Notice[],
  part: Part,
  work: ProjectWork,
): Promise<Outcome> {
  const { id, fullPath, visibility, wiki, options } = found;
  work.place = { id, fullPath, url: found.webUrl || null, visibility, wiki, options };
  const fresh = changed || isUnfinished(id, work);
  // A project that must yet be proven to be ours is not claimed before.
  if (!part.unverified) await claim(work);
  const told = fresh ? await mute(work, found) : [];
  await untilCopied(found, work);
  return { changed, notices: [...notices, ...told] };
}

/** Did an earlier run make it without getting as far as its first push? */
function isUnfinished(id: number, { item, journal }: ProjectWork): boolean {
  const steps = historyAt(journal.history.items.get(item.id), id)?.steps;
  return steps?.has(project.name) === true && !steps.has(codeRecords.name);
}

/** Writes down that the project at this place is the item's. */
export async function claim({
  item,
  place,
  journal,
}: Pick<ProjectWork, 'item' | 'place' | 'journal'>): Promise<void> {
  if (place === null) return;
  const known = journal.history.items.get(item.id);
  if (known?.steps.get('project')?.status === 'done' && known.target?.id === place.id) return;
  const target = { id: place.id, path: place.fullPath };
  await journal.record({ item: item.id, step: 'project', status: 'done', target });
}
