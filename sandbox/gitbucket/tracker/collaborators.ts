import type { Hono } from 'hono';
import * as z from 'zod';
import { emptyJson, notFound, serverError } from '../answers.ts';
import type { GitBucketContext, GitBucketEnv } from '../context.ts';
import type { RepositoryRecord, Role } from '../state.ts';
import { jsonBody } from './body.ts';
import { openRepository, param } from './opened.ts';

const COLLABORATORS = '/api/v3/repos/:owner/:repository/collaborators';
const ROLES = { admin: 'ADMIN', push: 'DEVELOPER', pull: 'GUEST' } as const;
const NEW_COLLABORATOR = z.object({ permission: z.enum(['admin', 'push', 'pull']) });

/** Collaborators: an expanded list without roles, and the roles of direct ones by probing (GB-222, GB-223). */
export function registerCollaborators(app: Hono<GitBucketEnv>, context: GitBucketContext): void {
  app.get(COLLABORATORS, (c) => {
    const opened = openRepository(c, context, 'read');
    if (opened instanceof Response) return opened;
    const accounts = expanded(context, opened.repository).map((row) => context.account(row.login));
    const rendered = accounts.map((account) => account && context.userJson(account));
    return rendered.includes(undefined) ? serverError(c) : c.json(rendered);
  });

  app.put(`${COLLABORATORS}/:user`, async (c) => {
    const opened = openRepository(c, context, 'owner');
    if (opened instanceof Response) return opened;
    const { collaborators } = opened.repository;
    const login = param(c, 'user');
    const data = await jsonBody(c, NEW_COLLABORATOR);
    if (!data) return emptyJson(c);
    // A second row breaks the primary key, an unknown name the foreign key.
    if (!context.anyAccount(login) || collaborators.some((row) => row.login === login)) return serverError(c);
    collaborators.push({ login, role: ROLES[data.permission] });
    context.changed();
    return c.json({ status: 204, body: {}, headers: {} });
  });

  app.delete(`${COLLABORATORS}/:user`, (c) => {
    const opened = openRepository(c, context, 'owner');
    if (opened instanceof Response) return opened;
    const { repository } = opened;
    repository.collaborators = repository.collaborators.filter((row) => row.login !== param(c, 'user'));
    context.changed();
    return c.body(null, 204);
  });

  if (context.minor >= 35) registerProbes(app, context);
}

function registerProbes(app: Hono<GitBucketEnv>, context: GitBucketContext): void {
  app.get(`${COLLABORATORS}/:user`, (c) => {
    const opened = openRepository(c, context, 'read');
    if (opened instanceof Response) return opened;
    const account = context.account(param(c, 'user'));
    const rows = expanded(context, opened.repository);
    if (!account || !rows.some((row) => row.login === account.login)) return notFound(c);
    return c.body(null, 204);
  });

  app.get(`${COLLABORATORS}/:user/permission`, (c) => {
    const opened = openRepository(c, context, 'read');
    if (opened instanceof Response) return opened;
    const account = context.account(param(c, 'user'));
    const row = opened.repository.collaborators.find((direct) => direct.login === account?.login);
    if (!account || !row) return notFound(c);
    return c.json({ permission: row.role, user: context.userJson(account) });
  });
}

/** Users with their roles, groups replaced by their members; a user stands once per role (GB-222). */
function expanded(context: GitBucketContext, repository: RepositoryRecord): { login: string; role: Role }[] {
  const rows = repository.collaborators.flatMap(({ login, role }) => {
    const account = context.anyAccount(login);
    if (account?.kind !== 'group') return [{ login, role }];
    return account.members.map((member) => ({ login: member.login, role }));
  });
  const distinct = new Map(rows.map((row) => [`${row.login}\0${row.role}`, row]));
  return [...distinct.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}
