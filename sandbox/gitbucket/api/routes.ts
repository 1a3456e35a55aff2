import type { Hono } from 'hono';
import type { GitBucketContext, GitBucketEnv } from '../context.ts';
import { registerAccountCreation } from './account-creation.ts';
import { registerBranches } from './branches.ts';
import { registerCommits } from './commits.ts';
import { registerForks } from './forks.ts';
import { registerGitRefs } from './git-refs.ts';
import { registerMeta } from './meta.ts';
import { registerOrganizations } from './organizations.ts';
import { registerRepositories } from './repositories.ts';
import { registerRepositoryCreation } from './repository-creation.ts';
import { registerTags } from './tags.ts';
import { registerUsers } from './users.ts';

/** The API v3 but for issues and what belongs to them (GB-40, GB-60, GB-80). */
export function registerApi(app: Hono<GitBucketEnv>, context: GitBucketContext): void {
  registerMeta(app, context);
  registerUsers(app, context);
  registerOrganizations(app, context);
  registerAccountCreation(app, context);
  registerRepositories(app, context);
  registerRepositoryCreation(app, context);
  registerForks(app, context);
  registerBranches(app, context);
  registerTags(app, context);
  registerGitRefs(app, context);
  registerCommits(app, context);
}
