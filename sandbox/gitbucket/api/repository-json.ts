import type { RepositoryRecord } from '../state.ts';
import type { UserJson } from './user-json.ts';

/** A repository object of the API (GB-60, GB-61). */
export type RepositoryJson = {
  id?: number;
  name: string;
  full_name: string;
  description: string;
  fork?: boolean;
  watchers: number;
  forks: number;
  private: boolean;
  default_branch: string;
  owner: UserJson;
  has_issues?: boolean;
  forks_count: number;
  watchers_count: number;
  url: string;
  http_url?: string;
  clone_url: string;
  html_url: string;
};

/** Renders a repository as the API does, fields in the real order. */
export function repositoryJson(
  repository: RepositoryRecord,
  parts: { owner: UserJson; forks: number; base: string; minor: number },
): RepositoryJson {
  const { owner, forks, base, minor } = parts;
  const fullName = `${repository.owner}/${repository.name}`;
  const cloneUrl = `${base}/git/${fullName}.git`;
  return {
    ...(minor >= 47 && { id: repository.id }),
    name: repository.name,
    full_name: fullName,
    description: repository.description ?? '',
    ...(minor >= 47 && { fork: repository.parent !== undefined }),
    watchers: 0,
    forks,
    private: repository.private,
    default_branch: repository.defaultBranch,
    owner,
    ...(minor >= 35 && { has_issues: repository.issuesOption !== 'DISABLE' }),
    ...(minor < 47 && minor >= 24 && { id: 0 }),
    forks_count: forks,
    watchers_count: 0,
    url: `${base}/api/v3/repos/${fullName}`,
    ...(minor <= 34 && { http_url: cloneUrl }),
    clone_url: cloneUrl,
    html_url: `${base}/${fullName}`,
  };
}
