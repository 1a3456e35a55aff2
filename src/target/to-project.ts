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
    empty: project.empty_repo,
    archived: project.archived,
    creatorId: project.creator_id ?? null,
    webUrl: project.web_url,
  };
}
