import type { GitBucketContext } from '../context.ts';
import type { RepositoryRecord } from '../state.ts';
import type { LabelState } from './state.ts';

/** A label of the API (GB-189); the name stands unencoded in the URL. */
export type LabelJson = { name: string; color: string; url: string };

export function labelJson(
  label: LabelState,
  context: GitBucketContext,
  repository: RepositoryRecord,
): LabelJson {
  const { name, color } = label;
  const url = `${context.url()}/api/v3/repos/${repository.owner}/${repository.name}/labels/${name}`;
  return { name, color, url };
}
