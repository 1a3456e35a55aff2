import type { UserJson } from '../api/user-json.ts';
import type { GitBucketContext } from '../context.ts';
import type { AccountRecord, RepositoryRecord } from '../state.ts';
import type { AssetState, ReleaseState } from './state.ts';

type AssetJson = {
  name: string;
  size: number;
  label: string;
  file_id: string;
  browser_download_url: string;
};

type ReleaseJson = {
  name: string;
  tag_name: string;
  body?: string;
  author: UserJson;
  assets: AssetJson[];
};

/** A release of the API: no dates, no draft flag (GB-210). */
export function releaseJson(
  release: ReleaseState,
  context: GitBucketContext,
  repository: RepositoryRecord,
  author: AccountRecord,
): ReleaseJson {
  return {
    name: release.name,
    tag_name: release.tag,
    ...(release.body !== null && { body: release.body }),
    author: context.userJson(author),
    assets: release.assets.map((asset) => assetJson(asset, release.tag, context, repository)),
  };
}

/** The URL is not encoded, and led to this JSON itself before 4.34 (GB-212). */
export function assetJson(
  asset: AssetState,
  tag: string,
  context: GitBucketContext,
  repository: RepositoryRecord,
): AssetJson {
  const path = `${repository.owner}/${repository.name}/releases/${tag}/assets/${asset.fileId}`;
  const base = context.minor >= 34 ? context.url() : `${context.url()}/api/v3/repos`;
  return {
    name: asset.name,
    size: asset.size,
    label: asset.name,
    file_id: asset.fileId,
    browser_download_url: `${base}/${path}`,
  };
}
