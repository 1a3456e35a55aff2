import type { Hono } from 'hono';
import * as z from 'zod';
import { notFound, serverError } from '../answers.ts';
import type { GitBucketContext, GitBucketEnv, GitBucketRequest } from '../context.ts';
import { hasObject } from '../git/has-object.ts';
import { listBranches } from '../git/refs.ts';
import type { RepositoryRecord } from '../state.ts';
import { jsonBody } from '../tracker/body.ts';
import { owners, readers, writers } from './guards.ts';
import { protectionJson } from './protection-json.ts';

const BRANCHES = '/api/v3/repos/:owner/:repository/branches';

const form = z.object({
  protection: z.object({
    enabled: z.boolean(),
    required_status_checks: z.object({ contexts: z.array(z.string()) }).nullish(),
    restrictions: z.object({ users: z.array(z.string()) }).nullish(),
    enforce_admins: z.boolean().nullish(),
  }),
});

/** Branches and their protection (GB-80, GB-81); a name `x/protection` cannot be reached. */
export function registerBranches(app: Hono<GitBucketEnv>, context: GitBucketContext): void {
  app.get(
    BRANCHES,
    readers(context, async (c, repository) => {
      const branches = await branchesOf(context, repository);
      const gitDir = context.gitDir(repository.owner, repository.name);
      // Each of them is opened, so a lost commit fails the whole list (GB-124).
      if (branches.some(({ sha }) => !hasObject(gitDir, sha))) return serverError(c);
      if (defaultIsGone(context, repository, branches)) return serverError(c);
      return c.json(branches.map(({ name, sha }) => ({ name, commit: { sha } })));
    }),
  );
  if (context.minor >= 35) registerProtection(app, context);
  app.get(
    `${BRANCHES}/:branch{.+}`,
    readers(context, async (c, repository) => {
      const branch = (await branchesOf(context, repository)).find((b) => b.name === c.req.param('branch'));
      return branch ? c.json(branchJson(context, repository, branch)) : notFound(c);
    }),
  );
  app.patch(
    `${BRANCHES}/:branch{.+}`,
    owners(context, async (c, repository) => {
      const branch = (await branchesOf(context, repository)).find((b) => b.name === c.req.param('branch'));
      const wanted = await jsonBody(c, form);
      if (!branch || !wanted) return notFound(c);
      const { protection } = wanted;
      repository.protections = repository.protections.filter((row) => row.branch !== branch.name);
      if (protection.enabled) {
        const contexts = protection.required_status_checks?.contexts;
        const restrictedTo = protection.restrictions?.users;
        repository.protections.push({
          branch: branch.name,
          enforceAdmins: protection.enforce_admins ?? false,
          ...(contexts && { contexts }),
          ...(restrictedTo && { restrictedTo }),
        });
      }
      context.changed();
      return c.json(branchJson(context, repository, branch));
    }),
  );
}

/** For branch names without a slash only. */
function registerProtection(app: Hono<GitBucketEnv>, context: GitBucketContext): void {
  const path = `${BRANCHES}/:branch/protection`;
  const known = async (c: GitBucketRequest, repository: RepositoryRecord) =>
    (await branchesOf(context, repository)).find((branch) => branch.name === c.req.param('branch'))?.name;
  app.get(
    path,
    readers(context, async (c, repository) => {
      const branch = await known(c, repository);
      return branch === undefined ? notFound(c) : c.json(protectionJson(context, repository, branch));
    }),
  );
  app.delete(
    path,
    writers(context, async (c, repository) => {
      const branch = await known(c, repository);
      if (!repository.protections.some((row) => row.branch === branch)) return notFound(c);
      repository.protections = repository.protections.filter((row) => row.branch !== branch);
      context.changed();
      return c.body(null, 204);
    }),
  );
  app.get(
    `${path}/required_status_checks/contexts`,
    readers(context, async (c, repository) => {
      const branch = await known(c, repository);
      const row = repository.protections.find((candidate) => candidate.branch === branch);
      // An array within an array (GB-82).
      return row ? c.json(row.contexts ? [row.contexts] : []) : notFound(c);
    }),
  );
}

type Branch = { name: string; sha: string };

async function branchesOf(context: GitBucketContext, repository: RepositoryRecord): Promise<Branch[]> {
  const refs = await listBranches(context.gitDir(repository.owner, repository.name));
  return refs.map((ref) => ({ name: ref.name.slice('refs/heads/'.length), sha: ref.id }));
}

/** Up to 4.40 the list compares with the default branch and fails without it (GB-80). */
function defaultIsGone(
  context: GitBucketContext,
  repository: RepositoryRecord,
  branches: readonly Branch[],
): boolean {
  if (context.minor > 40 || branches.length === 0) return false;
  return !branches.some((branch) => branch.name === repository.defaultBranch);
}

function branchJson(context: GitBucketContext, repository: RepositoryRecord, branch: Branch) {
  const base = context.url();
  const fullName = `${repository.owner}/${repository.name}`;
  return {
    name: branch.name,
    commit: { sha: branch.sha },
    protection: protectionJson(context, repository, branch.name),
    _links: {
      self: `${base}/api/v3/repos/${fullName}/branches/${branch.name}`,
      html: `${base}/${fullName}/tree/${branch.name}`,
    },
  };
}
