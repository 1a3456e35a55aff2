import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import * as z from 'zod';
import { askingOfGit } from '../auth.ts';
import type { GitBucketContext, GitBucketRequest } from '../context.ts';
import { isoSeconds } from '../dates.ts';
import { sendErrorPage } from '../git/error-page.ts';
import type { RepositoryRecord } from '../state.ts';
import { jsonBody } from './body.ts';
import type { LfsLinks } from './lfs-link.ts';

const BATCH = z.object({
  operation: z.enum(['download', 'upload']),
  objects: z.array(z.object({ oid: z.string(), size: z.number() })),
});

/**
 * The LFS batch call, behind the same filter as git. Every failure behind that filter (no base URL, a bad body, a
 * broken repository) comes out as 401 (GB-141).
 */
export async function answerBatch(
  c: GitBucketRequest,
  context: GitBucketContext,
  links: LfsLinks,
): Promise<Response> {
  const raw = c.req.path.replaceAll('%25', '%');
  const [, , owner = '', name = ''] = raw.split('/');
  const repository = context.repository(owner, name.replace(/(\.wiki)?\.git$/, ''));
  if (!repository) return errorPage(c, context, 404, raw);
  if (!context.isIntact(repository) || !admitted(c, context, repository)) {
    return errorPage(c, context, 401, raw);
  }
  // Names are cut at the first `.git`, even in the middle of `x.github.io.git` (GB-146).
  const cut = raw.indexOf('.git');
  const [cutOwner, cutName] = raw.slice(0, Math.max(cut, 0)).split('/').slice(-2);
  if (cut >= 0 && !(c.req.header('user-agent') ?? '').toLowerCase().includes('git')) {
    c.header('location', `${context.url()}/${cutOwner}/${cutName}`);
    return c.body('', 302);
  }
  const batch = await jsonBody(c, BATCH);
  const base = context.configuredBaseUrl();
  if (!batch || base === undefined) return errorPage(c, context, 401, raw);
  const objects = batch.objects.map(({ oid, size }) => {
    const { authorization, expiresAt } = links.issue(oid, context.now());
    const action = {
      href: `${base}/git-lfs/${cutOwner}/${cutName}/${oid}`,
      header: { Authorization: authorization },
      expires_at: isoSeconds(expiresAt),
    };
    return { oid, size, authenticated: true, actions: { [batch.operation]: action } };
  });
  c.header('content-type', 'application/vnd.git-lfs+json;charset=iso-8859-1');
  return c.body(JSON.stringify({ transfer: 'basic', objects }));
}

/** Asking for an upload counts as reading (GB-148). */
function admitted(c: GitBucketRequest, context: GitBucketContext, repository: RepositoryRecord): boolean {
  if (!repository.private && context.anonymousAccess) return true;
  const asking = askingOfGit(context.state, context.minor, c.req.header('authorization'));
  return asking.kind === 'account' && context.canRead(asking.account, repository);
}

function errorPage(c: GitBucketRequest, context: GitBucketContext, status: 401 | 404, raw: string): Response {
  sendErrorPage(c.env.outgoing, status, `${context.contextPath}${raw}`);
  return RESPONSE_ALREADY_SENT;
}
