import type { History } from '../journal/history.ts';
import type { Namespace, Project, Repository } from '../model/forge.ts';
import { assignNames } from './free-names.ts';
import { lastPart } from './groups.ts';
import type { PlanInput, ProjectPath } from './input.ts';
import { assignPaths, type PathAssignment, type PathEntry } from './path-assignment.ts';
import { keyOf } from '../model/source.ts';

type PathInput = Pick<PlanInput, 'source' | 'placements' | 'config' | 'history'>;

/** Paths and display names of the projects, one after the other, namespace by namespace; the names of earlier runs stay. */
export function* projectPaths(input: PathInput): Generator<[key: string, path: ProjectPath]> {
  const earlier = earlierPaths(input.history);
  for (const [fullPath, { repositories, namespace }] of byNamespace(input)) {
    const entries = repositories.map((repository) => pathEntry(repository, fullPath, input));
    const assigned = assignPaths(entries, {
      level: 'project',
      parent: fullPath,
      taken: pathsOf(namespace, 'subgroup'),
      remembered: earlier.get(fullPath) ?? new Map(),
    });
    const projects = new Map((namespace?.projects ?? []).map((project) => [keyOfPath(project), project]));
    const names = namesOf(entries, assigned, projects, namespace);
    const pendingDeletion = pathsOf(namespace, 'pending-deletion');
    for (const [key, assignment] of assigned) {
      const path = assignment.path.toLowerCase();
      const existing = projects.get(path) ?? null;
      yield [
        key,
        {
          ...assignment,
          fullPath: existing?.fullPath ?? `${fullPath}/${assignment.path}`,
          ...(names.get(key) ?? { name: assignment.path, nameReason: null }),
          existing,
          pendingDeletion: pendingDeletion.has(path),
        },
      ];
    }
  }
}

/** Display names: those of projects that are there stay, others keep clear of them (GL-123). */
function namesOf(
  entries: readonly PathEntry[],
  assigned: ReadonlyMap<string, PathAssignment>,
  projects: ReadonlyMap<string, Project>,
  namespace: Namespace | null,
): Map<string, Pick<ProjectPath, 'name' | 'nameReason'>> {
  const pathOf = ({ key, original }: PathEntry): string => assigned.get(key)?.path ?? original;
  const fresh = entries
    .filter((entry) => !projects.has(pathOf(entry).toLowerCase()))
    .map((entry) => ({ key: entry.key, original: entry.original, path: pathOf(entry) }));
  const taken = new Set([
    ...[...projects.values()].map(({ name }) => name),
    ...(namespace?.takenPaths ?? []).flatMap(({ kind, name }) => (kind === 'pending-deletion' ? [name] : [])),
  ]);
  const names = assignNames(fresh, { kind: 'project', taken });
  return new Map(
    entries.map((entry) => {
      const name = names.get(entry.key) ?? projects.get(pathOf(entry).toLowerCase())?.name ?? pathOf(entry);
      const displaced = names.has(entry.key) && taken.has(entry.original);
      const nameReason = displaced
        ? `its display name is "${name}": another project is already named "${entry.original}"`
        : null;
      return [entry.key, { name, nameReason }];
    }),
  );
}

/** Lower-case paths of what is in the way. */
function pathsOf(namespace: Namespace | null, wanted: 'subgroup' | 'pending-deletion'): Set<string> {
  const takenPaths = namespace?.takenPaths ?? [];
  return new Set(takenPaths.flatMap(({ kind, path }) => (kind === wanted ? [path.toLowerCase()] : [])));
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

function byNamespace({
  source,
  placements,
}: PathInput): Map<string, { namespace: Namespace | null; repositories: Repository[] }> {
  const groups = new Map<string, { namespace: Namespace | null; repositories: Repository[] }>();
  for (const repository of source.repositories) {
    const placement = placements.get(repository.owner);
    if (!placement) continue;
    const group = groups.get(placement.fullPath);
    if (group) group.repositories.push(repository);
    else groups.set(placement.fullPath, { namespace: placement.namespace, repositories: [repository] });
  }
  return groups;
}

function pathEntry(repository: Repository, namespace: string, input: Pick<PathInput, 'config'>): PathEntry {
  const key = keyOf(repository);
  const wanted = input.config.map.repositories[key];
  const entry = { key, original: repository.name, made: repository.id };
  if (wanted === undefined) return entry;
  // A full path below the namespace, or the last part alone.
  const prefix = `${namespace.toLowerCase()}/`;
  return {
    ...entry,
    wanted: wanted.toLowerCase().startsWith(prefix) ? wanted.slice(prefix.length) : lastPart(wanted),
  };
}

function keyOfPath({ fullPath }: Project): string {
  return lastPart(fullPath).toLowerCase();
}
