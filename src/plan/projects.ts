import type { Blocked, PlannedProject, Project, RefListing, Repository, Visibility } from '../model.ts';
import type { History, ItemHistory } from '../journal/replay.ts';
import { assignPaths } from './assign-paths.ts';
import { shortened } from './description.ts';
import { assignNames } from './display-names.ts';
import { lossesIn } from './losses.ts';
import { lastPart, type Placement } from './owners.ts';
import type { PathEntry } from './path-assignment.ts';
import type { PlanInput, ProjectPath } from './input.ts';
import { travels } from './ref-names.ts';
import { planRefs } from './refs.ts';
import { sourceDefaultBranch } from './source-default.ts';
import { narrower, projectVisibility } from './visibility.ts';

/** One planned project after the other, for each repository whose refs could be read; thousands take a while. */
export function* planProjects(input: PlanInput): Generator<PlannedProject> {
  for (const repository of input.source.repositories) {
    const id = keyOf(repository);
    const listing = input.sourceRefs.get(id);
    const placement = input.placements.get(repository.owner);
    const path = input.paths.get(id);
    if (listing && placement && path) yield planProject(repository, listing, placement, path, input);
  }
}

/** Paths and display names of the projects, one after the other, namespace by namespace; the names of earlier runs stay. */
export function* projectPaths(
  input: Pick<PlanInput, 'source' | 'placements' | 'config' | 'history'>,
): Generator<[key: string, path: ProjectPath]> {
  const earlier = earlierPaths(input.history);
  for (const [fullPath, repositories] of byNamespace(input)) {
    const namespace = [...input.placements.values()].find(
      (placement) => placement.fullPath === fullPath,
    )?.namespace;
    const entries = repositories.map((repository) => pathEntry(repository, fullPath, input));
    const remembered = earlier.get(fullPath) ?? new Map<string, string>();
    const assigned = assignPaths(entries, {
      level: 'project',
      parent: fullPath,
      taken: new Set(),
      remembered,
    });
    const projects = new Map(
      (namespace?.projects ?? []).map((project) => [lastPart(project.fullPath).toLowerCase(), project]),
    );
    const names = assignNames(
      entries.map(({ key, original }) => ({ key, original, path: assigned.get(key)?.path ?? original })),
      { kind: 'project', taken: new Set() },
    );
    for (const [key, assignment] of assigned) {
      const existing = projects.get(assignment.path.toLowerCase()) ?? null;
      const name = names.get(key) ?? assignment.path;
      yield [
        key,
        {
          ...assignment,
          fullPath: existing?.fullPath ?? `${fullPath}/${assignment.path}`,
          name,
          existing,
        },
      ];
    }
  }
}

/** Last part of the paths that earlier runs gave, by namespace and then by `owner/name`. */
function earlierPaths({ items }: History): Map<string, Map<string, string>> {
  const paths = new Map<string, Map<string, string>>();
  for (const [item, { target }] of items) {
    if (!item.includes('/') || target === null) continue;
    const path = lastPart(target.path);
    const namespace = target.path.slice(0, -path.length - 1);
    const known = paths.get(namespace);
    if (known) known.set(item, path);
    else paths.set(namespace, new Map([[item, path]]));
  }
  return paths;
}

function byNamespace(input: Pick<PlanInput, 'source' | 'placements'>): Map<string, Repository[]> {
  const groups = new Map<string, Repository[]>();
  for (const repository of input.source.repositories) {
    const placement = input.placements.get(repository.owner);
    if (!placement) continue;
    const list = groups.get(placement.fullPath);
    if (list) list.push(repository);
    else groups.set(placement.fullPath, [repository]);
  }
  return groups;
}

function pathEntry(repository: Repository, namespace: string, input: Pick<PlanInput, 'config'>): PathEntry {
  const key = keyOf(repository);
  const wanted = input.config.map.repositories[key];
  const entry = { key, original: repository.name };
  if (wanted === undefined) return entry;
  // A full path below the namespace, or the last part alone.
  const prefix = `${namespace.toLowerCase()}/`;
  return {
    ...entry,
    wanted: wanted.toLowerCase().startsWith(prefix) ? wanted.slice(prefix.length) : lastPart(wanted),
  };
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
  const targetRefs = input.targetRefs.get(id);
  const { branch, warning } = sourceDefaultBranch(repository, listing);
  const decided = visibilityOf(repository, placement, input);
  const reasons = [...(path.reason === null ? [] : [path.reason]), ...decided.reasons];
  if (existing && !ours)
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
    refs: planRefs({
      source: listing,
      target: targetRefs?.refs ?? new Map(),
      written: history?.written ?? new Map(),
      empty: existing === null || existing.empty,
      defaultBranch: branch,
      preference: input.target.preference,
      notes: input.config.migrate.notes,
      prune: input.prune,
      targetDefault: existing?.defaultBranch ?? null,
    }),
    mustKnow: ours || !targetRefs ? [] : unknownIds(targetRefs, listing, history, input.config.migrate.notes),
    losses: lossesIn(listing),
    findings: [],
    reasons,
    warnings: warnings(repository, warning),
    blocked: path.blocked
      ? { code: 'map-impossible', reason: path.blocked.reason, fix: path.blocked.fix }
      : blockedBy(existing, decided.visibility, decided.blocked),
  };
}

function visibilityOf(
  repository: Repository,
  { namespace }: Placement,
  input: PlanInput,
): ReturnType<typeof projectVisibility> {
  return projectVisibility({
    private: repository.private,
    anonymousAccess: input.source.anonymousAccess,
    config: input.config.visibility,
    restricted: [],
    namespace: namespace?.visibility ?? input.target.parentGroup?.visibility ?? null,
  });
}

/** Ids on the target that nobody here has seen: the content of a project decides whether it is ours to go on with. */
function unknownIds(
  target: RefListing,
  source: RefListing,
  history: ItemHistory | undefined,
  notes: boolean,
): string[] {
  const known = new Set(source.refs.values());
  const unknown = new Set<string>();
  for (const [ref, id] of target.refs) {
    if (!travels(ref, { notes }) || known.has(id) || history?.written.get(ref)?.has(id)) continue;
    unknown.add(id);
  }
  return [...unknown];
}

function blockedBy(
  existing: Project | null,
  allowed: Visibility,
  blocked: { reason: string; fix: string } | null,
): Blocked | null {
  if (existing?.archived) {
    const fix = 'unarchive it on GitLab (Settings > General > Advanced), then run the same command again';
    return { code: 'archived', reason: `${existing.fullPath} is archived and takes no pushes`, fix };
  }
  if (existing && narrower(existing.visibility, allowed) !== existing.visibility) {
    return {
      code: 'too-visible',
      reason: `${existing.fullPath} exists and is ${existing.visibility}, but the repository is ${allowed} on the source`,
      fix: `make the project ${allowed} on GitLab, then run the same command again`,
    };
  }
  return blocked ? { code: 'visibility-restricted', ...blocked } : null;
}

function warnings({ description }: Repository, warning: string | null): string[] {
  const found = warning === null ? [] : [warning];
  if (Array.from(description).length > 2000)
    found.push('its description is cut to the 2,000 characters that GitLab takes');
  return found;
}

export function keyOf({ owner, name }: Repository): string {
  return `${owner}/${name}`;
}
