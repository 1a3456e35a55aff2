import {
  archived,
  mapImpossible,
  markedForDeletion,
  projectsForbidden,
  tooVisible,
  visibilityRestricted,
} from '../failures/target.ts';
import { forkFailed } from '../failures/forks.ts';
import { effectiveDefaultBranch, travels, type TravelRules } from '../gitlab/rules/ref-names.ts';
import type { Namespace, Project, RefListing, Repository, Visibility } from '../model/forge.ts';
import type { Notice } from '../model/notice.ts';
import type { Loss } from '../model/losses.ts';
import type { PlannedProject } from '../model/plan.ts';
import { keyOf } from '../model/source.ts';
import { shortened } from './free-names.ts';
import type { Placement } from './groups.ts';
import type { PlanInput, ProjectPath } from './input.ts';
import { writtenRefs, foreignProject, unknownIds } from './known-refs.ts';
import { pullHeadsIn, pullNumber } from './pull-heads.ts';
import { renamesOf, withRenamedDefault } from './refs.ts';
import { restrictedIn, narrower, projectVisibility } from './visibility.ts';

/** A project that has its place, before the steps decide their parts of it. */
export type PlacedProject = {
  project: PlannedProject;
  /** Ids on the target that neither the source's listing nor the journal knows, nor the source when it was asked. */
  unverifiedIds: string[];
};

/** One project after the other, for each repository whose refs could be read; thousands take a while. */
export function* placeProjects(input: PlanInput): Generator<PlacedProject> {
  for (const repository of input.source.repositories) {
    const id = keyOf(repository);
    const listing = input.sourceRefs.get(id);
    const placement = input.placements.get(repository.owner);
    const path = input.paths.get(id);
    // A project whose refs could not be read is a problem, and is left alone.
    if (path?.existing && !input.targetRefs.has(id)) continue;
    if (listing && placement && path) yield placeProject(repository, listing, placement, path, input);
  }
}

function placeProject(
  repository: Repository,
  listing: RefListing,
  placement: Placement,
  path: ProjectPath,
  input: PlanInput,
): PlacedProject {
  const id = keyOf(repository);
  const history = input.history.items.get(id);
  const { existing } = path;
  const ours = existing !== null && history?.target?.id === existing.id;
  const target = input.targetRefs.get(id) ?? { refs: new Map(), head: null };
  const { migrate } = input.config;
  const known = input.known.get(id);
  const unknown = unknownIds({ source: listing, target, written: writtenRefs(history), ours, ...migrate });
  const foreign = unknown.filter((object) => known?.get(object)?.known === false);
  const renames = renamesOf(repository, input.config);
  const { branch } = sourceDefaultBranch(withRenamedDefault(repository, listing, renames), listing);
  const decided = visibilityOf(repository, placement, existing, input);
  const left = existing === null ? doomedProject(history?.target?.id, placement) : null;
  const parent = input.parents?.get(id);
  const reasons = [left, path.reason, path.nameReason].filter((reason) => reason !== null);
  reasons.push(...decided.reasons);
  if (existing && !ours && foreign.length === 0)
    reasons.push(
      existing.empty
        ? 'already exists and is empty: adopted'
        : 'already exists with refs from the source: adopted',
    );
  const isTaken = (other: string): boolean => isInUse(other.toLowerCase(), placement, input);
  const project: PlannedProject = {
    kind: 'project',
    id,
    repository,
    path: path.path,
    fullPath: path.fullPath,
    name: path.name,
    description: shortened(repository.description),
    visibility: existing?.visibility ?? decided.visibility,
    existing,
    defaultBranch: branch ?? (listing.refs.size === 0 ? repository.defaultBranch || null : null),
    ...(parent && { parent }),
    losses: lossesIn(listing, migrate, { pulls: migrate.tracker === 'auto' }),
    findings: [],
    reasons,
    blocked: path.blocked
      ? mapImpossible(path.fullPath, { detail: path.blocked.reason, fix: path.blocked.fix }).notice
      : (deletedProject(path) ??
        foreignProject({ repository: id, fullPath: path.fullPath, isTaken }, target, foreign) ??
        blockedBy(existing, decided.visibility) ??
        restrictedBlock(path.fullPath, decided.blocked)),
    steps: [],
  };
  return { project, unverifiedIds: unknown.filter((object) => known?.get(object)?.known !== true) };
}

