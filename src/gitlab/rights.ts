import type { Namespace } from '../model/forge.ts';
import type * as schema from './schema.ts';

/** Administrators count as more than any role (GL-126). */
export const administrator = 60;
export const owner = 50;
/** Role that may push to protected branches; less is of no use here, whatever a group demands for making projects. */
export const maintainer = 40;

/** The namespace that a group is for somebody with this role in it (GL-94, GL-126). */
export function groupNamespace(group: schema.Group, role: number): Namespace {
  const stopped = whyStopped(group);
  const maintains = role >= maintainer;
  const canCreateProjects = maintains && stopped === null && role >= roleForProjects(group);
  return {
    id: group.id,
    kind: 'group',
    fullPath: group.full_path,
    visibility: group.visibility,
    canCreateProjects,
    canCreateSubgroups: stopped === null && role >= roleForGroups(group),
    unusableReason: maintains && !canCreateProjects ? (stopped ?? 'rules') : null,
    bypassesRestrictions: role >= administrator,
    userId: null,
    projectsLimit: null,
    projects: [],
    takenPaths: [],
    assumedDefaultBranch: group.default_branch || null,
  };
}

/** Is Maintainer not enough to say what may be done in the group? */
export function exactRoleMatters(group: schema.Group): boolean {
  return Math.max(roleForProjects(group), roleForGroups(group)) > maintainer;
}

function whyStopped(group: schema.Group): 'archived' | 'pending-deletion' | null {
  if (group.marked_for_deletion_on) return 'pending-deletion';
  return group.archived === true ? 'archived' : null;
}

/** Nobody, administrators included, makes projects where the level is `noone`. */
function roleForProjects({ project_creation_level: level }: schema.Group): number {
  if (level === 'noone') return Infinity;
  if (level === 'administrator') return administrator;
  return level === 'owner' ? owner : maintainer;
}

function roleForGroups({ subgroup_creation_level: level }: schema.Group): number {
  return level === 'owner' ? owner : maintainer;
}
