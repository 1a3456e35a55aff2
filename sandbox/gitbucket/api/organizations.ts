import type { Hono } from 'hono';
import { notFound } from '../answers.ts';
import type { GitBucketContext, GitBucketEnv } from '../context.ts';
import { isoSeconds } from '../dates.ts';
import { compareText } from '../git/refs.ts';
import { groupsOf } from '../permissions.ts';
import type { AccountRecord } from '../state.ts';
import { users } from './guards.ts';
import { accountId } from './user-json.ts';

export type GroupJson = {
  login: string;
  /** Missing when there is none. */
  description?: string;
  created_at: string;
  id?: number;
  url: string;
  html_url: string;
  avatar_url: string;
};

/** Renders a group as the API does, fields in the real order (GB-43). */
export function groupJson(group: AccountRecord, context: GitBucketContext): GroupJson {
  const base = context.url();
  return {
    login: group.login,
    ...(group.description !== undefined && { description: group.description }),
    created_at: isoSeconds(group.createdAt),
    ...accountId(group, context.minor, 30),
    url: `${base}/api/v3/orgs/${group.login}`,
    html_url: `${base}/${group.login}`,
    avatar_url: `${base}/${group.login}/_avatar`,
  };
}

/** Groups, and whose they are; there is no list of members (GB-42 to GB-44). */
export function registerOrganizations(app: Hono<GitBucketEnv>, context: GitBucketContext): void {
  app.get('/api/v3/orgs/:group', (c) => {
    const group = context.account(c.req.param('group'));
    if (group?.kind !== 'group') return notFound(c);
    return c.json(context.minor < 30 ? context.userJson(group) : groupJson(group, context));
  });
  if (context.minor < 30) return;
  app.get('/api/v3/organizations', (c) => {
    const groups = context.state.accounts.filter((row) => row.kind === 'group' && !row.disabled);
    return c.json(groups.sort((a, b) => compareText(a.login, b.login)).map((row) => groupJson(row, context)));
  });
  app.get('/api/v3/users/:login/orgs', (c) => c.json(groupsJson(context, c.req.param('login'))));
  if (context.minor >= 48) return;
  app.get(
    '/api/v3/user/orgs',
    users((c, viewer) => c.json(groupsJson(context, viewer.login))),
  );
}

function groupsJson(context: GitBucketContext, login: string): GroupJson[] {
  return groupsOf(context.state, login).flatMap((name) => {
    const group = context.account(name);
    return group ? [groupJson(group, context)] : [];
  });
}
