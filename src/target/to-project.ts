import type { Project } from '../model.ts';
import type * as schema from './schema.ts';

export function toProject(project: schema.Project): Project {
  return {
    id: project.id,
    fullPath: project.path_with_namespace,
    name: project.name,
    visibility: project.visibility,
    description: project.description ?? '',
    // An empty repository shows only the preferred name (gitlab-contract T37).
    defaultBranch: project.empty_repo ? null : (project.default_branch ?? null),
    presumedBranch: project.empty_repo ? (project.default_branch ?? null) : null,
    empty: project.empty_repo,
    archived: project.archived,
    creatorId: project.creator_id ?? null,
    webUrl: project.web_url,
  };
}

/** Does the project wait for its deletion? Under its old path up to 17.x, renamed since 18.0 (gitlab-contract §3.6). */
export function isLeaving(project: schema.Project): boolean {
  return Boolean(project.marked_for_deletion_on ?? project.marked_for_deletion_at);
}
