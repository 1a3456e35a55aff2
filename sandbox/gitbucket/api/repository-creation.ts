import type { Hono } from 'hono';
import * as z from 'zod';
import { emptyJson, notFound, serverError } from '../answers.ts';
import type { GitBucketContext, GitBucketEnv, GitBucketRequest } from '../context.ts';
import { writeFirstCommit } from '../git/bare.ts';
import { canCreateIn } from '../permissions.ts';
import { addRepository } from '../shape-repositories.ts';
import type { AccountRecord } from '../state.ts';
import { jsonBody } from '../tracker/body.ts';
import { users } from './guards.ts';

const form = z.object({
  name: z
    .string()
    .max(100)
    .regex(/^[a-zA-Z0-9+.][a-zA-Z0-9+_.-]*$/),
  description: z.string().nullish(),
  private: z.boolean().default(false),
  auto_init: z.boolean().default(false),
});

/** Creating repositories; a duplicate is answered 200 with a message (GB-35, GB-36). */
export function registerRepositoryCreation(app: Hono<GitBucketEnv>, context: GitBucketContext): void {
  app.post(
    '/api/v3/user/repos',
    users((c, viewer) => create(c, context, viewer, viewer.login, 'on this account')),
  );
  app.post(
    '/api/v3/orgs/:owner/repos',
    users((c, viewer) => create(c, context, viewer, c.req.param('owner') ?? '', 'for this group')),
  );
}

async function create(
  c: GitBucketRequest,
  context: GitBucketContext,
  viewer: AccountRecord,
  owner: string,
  where: string,
): Promise<Response> {
  const wanted = await jsonBody(c, form);
  if (!wanted) return notFound(c);
  if (context.repository(owner, wanted.name)) {
    return c.json({
      message: `A repository with this name already exists ${where}`,
      documentation_url: 'https://developer.github.com/v3/repos/#create',
    });
  }
  if (!canCreateIn(context.state, viewer, owner)) return emptyJson(c, 403);
  if (!context.account(owner)) return serverError(c);
  const repository = addRepository(context, {
    owner,
    name: wanted.name,
    private: wanted.private,
    creator: viewer.login,
    ...(typeof wanted.description === 'string' && { description: wanted.description }),
  });
  if (wanted.auto_init) {
    writeFirstCommit(context.gitDir(owner, wanted.name), {
      branch: repository.defaultBranch,
      file: 'README.md',
      content: readme(wanted.name, repository.description),
      message: 'Initial commit',
      author: `${viewer.fullName} <${viewer.email}>`,
      atMs: repository.createdAt,
    });
  }
  return c.json(context.repositoryJson(repository));
}

function readme(name: string, description: string | undefined): string {
  const title = `${name}\n===============\n`;
  return description === undefined ? title : `${title}\n${description}`;
}
