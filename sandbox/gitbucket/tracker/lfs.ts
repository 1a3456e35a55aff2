import { createReadStream } from 'node:fs';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { Hono } from 'hono';
import { pageServerError } from '../answers.ts';
import type { GitBucketContext, GitBucketEnv, GitBucketRequest } from '../context.ts';
import { answerBatch } from './lfs-batch.ts';
import { createLfsLinks, type LfsLinks } from './lfs-link.ts';
import { param } from './opened.ts';

/** Read at once: the benchmark shall measure its client. */
const pieceBytes = 256 * 1024;

/** Git LFS: batch call, download and upload by sealed links (GB-140, GB-144). */
export function registerLfs(app: Hono<GitBucketEnv>, context: GitBucketContext): void {
  const links = createLfsLinks();

  app.post('/git/:owner/:repository/info/lfs/objects/batch', (c) => answerBatch(c, context, links));

  app.get('/git-lfs/:owner/:repository/:oid', async (c) => {
    const access = checked(c, context, links);
    if (access !== true) return access === 'garbage' ? pageServerError(c, context) : bare(c, 200, '');
    const file = join(context.lfsDir(param(c, 'owner'), param(c, 'repository')), param(c, 'oid'));
    const size = await stat(file).then(
      (found) => found.size,
      () => undefined,
    );
    if (size === undefined)
      return bare(c, 404, JSON.stringify({ message: `Object '${param(c, 'oid')}' not found` }));
    // A servlet answers HEAD as it answers GET, without the body.
    c.env.outgoing.writeHead(200, { 'Content-Type': 'application/octet-stream', 'Content-Length': size });
    if (c.req.method === 'HEAD') c.env.outgoing.end();
    // A client that goes away has what it wanted.
    else
      await pipeline(createReadStream(file, { highWaterMark: pieceBytes }), c.env.outgoing).catch(() => {});
    return RESPONSE_ALREADY_SENT;
  });

  app.put('/git-lfs/:owner/:repository/:oid', async (c) => {
    const access = checked(c, context, links);
    if (access !== true) return access === 'garbage' ? pageServerError(c, context) : bare(c, 200, '');
    const bytes = new Uint8Array(await c.req.arrayBuffer());
    await storeLfsObject(context, param(c, 'owner'), param(c, 'repository'), param(c, 'oid'), bytes);
    return bare(c, 200, '');
  });
}

/** Puts an object where the server keeps it: a flat folder per repository. */
export async function storeLfsObject(
  context: GitBucketContext,
  owner: string,
  name: string,
  oid: string,
  bytes: Uint8Array,
): Promise<void> {
  if (!/^[0-9a-f]{64}$/.test(oid)) throw new Error(`no object id: ${oid}`);
  const folder = context.lfsDir(owner, name);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, oid), bytes);
}

/** Without a valid link the answer is 200 and empty; a link that cannot be unsealed is 500 (GB-144). */
function checked(c: GitBucketRequest, context: GitBucketContext, links: LfsLinks): boolean | 'garbage' {
  try {
    return links.opens(c.req.header('authorization'), param(c, 'oid'), context.now());
  } catch {
    return 'garbage';
  }
}

/** This servlet names no content type for its short answers. */
function bare(c: GitBucketRequest, status: number, body: string): Response {
  c.env.outgoing.writeHead(status, { 'Content-Length': Buffer.byteLength(body) });
  c.env.outgoing.end(body);
  return RESPONSE_ALREADY_SENT;
}
