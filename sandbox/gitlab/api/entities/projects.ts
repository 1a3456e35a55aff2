import { membership, type Actor } from '../../access.ts';
import type { Context } from '../../context.ts';
import { groupsAbove } from '../../groups.ts';
import { isSince } from '../../settings.ts';
import type { Project } from '../../state.ts';
import { avatarUrl } from '../avatars.ts';
import { openIssues } from '../../tracker/items.ts';
import { PROJECT_DEFAULTS } from '../project-fields.ts';
import { namespaceEntity } from './groups.ts';
import { basicUser } from './users.ts';

/** What strangers and `simple=true` get. */
export function basicProject(context: Context, project: Project): Record<string, unknown> {
  return basicDetails(context, project, context.defaultBranch(project));
}

function basicDetails(context: Context, project: Project, branch: string | null): Record<string, unknown> {
  const web = `${context.externalUrl}/${project.fullPath}`;
  const namespace = context.routes.namespace(project.namespaceId);
  const host = new URL(context.externalUrl).hostname;
  return {
    id: project.id,
    description: project.description === '' ? null : project.description,
    name: project.name,
    name_with_namespace: `${namespaceName(context, project)} / ${project.name}`,
    path: project.path,
    path_with_namespace: project.fullPath,
    created_at: project.createdAt,
    default_branch: branch ?? preferredBranch(context, project),
    tag_list: project.topics,
    topics: project.topics,
    ssh_url_to_repo: `git@${host}:${project.fullPath}.git`,
    http_url_to_repo: `${web}.git`,
    web_url: web,
    readme_url: null,
    forks_count: context.state.projects.filter((other) => other.forkedFromId === project.id).length,
    avatar_url: avatarUrl(context, 'project', project),
    star_count: project.stars.length,
    last_activity_at: project.lastActivityAt,
    visibility: project.visibility,
    namespace: namespace && namespaceEntity(context, namespace),
  };
}

/** The whole entity, for callers with an account. */
export function projectEntity(
  context: Context,
  project: Project,
  actor: Actor | null,
): Record<string, unknown> {
  const owner = context.routes.namespace(project.namespaceId);
  const forkedFrom = project.forkedFromId === null ? null : context.routes.project(project.forkedFromId);
  const branch = context.defaultBranch(project);
  const attributes: Record<string, unknown> = {
    ...PROJECT_DEFAULTS,
    auto_devops_enabled: context.settings.autoDevops,
    ...project.attributes,
  };
  return {
    ...basicDetails(context, project, branch),
    container_registry_image_prefix: project.fullPath.toLowerCase(),
    _links: links(context, project),
    marked_for_deletion_at: project.markedForDeletionOn,
    marked_for_deletion_on: project.markedForDeletionOn,
    empty_repo: branch === null,
    archived: project.archived,
    ...(owner?.kind === 'user' && { owner: basicUser(context, owner.user) }),
    ...attributes,
    emails_disabled: attributes['emails_enabled'] === false || mailsOffAbove(context, project),
    lfs_enabled: project.lfsEnabled,
    wiki_enabled: attributes['wiki_access_level'] !== 'disabled',
    issues_enabled: attributes['issues_access_level'] !== 'disabled',
    merge_requests_enabled: attributes['merge_requests_access_level'] !== 'disabled',
    jobs_enabled: attributes['builds_access_level'] !== 'disabled',
    snippets_enabled: attributes['snippets_access_level'] !== 'disabled',
    creator_id: project.creatorId,
    import_url: null,
    import_type: null,
    import_status: project.importStatus ?? 'none',
    import_error: null,
    open_issues_count: openIssues(project),
    // Who may not see the parent is not told of it (GL-149).
    ...(forkedFrom &&
      context.canRead(actor, forkedFrom) && { forked_from_project: basicProject(context, forkedFrom) }),
    shared_with_groups: project.links.map((link) => ({
      group_id: link.groupId,
      group_name: context.routes.group(link.groupId)?.name,
      group_full_path: context.routes.group(link.groupId)?.fullPath,
      group_access_level: link.accessLevel,
      expires_at: link.expiresAt,
    })),
    repository_object_format: 'sha1',
    permissions: permissions(context, project, actor),
  };
}

/** What a group switches off is off in all that it holds (GL-287). */
function mailsOffAbove(context: Context, project: Project): boolean {
  const group = context.routes.group(project.namespaceId);
  if (group === null) return false;
  return groupsAbove(context, group).some(({ attributes }) => attributes['emails_enabled'] === false);
}

/** For an empty repository a mere preference is shown (GL-129); 15.x shows nothing. */
function preferredBranch(context: Context, project: Project): string | null {
  return isSince(context.settings.version, 16, 0) ? context.defaultBranchPreference(project) : null;
}

function namespaceName(context: Context, project: Project): string {
  const namespace = context.routes.namespace(project.namespaceId);
  if (!namespace) return '';
  if (namespace.kind === 'user') return namespace.user.name;
  const names: string[] = [];
  for (let group = context.routes.group(namespace.group.id); group;) {
    names.unshift(group.name);
    group = group.parentId === null ? null : context.routes.group(group.parentId);
  }
  return names.join(' / ');
}

function permissions(context: Context, project: Project, actor: Actor | null): Record<string, unknown> {
  const group = context.routes.group(project.namespaceId);
  const direct = actor && project.members.find((member) => member.userId === actor.user.id);
  const inherited = actor && group ? membership(context.routes, actor.user.id, group) : 0;
  return {
    project_access: direct ? { access_level: direct.accessLevel, notification_level: 3 } : null,
    group_access: inherited > 0 ? { access_level: inherited, notification_level: 3 } : null,
  };
}

function links(context: Context, project: Project): Record<string, string> {
  const self = `${context.externalUrl}/api/v4/projects/${project.id}`;
  return {
    self,
    issues: `${self}/issues`,
    merge_requests: `${self}/merge_requests`,
    repo_branches: `${self}/repository/branches`,
    labels: `${self}/labels`,
    events: `${self}/events`,
    members: `${self}/members`,
    cluster_agents: `${self}/cluster_agents`,
  };
}
