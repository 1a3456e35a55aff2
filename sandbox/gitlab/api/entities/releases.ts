import type { Context } from '../../context.ts';
import type { Commit } from '../../git-refs.ts';
import { trackerOf, type Project } from '../../state.ts';
import type { ReleaseLinkState, ReleaseState } from '../../tracker/state.ts';
import { commitEntity } from './refs.ts';
import { milestoneEntity, userById } from './tracker.ts';

type Entity = Record<string, unknown>;

const ARCHIVES = ['zip', 'tar.gz', 'tar.bz2', 'tar'];

export function linkEntity(
  context: Context,
  project: Project,
  release: ReleaseState,
  link: ReleaseLinkState,
): Entity {
  const { id, name, url, linkType, directAssetPath } = link;
  const direct = `${pageOf(context, project, release)}/downloads${directAssetPath ?? ''}`;
  return { id, name, url, direct_asset_url: directAssetPath ? direct : url, link_type: linkType };
}

/** `commit` is what the tag leads to; null when the tag is gone. */
export function releaseEntity(
  context: Context,
  project: Project,
  release: ReleaseState,
  commit: Commit | null,
): Entity {
  const web = `${context.externalUrl}/${project.fullPath}`;
  const links = release.links.toReversed().map((link) => linkEntity(context, project, release, link));
  const sources = ARCHIVES.map((format) => ({
    format,
    url: `${web}/-/archive/${release.tag}/${project.path}-${release.tag.replaceAll('/', '-')}.${format}`,
  }));
  const milestones = trackerOf(project).milestones.filter(({ title }) => release.milestones.includes(title));
  return {
    name: release.name,
    tag_name: release.tag,
    description: release.description || null,
    created_at: release.createdAt,
    released_at: release.releasedAt,
    upcoming_release: release.releasedAt > new Date().toISOString(),
    author: userById(context, release.authorId),
    commit: commit && commitEntity(commit, web),
    ...(milestones.length > 0 && {
      milestones: milestones.map((milestone) => milestoneEntity(context, { milestone, of: project })),
    }),
    ...(commit && { commit_path: `/${project.fullPath}/-/commit/${commit.id}` }),
    tag_path: `/${project.fullPath}/-/tags/${release.tag}`,
    assets: { count: links.length + sources.length, sources, links },
    evidences: [],
    _links: {
      self: pageOf(context, project, release),
      edit_url: `${pageOf(context, project, release)}/edit`,
    },
  };
}

function pageOf(context: Context, { fullPath }: Project, { tag }: ReleaseState): string {
  return `${context.externalUrl}/${fullPath}/-/releases/${encodeURIComponent(tag)}`;
}