/** Has another repository of the plan, or something on GitLab, this full path (in lower case)? */
function isInUse(path: string, { namespace }: Placement, { paths }: PlanInput): boolean {
  if ([...paths.values()].some(({ fullPath }) => fullPath.toLowerCase() === path)) return true;
  const there = (namespace?.projects ?? []).map(({ fullPath }) => fullPath);
  there.push(...(namespace?.takenPaths ?? []).map((taken) => `${namespace?.fullPath}/${taken.path}`));
  return there.some((other) => other.toLowerCase() === path);
}

/** The project of an earlier run may wait for its deletion under another path: only its id tells (GL-150, GL-151). */
function doomedProject(id: number | undefined, { namespace }: Placement): string | null {
  const doomed = namespace?.takenPaths.find((taken) => taken.kind === 'pending-deletion' && taken.id === id);
  if (doomed === undefined) return null;
  return `the project of an earlier run is marked for deletion on GitLab, and is now ${namespace?.fullPath}/${doomed.path}: a new one is created`;
}

function deletedProject({ pendingDeletion, fullPath }: ProjectPath): Notice | null {
  return pendingDeletion ? markedForDeletion(fullPath).notice : null;
}

function restrictedBlock(fullPath: string, blocked: { reason: string; fix: string } | null): Notice | null {
  if (blocked === null) return null;
  return visibilityRestricted(fullPath, { detail: blocked.reason, fix: blocked.fix }).notice;
}

function visibilityOf(
  repository: Repository,
  { namespace, parent }: Placement,
  existing: Project | null,
  input: PlanInput,
): ReturnType<typeof projectVisibility> {
  return projectVisibility({
    private: repository.private,
    anonymousAccess: input.source.anonymousAccess,
    config: input.config.visibility,
    // What is there keeps its level.
    restricted: existing === null ? restrictedIn(namespace, input.target) : [],
    namespace: namespace?.visibility ?? parent?.visibility ?? null,
  });
}

function blockedBy(existing: Project | null, allowed: Visibility): Notice | null {
  if (existing === null) return null;
  const { fullPath, visibility } = existing;
  if (existing.archived) return archived(fullPath).notice;
  if (existing.copying === 'failed') return forkFailed(fullPath).notice;
  if (narrower(visibility, allowed) === visibility) return null;
  return tooVisible(fullPath, { visibility, allowed }).notice;
}

/**
 * What a listing of refs alone tells about things that stay behind: GitBucket keeps `refs/pull/N/head` for each pull
 * request, and further refs of its own beside it.
 */
export function lossesIn(
  listing: RefListing,
  rules: TravelRules,
  moved: { pulls: boolean } = { pulls: false },
): Loss[] {
  const pulls = moved.pulls ? 0 : pullHeadsIn(listing).size;
  const all = { ...rules, notes: true };
  let others = 0;
  for (const ref of listing.refs.keys()) {
    if (!travels(ref, all) && pullNumber(ref) === null) others += 1;
  }
  const losses: Loss[] = [];
  if (pulls > 0) losses.push({ kind: 'pull-requests', count: pulls });
  if (others > 0) losses.push({ kind: 'other-refs', count: others });
  return losses;
}

/**
 * The branch that becomes the default on the target: what GitBucket's database says if that branch exists, else where
 * git's HEAD points, else GitLab's own order (main, master, first by name). Null without branches. The two sources
 * disagree at times (GB-75, GB-112).
 */
export function sourceDefaultBranch(
  repository: Repository,
  listing: RefListing,
): { branch: string | null; warning: string | null } {
  const named = repository.defaultBranch;
  const head = listing.head?.replace(/^refs\/heads\//, '') ?? null;
  if (listing.refs.has(`refs/heads/${named}`)) {
    const differs = head !== null && head !== named;
    const warning = differs
      ? `GitBucket's default branch is ${named}, but git's HEAD is ${head}: using ${named}`
      : null;
    return { branch: named, warning };
  }
  const branch = effectiveDefaultBranch(listing.refs.keys(), null, head);
  if (listing.refs.size === 0) return { branch: null, warning: null };
  if (branch === null) return { branch, warning: 'it has no branch, so no default branch is set' };
  const missing =
    named === ''
      ? 'GitBucket reports no default branch'
      : `GitBucket's default branch ${named} does not exist`;
  return { branch, warning: `${missing}: using ${branch}` };
}

/** Why nothing can be made in a namespace in which the token's user has a sufficient role. */
export function whyUnusable(reason: NonNullable<Namespace['unusableReason']>, fullPath: string): Notice {
  if (reason === 'archived') return archived(fullPath).notice;
  if (reason === 'pending-deletion') return markedForDeletion(fullPath).notice;
  const detail = reason === 'rules' ? 'its rules leave it to others' : 'the user is blocked or deactivated';
  return projectsForbidden(fullPath, { detail }).notice;
}
