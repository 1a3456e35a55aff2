import type { Hono } from 'hono';
import * as z from 'zod';
import { emptyBadRequest, notFound, unauthorized } from '../answers.ts';
import type { GitBucketContext, GitBucketEnv } from '../context.ts';
import { compareText } from '../git/refs.ts';
import { jsonBody } from '../tracker/body.ts';
import { users } from './guards.ts';

const updateForm = z.object({ email: z.string().nullish() });

/** Users; groups are found here too, as organizations (GB-30, GB-31, GB-40 to GB-43). */
export function registerUsers(app: Hono<GitBucketEnv>, context: GitBucketContext): void {
  const { minor } = context;
  app.get('/api/v3/user', (c) => {
    const viewer = c.get('viewer');
    return viewer ? c.json(context.userJson(viewer)) : unauthorized(c);
  });
  app.get('/api/v3/users/:login', (c) => {
    const account = context.account(c.req.param('login'));
    return account ? c.json(context.userJson(account)) : notFound(c);
  });
  if (minor >= 48) {
    // Registered last and therefore matched first by Scalatra: it hides `user/repos` and `user/orgs` (GB-48).
    app.get('/api/v3/user/:id', (c) => {
      const id = Number(c.req.param('id'));
      const account = context.state.accounts.find((row) => row.id === id && !row.disabled);
      return account ? c.json(context.userJson(account)) : notFound(c);
    });
  }
  if (minor < 30) return;
  app.get('/api/v3/users', (c) => {
    const enabled = context.state.accounts.filter((row) => row.kind === 'user' && !row.disabled);
    return c.json(enabled.sort((a, b) => compareText(a.login, b.login)).map((row) => context.userJson(row)));
  });
  app.patch(
    '/api/v3/user',
    users(async (c, viewer) => {
      const form = await jsonBody(c, updateForm);
      if (!form) return emptyBadRequest(c);
      viewer.email = form.email ?? viewer.email;
      context.changed();
      return c.json(context.userJson(viewer));
    }),
  );
}
