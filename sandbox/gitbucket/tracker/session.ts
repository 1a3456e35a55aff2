import type { Hono } from 'hono';
import { page, redirect } from '../answers.ts';
import { signIn } from '../auth.ts';
import type { GitBucketContext, GitBucketEnv } from '../context.ts';
import { layout } from '../html/layout.ts';
import { formBody } from './body.ts';

const FORM = `<form action="signin" method="POST" autocomplete="off">
  <input type="text" name="userName" id="userName"/>
  <input type="password" name="password" id="password"/>
  <input type="submit" value="Sign in"/>
</form>`;

/** Sign-in by form; 302 in any case, only the Location tells (GB-160). */
export function registerSession(app: Hono<GitBucketEnv>, context: GitBucketContext): void {
  app.get('/signin', (c) =>
    c.get('viewer') ? redirect(c, context, '/') : page(c, layout(context, 'Sign in', FORM)),
  );

  app.post('/signin', async (c) => {
    const form = await formBody(c);
    const account = signIn(context.state, form.get('userName') ?? '', form.get('password') ?? '');
    // A failure does not end the session that the cookie stands for.
    if (!account) return redirect(c, context, '/signin');
    c.get('session').session.login = account.login;
    account.lastSignInAt = context.now();
    context.changed();
    return redirect(c, context, '/');
  });

  app.get('/signout', (c) => {
    delete c.get('session').session.login;
    return redirect(c, context, '/');
  });
}
