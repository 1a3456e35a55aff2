import * as z from 'zod';
import type { TargetTracker } from '../../model/target-tracker.ts';
import type { GitLabClient } from '../client.ts';
import { unlessHidden } from '../errors.ts';
import { packagePath } from './packages.ts';

const Release = z.object({
  tag_name: z.string(),
  name: z.string().nullish(),
  description: z.string().nullish(),
  released_at: z.string().nullish(),
  assets: z
    .object({ links: z.array(z.object({ name: z.string(), url: z.string() })).default([]) })
    .optional(),
});

/** Releases and their links (GL-450, GL-455). */
export function createReleaseVerbs(
  gitlab: GitLabClient,
): Pick<TargetTracker, 'releases' | 'addRelease' | 'changeRelease' | 'addReleaseLink'> {
  /** GitLab's page of releases groups links by it. */
  const kindOf = (id: number, url: string): string =>
    packagePath(gitlab.http.server.url, id, url) === null ? 'other' : 'package';

  return {
    async releases({ id, fullPath }) {
      const path = `/projects/${id}/releases`;
      const releases = await unlessHidden(gitlab.list({ path, type: Release, object: fullPath }));
      return (releases ?? []).map((release) => ({
        tag: release.tag_name,
        name: release.name ?? release.tag_name,
        text: release.description ?? '',
        releasedAt: release.released_at ?? null,
        links: release.assets?.links ?? [],
      }));
    },
    async addRelease({ id, fullPath }, { tag, name, text, releasedAt, links }) {
      await gitlab.request(`release ${tag} of ${fullPath}`, z.unknown(), (api) =>
        api.ProjectReleases.create(id, {
          tagName: tag,
          name,
          description: text,
          ...(releasedAt === null ? {} : { releasedAt }),
          ...(links.length === 0
            ? {}
            : { assets: { links: links.map((link) => ({ ...link, link_type: kindOf(id, link.url) })) } }),
        }),
      );
    },
    async changeRelease({ id, fullPath }, { tag, name, text, releasedAt }) {
      await gitlab.request(`release ${tag} of ${fullPath}`, z.unknown(), (api) =>
        api.ProjectReleases.edit(id, tag, {
          name,
          description: text,
          ...(releasedAt === null ? {} : { releasedAt }),
        }),
      );
    },
    async addReleaseLink({ id, fullPath }, tag, { name, url }) {
      await gitlab.request(`${name} of release ${tag} of ${fullPath}`, z.unknown(), (api) =>
        api.ReleaseLinks.create(id, tag, name, url, { linkType: kindOf(id, url) }),
      );
    },
  };
}
