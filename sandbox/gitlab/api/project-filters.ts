import { membershipInForce, OWNER } from '../access.ts';
import type { Project } from '../state.ts';
import type { Call } from './endpoint.ts';
import { basicProject, projectEntity } from './entities/projects.ts';
import { KEYSET, ordered } from './pagination.ts';
import { flagOf, integerOf, textOf, type Param } from './params.ts';
import { VISIBILITIES } from './project-fields.ts';

export const PROJECT_FILTERS: Record<string, Param> = {
  ...KEYSET,
  search: { type: 'string' },
  search_namespaces: { type: 'boolean' },
  owned: { type: 'boolean', default: false },
  membership: { type: 'boolean', default: false },
  starred: { type: 'boolean', default: false },
  archived: { type: 'boolean' },
  simple: { type: 'boolean', default: false },
  visibility: { type: 'string', values: VISIBILITIES },
  min_access_level: { type: 'integer', values: [10, 15, 20, 30, 40, 50] },
  topic: { type: 'strings' },
  order_by: {
    type: 'string',
    values: [
      'id',
      'name',
      'path',
      'created_at',
      'updated_at',
      'last_activity_at',
      'similarity',
      'star_count',
    ],
    default: 'created_at',
  },
  sort: { type: 'string', values: ['asc', 'desc'], default: 'desc' },
};

/** The projects among these that the caller sees and asked for. */
export function chosenProjects(call: Call, projects: readonly Project[]): Project[] {
  const { context, params, actor } = call;
  const search = textOf(params, 'search')?.toLowerCase() ?? '';
  const least = Math.max(integerOf(params, 'min_access_level') ?? 0, flagOf(params, 'owned') ? OWNER : 0);
  const needed = flagOf(params, 'membership') ? Math.max(least, 1) : least;
  const archived = flagOf(params, 'archived');
  const topics = (params['topic'] as string[] | undefined) ?? [];
  return projects.filter((project) => {
    if (project.pendingDelete || !context.canRead(actor, project)) return false;
    if (needed > 0 && (!actor || membershipInForce(context.routes, actor.user.id, project) < needed))
      return false;
    if (archived !== undefined && project.archived !== archived) return false;
    if (params['visibility'] !== undefined && project.visibility !== params['visibility']) return false;
    if (flagOf(params, 'starred') && !project.stars.includes(actor?.user.id ?? 0)) return false;
    if (!topics.every((topic) => project.topics.includes(topic))) return false;
    return matchesSearch(project, search, flagOf(params, 'search_namespaces') === true);
  });
}

export function projectOrder(call: Call, projects: readonly Project[]): Project[] {
  return ordered(call, projects, {
    name: (project) => project.name,
    path: (project) => project.path,
    updated_at: (project) => project.lastActivityAt,
    last_activity_at: (project) => project.lastActivityAt,
  });
}

export function listEntity(call: Call): (project: Project) => unknown {
  const { context, actor } = call;
  if (!actor || flagOf(call.params, 'simple')) return (project) => basicProject(context, project);
  return (project) => projectEntity(context, project, actor);
}

/** Fewer than three characters must match exactly (fuzzy search needs three). */
function matchesSearch(project: Project, search: string, withNamespace: boolean): boolean {
  if (search === '') return true;
  const texts = [project.name, project.path, ...(withNamespace ? [project.fullPath] : [])];
  const lower = texts.map((text) => text.toLowerCase());
  return lower.some((text) => (search.length < 3 ? text === search : text.includes(search)));
}
