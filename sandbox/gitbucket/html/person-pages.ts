import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Hono } from 'hono';
import { page, pageNotFound, pageUnauthorized } from '../answers.ts';
import type { GitBucketContext, GitBucketEnv } from '../context.ts';
import { filesOf } from '../shape-accounts.ts';
import type { AccountRecord } from '../state.ts';
import { escapeHtml, layout } from './layout.ts';

const MIME: Readonly<Record<string, string>> = {
  gif: 'image/gif',
  jpeg: 'image/jpeg',
  jpg: 'image/jpeg',
  png: 'image/png',
  svg: 'image/svg+xml',
};

/** One transparent dot: what stands for a picture that GitBucket draws itself. */
const DRAWN = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
);

/** Pictures and keys of people, and the form in which an administrator edits one (GB-54, GB-55, GB-168). */
export function registerPersonPages(app: Hono<GitBucketEnv>, context: GitBucketContext): void {
  app.get('/:login/_avatar', (c) => {
    const account = context.account(c.req.param('login'));
    const image = account?.image;
    if (account === undefined || image === undefined) {
      c.header('content-type', 'image/png');
      return c.body(new Uint8Array(DRAWN));
    }
    c.header('content-type', MIME[image.split('.').at(-1) ?? ''] ?? 'application/octet-stream');
    return c.body(new Uint8Array(readFileSync(join(filesOf(context, account.login), image))));
  });

  app.get('/admin/users/:login/_edituser', (c) => {
    if (!c.get('viewer')?.admin) return pageUnauthorized(c, context);
    const account = context.anyAccount(c.req.param('login'));
    if (account?.kind !== 'user') return pageNotFound(c, context);
    return page(c, layout(context, 'Update user', editForm(account)));
  });
}

/** What `B/<login>.keys` says: the keys without titles; an unknown user is no error (GB-55). */
export function keysText(context: GitBucketContext, login: string): string {
  const keys = context.anyAccount(login)?.sshKeys ?? [];
  return keys.length === 0 ? '' : `${keys.map(({ publicKey }) => publicKey).join('\n')}\n`;
}

function editForm(account: AccountRecord): string {
  const { login, fullName, email, extraMails = [], admin, disabled, url, description } = account;
  const extras = extraMails.map(
    (mail, index) =>
      `<input type="text" name="extraMailAddresses[${index}]" id="extraMailAddresses[${index}]" class="form-control extraMailAddress" value="${escapeHtml(mail)}" aria-label="Additional mail address"/>`,
  );
  return `<form method="POST" validate="true" autocomplete="off">
  <input type="text" name="userName" id="userName" class="form-control" value="${escapeHtml(login)}" readonly/>
  <input type="checkbox" name="removed" id="removed" value="true" ${disabled ? 'checked' : ''}/>
  <input type="text" name="fullName" id="fullName" class="form-control" value="${escapeHtml(fullName)}"/>
  <input type="text" name="mailAddress" id="mailAddress" class="form-control" value="${escapeHtml(email)}"/>
  ${extras.join('\n')}
  <input type="radio" name="isAdmin" id="userType_Normal" value="false"${admin ? '' : ' checked'}/> Normal
  <input type="radio" name="isAdmin" id="userType_Admin" value="true"${admin ? ' checked' : ''}/> Administrator
  <input type="text" name="url" id="url" class="form-control" value="${escapeHtml(url ?? '')}"/>
  <textarea name="description" id="description" class="form-control">${escapeHtml(description ?? '')}</textarea>
</form>`;
}
