import {
  archived,
  mapImpossible,
  markedForDeletion,
  tooVisible,
  visibilityRestricted,
} from '../failures/target.ts';
import { refKind } from '../gitlab/rules/ref-names.ts';
import type { ItemHistory } from '../journal/history.ts';
import type { Project, RefListing, Repository, Visibility } from '../model/forge.ts';
import type { PlannedProject, RefChange } from '../model/plan.ts';
import type { Notice } from '../model/notice.ts';
import { sourceDefaultBranch, headVerdict, keptHeadWarning, refusedHeadWarning } from './default-branch.ts';
import { shortened } from './display-names.ts';
import type { PlanInput, ProjectPath } from './input.ts';
import { foreignProject, isPartOf, unknownIds } from './known-history.ts';
import { lossesIn } from './losses.ts';
import type { Placement } from './owners.ts';
import { planRefs } from './refs.ts';
import { renamesOf, withRenamedDefault } from './renamed-refs.ts';
import { restrictedIn, narrower, projectVisibility } from './visibility.ts';

/** One planned project after the other, for each repository whose refs could be read; thousands take a while. */
export function* planProjects(input: PlanInput): Generator<PlannedProject> {
  for (const repository of input.source.repositories) {
    const id = keyOf(repository);
    const listing = input.sourceRefs.get(id);
    const placement = input.placements.get(repository.owner);
    const path = input.paths.get(id);
    // A project whose refs could not be read is a problem, and is left alone.
    if (path?.existing && !input.targetRefs.has(id)) continue;
    if (listing && placement && path) yield planProject(repository, listing, placement, path, input);
  }
}

function planProject(
  repository: Repository,
  listing: RefListing,
  placement: Placement,
  path: ProjectPath,
  input: PlanInput,
): PlannedProject {
  const id = keyOf(repository);
  const history = input.history.items.get(id);
  const { existing } = path;
  const ours = existing !== null && history?.target?.id === existing.id;
  const target = input.targetRefs.get(id) ?? { refs: new Map(), head: null };
  const { notes } = input.config.migrate;
  const known = input.known.get(id);
  const unknown = unknownIds({ source: listing, target, history, ours, notes });
  const foreign = unknown.filter((object) => known?.get(object)?.known === false);
  const renames = renamesOf(repository, input.config);
  const { branch, warning } = sourceDefaultBranch(withRenamedDefault(repository, listing, renames), listing);
  const assumed = existing?.assumedDefaultBranch ?? placement.namespace?.assumedDefaultBranch ?? null;
  const decided = visibilityOf(repository, placement, existing, input);
  const refs = planRefs({
    repository: id,
    source: listing,
    target: target.refs,
    written: history?.written ?? new Map(),
    empty: existing === null || existing.empty,
    defaultBranch: branch,
    initialBranch: assumed ?? input.target.initialBranch,
    notes,
    prune: input.prune,
    targetDefault: existing?.defaultBranch ?? null,
    protections: input.protections.get(id),
    isPartOf: (old, tip) => isPartOf(known, old, tip),
  });
  const reasons = [path.reason, path.nameReason].filter((reason) => reason !== null);
  reasons.push(...decided.reasons);
  if (existing && !ours && foreign.length === 0)
    reasons.push(
      existing.empty ? 'it exists and is empty: adopted' : 'it exists with refs of the source: adopted',
    );
  return {
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
    refs,
    mustKnow: unknown.filter((object) => known?.get(object)?.known !== true),
    losses: lossesIn(listing),
    findings: [],
    reasons,
    warnings: projectWarnings({
      repository,
      listing,
      target,
      refs,
      branch,
      assumed,
      history,
      input,
      warning,
    }),
    blocked: path.blocked
      ? mapImpossible(path.fullPath, { detail: path.blocked.reason, fix: path.blocked.fix }).notice
      : (deletedProject(path) ??
        foreignProject({ repository: id, fullPath: path.fullPath }, target, foreign) ??
        blockedBy(existing, decided.visibility) ??
        restrictedBlock(path.fullPath, decided.blocked)),
  };
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
  if (narrower(visibility, allowed) === visibility) return null;
  return tooVisible(fullPath, { visibility, allowed }).notice;
}

export function keyOf({ owner, name }: Repository): string {
  return `${owner}/${name}`;
}

type Situation = {
  repository: Repository;
  /** The source's refs, under the names with which they travel. */
  listing: RefListing;
  target: RefListing;
  refs: readonly RefChange[];
  /** Short name of the branch that becomes the default. */
  branch: string | null;
  /** The branch name that the project or its group assumes while it is empty; null when neither tells. */
  assumed: string | null;
  history: ItemHistory | undefined;
  input: Pick<PlanInput, 'target'>;
  /** What the choice of the default branch has to say. */
  warning: string | null;
};

/** What will look different on GitLab from what one might expect. */
function projectWarnings(situation: Situation): string[] {
  const { repository, listing, warning } = situation;
  const cut = Array.from(repository.description).length > 2000;
  return [
    ...(warning === null ? [] : [warning]),
    ...(cut ? ['its description is cut to the 2,000 characters that GitLab takes'] : []),
    ...assumptions(situation),
    ...keptHead(situation),
    ...(listing.warnings ?? []),
  ];
}

/** Settings of the server are for administrators: then a tag of the assumed name cannot be foreseen (gitlab-contract §4.3). */
function assumptions({ listing, assumed, input: { target } }: Situation): string[] {
  const names = [...listing.refs.keys()];
  const bare = !names.some((ref) => refKind(ref) === 'branch') && names.some((ref) => refKind(ref) === 'tag');
  if (!bare || assumed !== null || target.restricted !== null) return [];
  return [
    `it has no branch, and the token cannot read which branch name GitLab presumes then (${target.initialBranch} is assumed): a tag of that name is refused`,
  ];
}

/** Where somebody chose another default branch on GitLab, it stays; beside a branch `HEAD` GitLab changes it for nobody (gitlab-contract T38). */
function keptHead({ branch, target: { head, refs: there }, refs, history }: Situation): string[] {
  const hasBranches = [...there.keys()].some((ref) => refKind(ref) === 'branch');
  if (branch === null || !hasBranches) return [];
  const refused = refs.some(({ ref, outcome }) => ref === `refs/heads/${branch}` && outcome === 'refused');
  if (refused) return [];
  const verdict = headVerdict(branch, head, history?.head ?? null);
  if (verdict === 'kept') return [keptHeadWarning(branch, head)];
  return verdict === 'set' && there.has('refs/heads/HEAD') ? [refusedHeadWarning(branch, head)] : [];
}
