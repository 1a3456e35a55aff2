import { isServerTrouble } from '../../failures/index.ts';
import type { TrackerRelease } from '../../model/tracker.ts';
import type { RepositoryName } from '../../model/source.ts';
import type { GitBucketApi } from '../client.ts';
import { Release } from '../schema.ts';
import type { Gaps } from './gaps.ts';

/**
 * The releases as the API tells them, without dates (GB-210). One by a disabled person spoils the whole list (GB-211): then
 * those of these tags are asked for one by one. Null before 4.31,
 * if there is a tag that could have one.
 */
export async function releasesByApi(
  api: GitBucketApi,
  repository: RepositoryName,
  { tags, gaps }: { tags: () => Promise<string[]>; gaps: Gaps },
): Promise<TrackerRelease[] | null> {
  try {
    const list = await api.list(repository, 'releases', Release);
    if (list === null) {
      if ((await tags()).length === 0) return [];
      const detail = 'GitBucket before 4.31 has no list of them';
      gaps.note({ what: 'releases', count: null, of: '', detail });
    }
    return list?.map((release) => releaseOf(release)) ?? null;
  } catch (error) {
    if (!isServerTrouble(error)) throw error;
    const found: TrackerRelease[] = [];
    for (const tag of await tags()) {
      const release = await releaseOfTag(api, repository, tag, gaps);
      if (release !== null) found.push(release);
    }
    return found;
  }
}

async function releaseOfTag(
  api: GitBucketApi,
  repository: RepositoryName,
  tag: string,
  gaps: Gaps,
): Promise<TrackerRelease | null> {
  const untold = 'the author of a release is disabled, so that GitBucket does not list them';
  if (tag.includes('/')) {
    gaps.note({
      what: 'releases',
      count: null,
      of: tag,
      detail: `${untold}, and cannot be asked for this tag`,
    });
    return null;
  }
  try {
    const release = await api.below(repository, `releases/tags/${encodeURIComponent(tag)}`, Release);
    return release && releaseOf(release);
  } catch (error) {
    if (!isServerTrouble(error)) throw error;
    gaps.note({
      what: 'releases',
      count: 1,
      of: tag,
      detail: 'its author is disabled: GitBucket answers 500',
    });
    return null;
  }
}

function releaseOf({ tag_name: tag, name, body, author, assets }: Release): TrackerRelease {
  const files = assets.map((asset) => ({
    id: asset.file_id,
    name: asset.label ?? asset.name,
    size: asset.size,
  }));
  return { tag, name, body, author: author?.login ?? null, createdAt: null, assets: files };
}
