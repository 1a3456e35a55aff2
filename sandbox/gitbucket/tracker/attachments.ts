import { readdir } from 'node:fs/promises';
import type { Hono } from 'hono';
import { pageNotFound } from '../answers.ts';
import type { GitBucketContext, GitBucketEnv } from '../context.ts';
import { filesDir, loadFile, newFileId, storeFile, typeOf } from './files.ts';
import { openPage, param } from './opened.ts';

/** Files in issue texts: uploaded without any login, served to whoever may read the repository by session. */
export function registerAttachments(app: Hono<GitBucketEnv>, context: GitBucketContext): void {
  app.post('/upload/file/:owner/:repository', async (c) => {
    const { file } = await c.req.parseBody();
    if (!(file instanceof File)) return c.body('', 400);
    const where = { owner: param(c, 'owner'), name: param(c, 'repository') };
    const id = await attachFile(context, where, file.name, new Uint8Array(await file.arrayBuffer()));
    return c.text(id);
  });

  app.get('/:owner/:repository/_attached/:file', async (c) => {
    const opened = openPage(c, context, 'read');
    if (opened instanceof Response) return opened;
    const folder = commentsDir(context, opened.repository);
    const names = await readdir(folder).catch(() => []);
    const name = names.find((entry) => entry.startsWith(`${param(c, 'file')}.`));
    const bytes = name === undefined ? undefined : await loadFile(folder, name);
    if (name === undefined || !bytes) return pageNotFound(c, context);
    c.header('content-type', typeOf(name));
    c.header('content-length', String(bytes.length));
    c.header('x-content-type-options', 'nosniff');
    c.header('content-disposition', `inline; filename=${name}`);
    return c.body(new Uint8Array(bytes));
  });
}

/** Stores an attachment and returns its id; the original name survives only as extension and in the text. */
export async function attachFile(
  context: GitBucketContext,
  repository: { owner: string; name: string },
  name: string,
  bytes: Uint8Array,
): Promise<string> {
  const id = newFileId(context.now());
  const extension = name.includes('.') ? name.slice(name.lastIndexOf('.') + 1) : '';
  await storeFile(commentsDir(context, repository), `${id}.${extension}`, bytes);
  return id;
}

function commentsDir(context: GitBucketContext, repository: { owner: string; name: string }): string {
  return `${filesDir(context, repository)}/comments`;
}
