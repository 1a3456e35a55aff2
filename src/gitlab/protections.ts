import type { Target } from '../model/target.ts';
import type { GitLabClient, List } from './client.ts';
import { unlessHidden } from './errors.ts';
import * as schema from './schema.ts';

/** What a project protects (GL-162, GL-172); below Maintainer GitLab does not show it. */
export function createProtectionLookups(
  gitlab: GitLabClient,
): Pick<Target, 'protectedBranches' | 'protectedTags'> {
  return {
    async protectedBranches(projectId) {
      const rules = await unlessHidden(gitlab.list(branchProtections(projectId)));
      if (rules === null) return null;
      return rules.map((rule) => ({
        pattern: rule.name,
        push: rolesIn(rule.push_access_levels),
        merge: rolesIn(rule.merge_access_levels),
        forcePush: rule.allow_force_push,
      }));
    },
    async protectedTags(projectId) {
      const rules = await unlessHidden(gitlab.list(tagProtections(projectId)));
      if (rules === null) return null;
      return rules.map((rule) => ({ pattern: rule.name, create: rolesIn(rule.create_access_levels) }));
    },
  };
}

export function branchProtections(projectId: number): List<schema.ProtectedBranch> {
  const path = `/projects/${projectId}/protected_branches`;
  return { path, type: schema.ProtectedBranch, object: String(projectId) };
}

export function tagProtections(projectId: number): List<schema.ProtectedTag> {
  const path = `/projects/${projectId}/protected_tags`;
  return { path, type: schema.ProtectedTag, object: String(projectId) };
}

/** Null when single users, groups or keys are named, which only GitLab can judge. */
function rolesIn(levels: schema.AccessLevels): number[] | null {
  const named = levels.some((level) => level.user_id ?? level.group_id ?? level.deploy_key_id);
  return named ? null : levels.map((level) => level.access_level ?? 0);
}
