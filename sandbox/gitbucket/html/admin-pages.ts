import type { Hono } from 'hono';
import { page, pageUnauthorized } from '../answers.ts';
import type { GitBucketContext, GitBucketEnv, GitBucketRequest } from '../context.ts';
import { compareText } from '../git/refs.ts';
import type { AccountRecord } from '../state.ts';
import { fullVersion } from '../version.ts';
import { escapeHtml, layout, pagePath } from './layout.ts';

/** Pages of a signed-in administrator: the version, and all accounts, disabled ones too (GB-168, GB-169). */
export function registerAdminPages(app: Hono<GitBucketEnv>, context: GitBucketContext): void {
  if (context.minor >= 25) {
    app.get('/admin/system', (c) => asAdmin(c, context, () => systemPage(context)));
  }
  app.get('/admin/users', (c) => asAdmin(c, context, () => usersPage(c, context)));
}

function asAdmin(c: GitBucketRequest, context: GitBucketContext, html: () => string): Response {
  return c.get('viewer')?.admin ? page(c, html()) : pageUnauthorized(c, context);
}

function systemPage(context: GitBucketContext): string {
  const rows = [
    ['GITBUCKET_VERSION', fullVersion(context.minor)],
    ['GITBUCKET_HOME', '/var/gitbucket'],
    ['DATABASE_URL', 'jdbc:h2:/var/gitbucket/data'],
  ];
  const cells = rows.map(([name, value]) => `<tr>\n<td>${name}</td>\n<td>${value}</td>\n</tr>`);
  const table = `<table class="table table-bordered">\n${cells.join('\n')}\n</table>`;
  const base = escapeHtml(context.configuredBaseUrl() ?? '');
  const input = `<input type="text" name="baseUrl" id="baseUrl" class="form-control" value="${base}"/>`;
  return layout(context, 'System settings', `${table}\n${input}`);
}

function usersPage(c: GitBucketRequest, context: GitBucketContext): string {
  const removed = c.req.query('includeRemoved') === 'true';
  const groups = c.req.query('includeGroups') === 'true';
  const rows = context.state.accounts
    .filter((row) => (removed || !row.disabled) && (groups || row.kind === 'user'))
    .sort((a, b) => compareText(a.login, b.login))
    .map((row) => accountRow(context, row));
  const table = `<table class="table table-bordered table-hover">\n${rows.join('\n')}\n</table>`;
  return layout(context, 'Manage Users', table);
}

function accountRow(context: GitBucketContext, account: AccountRecord): string {
  const base = pagePath(context);
  const login = escapeHtml(account.login);
  const group = account.kind === 'group';
  const grey = account.disabled ? 'style="background-color: #dddddd;"' : '';
  const name = account.disabled
    ? login
    : `<a href="${base}/${encodeURIComponent(account.login)}">${login}</a>`;
  const role = account.admin ? 'Administrator' : 'Normal';
  const about = group ? '- Group' : `(${escapeHtml(account.fullName)})\n- ${role}`;
  const image = `<img src="${base}/${login}/_avatar?0" class="avatar-mini" alt="@${login}" />`;
  const signedIn = account.lastSignInAt === undefined ? '' : shownTime(account.lastSignInAt);
  const registered = shownTime(account.createdAt);
  const mail = group ? '' : `<i class="octicon octicon-mail"></i>${escapeHtml(account.email)}`;
  return `<tr>
<td ${grey}>
  <div class="pull-right"><a href="${base}/admin/users/${login}/${group ? '_editgroup' : '_edituser'}">Edit</a></div>
  <div>
    <span class="strong">
      ${image}
      ${name}
    </span>
    ${about}
  </div>
  <div>
    <hr>
    ${mail}
  </div>
  <div>
    <span class="muted">Registered:</span> ${registered}
    <span class="muted">Updated:</span> ${registered}
    ${group ? '' : `<span class="muted">Last Login:</span> ${signedIn}`}
  </div>
</td>
</tr>`;
}

function shownTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 19).replace('T', ' ');
}
