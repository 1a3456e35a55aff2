import type { Hono } from 'hono';
import { page, pageNotFound, pageUnauthorized } from '../answers.ts';
import type { GitBucketContext, GitBucketEnv, GitBucketRequest, Viewer } from '../context.ts';
import { escapeHtml, layout, pagePath } from '../html/layout.ts';
import type { AccountRecord } from '../state.ts';
import { formBody } from './body.ts';
import { param } from './opened.ts';

/** Pages that tell who is in a group and who manages it; no API does (GB-166). */
export function registerMemberPages(app: Hono<GitBucketEnv>, context: GitBucketContext): void {
  app.get('/:group', (c, next) => {
    const group = context.account(param(c, 'group'));
    if (group?.kind !== 'group' || c.req.query('tab') !== 'members') return next();
    return Promise.resolve(page(c, layout(context, group.login, membersTab(group, context))));
  });

  app.get('/:group/_editgroup', (c) => {
    const group = context.account(param(c, 'group'));
    if (!isManager(c.get('viewer'), group)) return pageUnauthorized(c, context);
    return group?.kind === 'group' ? editPage(c, context, group) : pageNotFound(c, context);
  });

  app.get('/admin/users/:group/_editgroup', (c) => {
    if (!c.get('viewer')?.admin) return pageUnauthorized(c, context);
    const group = context.anyAccount(param(c, 'group'));
    return group?.kind === 'group' ? editPage(c, context, group) : pageNotFound(c, context);
  });

  app.post('/admin/users/:group/_editgroup', async (c) => {
    if (!c.get('viewer')?.admin) return pageUnauthorized(c, context);
    const group = context.anyAccount(param(c, 'group'));
    if (group?.kind !== 'group') return pageNotFound(c, context);
    const members = (await formBody(c)).get('members') ?? '';
    group.members = members
      .split(',')
      .filter((entry) => entry !== '')
      .map((entry) => entry.split(':') as [string, string])
      .map(([login, manager]) => ({ login, manager: manager === 'true' }));
    context.changed();
    c.header('location', `${context.url()}/admin/users`);
    return c.body('', 302);
  });
}

function membersTab(group: AccountRecord, context: GitBucketContext): string {
  if (group.members.length === 0) return 'No members';
  return group.members
    .map(({ login, manager }) => {
      const name = escapeHtml(login);
      const href = `${pagePath(context)}/${encodeURIComponent(login)}`;
      const link = `${avatarLink(context, login, href)} <a href="${href}">${name}</a>`;
      const mark = manager ? ' (Manager) ' : '';
      return `<div class="block">
  <div class="block-header">
    ${link}
    ${mark}
  </div>
</div>`;
    })
    .join('\n');
}

/** Whoever is disabled has a picture without a link. */
function avatarLink(context: GitBucketContext, login: string, href: string): string {
  const name = escapeHtml(login);
  const image = `<img src="${pagePath(context)}/${name}/_avatar?0" class="avatar-mini" style="width: 20px; height: 20px;"
     alt="@${name}" />`;
  return context.account(login) ? `<a href="${href}" class="">${image}</a>` : image;
}

function editPage(c: GitBucketRequest, context: GitBucketContext, group: AccountRecord): Response {
  const members = group.members.map(({ login, manager }) => `${login}:${manager}`).join(',');
  const body = `<form id="form" method="post" action="${pagePath(context)}/${encodeURIComponent(group.login)}/_editgroup" validate="true" autocomplete="off">
  <input type="text" name="groupName" id="groupName" class="form-control" value="${escapeHtml(group.login)}" readonly/>
  <input type="text" name="url" id="url" class="form-control" value="${escapeHtml(group.url ?? '')}"/>
  <textarea name="description" id="description" class="form-control">${escapeHtml(group.description ?? '')}</textarea>
  <input type="hidden" id="members" name="members" value="${escapeHtml(members)}"/>
</form>`;
  return page(c, layout(context, 'Edit group', body));
}

function isManager(viewer: Viewer, group: AccountRecord | undefined): boolean {
  if (!viewer) return false;
  if (viewer.admin) return true;
  return group?.members.some((member) => member.manager && member.login === viewer.login) ?? false;
}
