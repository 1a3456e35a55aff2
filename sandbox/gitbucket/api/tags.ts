import type { Hono } from 'hono';
import type { GitBucketContext, GitBucketEnv } from '../context.ts';
import { tagsOf } from '../git/tags.ts';
import { readers } from './guards.ts';

/** Tags as the API lists them; the commit's `url` is a page (GB-84). */
export function registerTags(app: Hono<GitBucketEnv>, context: GitBucketContext): void {
  if (context.minor < 35) return;
  app.get(
    '/api/v3/repos/:owner/:repository/tags',
    readers(context, async (c, { owner, name }) => {
      const page = `${context.url()}/${owner}/${name}`;
      const tags = await tagsOf(context.gitDir(owner, name));
      return c.json(
        tags.map((tag) => ({
          name: tag.name,
          commit: { sha: tag.commit, url: `${page}/commits/${tag.commit}` },
          zipball_url: `${page}/archive/${tag.name}.zip`,
          tarball_url: `${page}/archive/${tag.name}.tar.gz`,
        })),
      );
    }),
  );
}
