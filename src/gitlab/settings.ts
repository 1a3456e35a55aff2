import type { Visibility } from '../model/forge.ts';
import type { Target } from '../model/target.ts';
import type { GitLabClient, List } from './client.ts';
import { once } from '../net/once.ts';
import { unlessRefused, unlessHidden } from './errors.ts';
import * as schema from './schema.ts';

/** The settings of the whole server. @throws target-forbidden for others than administrators */
export function readSettings(gitlab: GitLabClient): Promise<schema.ApplicationSettings> {
  const ask = '/application/settings';
  return gitlab.request(ask, schema.ApplicationSettings, (api) => api.ApplicationSettings.show());
}

/** The settings of the whole server, asked for once; null for others than administrators. */
export function openSettings(gitlab: GitLabClient, isAdmin: () => boolean): SettingsReader {
  return once(async () => (isAdmin() ? unlessRefused(readSettings(gitlab)) : null));
}

export type SettingsReader = () => Promise<schema.ApplicationSettings | null>;

export type TargetSettings = Pick<
  Target,
  'initialBranch' | 'restrictedLevels' | 'newGroupsTakeProjects' | 'sizeLimits'
>;

type Settings = {
  branch: string | null;
  restricted: readonly Visibility[] | null;
  groupsTakeProjects: boolean;
  pushLimit: number | null;
};

const nobody = 0;
const mebibyte = 1024 * 1024;
const unread: Settings = { branch: null, restricted: null, groupsTakeProjects: true, pushLimit: null };

/** What the settings mean for a plan. */
export function createSettings(url: string, read: SettingsReader): TargetSettings {
  async function settings(): Promise<Settings> {
    const found = await read();
    if (found === null) return unread;
    return {
      branch: found.default_branch_name || null,
      restricted: found.restricted_visibility_levels ?? [],
      groupsTakeProjects: found.default_project_creation !== nobody,
      pushLimit: bytesOf(found.receive_max_input_size),
    };
  }

  return {
    initialBranch: async () => (await settings()).branch,
    restrictedLevels: async () => (await settings()).restricted,
    newGroupsTakeProjects: async () => (await settings()).groupsTakeProjects,
    async sizeLimits() {
      const file = isGitLabCom(url) ? fileOnGitlabCom : null;
      return { push: (await settings()).pushLimit, file };
    },
  };
}

/** GitLab counts limits in MB, and 0 is none. */
export function bytesOf(megabytes: number | null | undefined): number | null {
  return megabytes ? megabytes * mebibyte : null;
}

/** Free projects of GitLab.com (GL-241). */
const fileOnGitlabCom = 100 * mebibyte;

/** The server whose own rules are known though nobody may read its settings. */
export function isGitLabCom(url: string): boolean {
  return new URL(url).hostname === 'gitlab.com';
}

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
