import type { Hono } from 'hono';
import * as z from 'zod';
import { emptyBadRequest, notFound } from '../answers.ts';
import type { GitBucketContext, GitBucketEnv } from '../context.ts';
import { addGroup, addUser, disableAccount, enableAccount } from '../shape-accounts.ts';
import { jsonBody } from '../tracker/body.ts';
import { admins } from './guards.ts';
import { groupJson } from './organizations.ts';

const userForm = z.object({
  login: z.string(),
  password: z.string(),
  email: z.string(),
  fullName: z.string().nullish(),
  isAdmin: z.boolean().nullish(),
  description: z.string().nullish(),
  url: z.string().nullish(),
});

const groupForm = z.object({
  login: z.string(),
  admin: z.string(),
  profile_name: z.string().nullish(),
  url: z.string().nullish(),
});

/** What only administrators may do to accounts; names are not checked at all (GB-45). */
export function registerAccountCreation(app: Hono<GitBucketEnv>, context: GitBucketContext): void {
  if (context.minor < 30) return;
  app.post(
    '/api/v3/admin/users',
    admins(async (c) => {
      const form = await jsonBody(c, userForm);
      if (!form) return emptyBadRequest(c);
      const user = addUser(context, {
        login: form.login,
        password: form.password,
        email: form.email,
        fullName: form.fullName ?? form.login,
        admin: form.isAdmin ?? false,
        ...optional('description', form.description),
        ...optional('url', form.url),
      });
      return c.json(context.userJson(user));
    }),
  );
  app.put(
    '/api/v3/users/:login/suspended',
    admins((c) => {
      const account = context.account(c.req.param('login') ?? '');
      if (!account) return notFound(c);
      disableAccount(context, account.login);
      return c.body(null, 204);
    }),
  );
  app.delete(
    '/api/v3/users/:login/suspended',
    admins((c) => {
      const account = context.anyAccount(c.req.param('login') ?? '');
      if (!account) return notFound(c);
      enableAccount(context, account.login);
      return c.body(null, 204);
    }),
  );
  if (context.minor >= 31) registerGroupCreation(app, context);
}

function registerGroupCreation(app: Hono<GitBucketEnv>, context: GitBucketContext): void {
  app.post(
    '/api/v3/admin/organizations',
    admins(async (c) => {
      const form = await jsonBody(c, groupForm);
      if (!form) return emptyBadRequest(c);
      const group = addGroup(context, {
        login: form.login,
        members: [{ login: form.admin, manager: true }],
        ...optional('description', form.profile_name),
        ...optional('url', form.url),
      });
      return c.json(groupJson(group, context));
    }),
  );
}

function optional<Key extends string>(key: Key, value: string | null | undefined): { [K in Key]?: string } {
  return typeof value === 'string' ? ({ [key]: value } as { [K in Key]?: string }) : {};
}
