import type { Hono } from 'hono';
import { looseEntry, looseObject } from '../../loose-objects.ts';
import { notFound, serverError } from '../answers.ts';
import type { GitBucketContext, GitBucketEnv } from '../context.ts';
import { filesOf } from '../git/commit-files.ts';
import { runGit } from '../git/run-git.ts';
import type { RepositoryRecord } from '../state.ts';
import { commitAt, resolveRef, type PullCommit } from '../tracker/pull-git.ts';
import { readers } from './guards.ts';

const COMMIT = '/api/v3/repos/:owner/:repository/commits/:sha';

/**
 * The single commit, the branches that hold it, and what a commit has at a path (GB-87, GB-88, GB-94). An object that is not there, or is no
 * commit, ends in an unhandled error: 500, never 404.
 */
export function registerCommits(app: Hono<GitBucketEnv>, context: GitBucketContext): void {
  app.get(
    COMMIT,
    readers(context, async (c, repository) => {
      const gitDir = context.gitDir(repository.owner, repository.name);
      const id = await resolveRef(gitDir, `${c.req.param('sha') ?? ''}^{commit}`);
      if (id === undefined) return serverError(c);
      return c.json(await commitJson(await commitAt(gitDir, id), context, repository));
    }),
  );
  app.get(
    '/api/v3/repos/:owner/:repository/contents/:path{.+}',
    readers(context, async (c, repository) => {
      const gitDir = context.gitDir(repository.owner, repository.name);
      const path = c.req.param('path') ?? '';
      const ref = c.req.query('ref') ?? repository.defaultBranch;
      const loose = looseEntry(gitDir, ref, path);
      const sha = loose === undefined ? await resolveRef(gitDir, `${ref}:${path}`) : loose;
      if (sha === undefined || sha === null) return notFound(c);
      const api = `${context.url()}/api/v3/repos/${repository.owner}/${repository.name}`;
      const content = await contentOf(gitDir, sha);
      return c.json({
        type: 'file',
        name: path.split('/').at(-1),
        path,
        sha,
        ...(content === null ? {} : { content: content.toString('base64'), encoding: 'base64' }),
        download_url: `${api}/raw/${sha}/${path}`,
      });
    }),
  );
  if (context.minor < 35) return;
  app.get(
    `${COMMIT}/branches-where-head`,
    readers(context, async (c, repository) => {
      const gitDir = context.gitDir(repository.owner, repository.name);
      const id = await resolveRef(gitDir, `${c.req.param('sha') ?? ''}^{commit}`);
      if (id === undefined) return serverError(c);
      const format = '--format=%(objectname) %(refname:lstrip=2)';
      const output = await runGit(gitDir, ['for-each-ref', format, `--contains=${id}`, 'refs/heads']);
      const lines = output.toString('utf8').split('\n').filter(Boolean).sort(byName);
      return c.json(
        lines.map((line) => ({
          name: line.slice(41),
          commit: { sha: line.slice(0, 40) },
          protected: repository.protections.some(({ branch }) => branch === line.slice(41)),
        })),
      );
    }),
  );
}

/** Files above 1 MB, and what is no file, come without (GB-91, GB-95). */
const largestShown = 1024 * 1024;

async function contentOf(gitDir: string, id: string): Promise<Buffer | null> {
  const loose = looseObject(gitDir, id);
  if (loose !== null)
    return loose.type === 'blob' && loose.content.length <= largestShown ? loose.content : null;
  const type = (await runGit(gitDir, ['cat-file', '-t', id])).toString().trim();
  if (type !== 'blob') return null;
  const size = Number((await runGit(gitDir, ['cat-file', '-s', id])).toString());
  return size > largestShown ? null : runGit(gitDir, ['cat-file', 'blob', id]);
}

function byName(a: string, b: string): number {
  return a.slice(41) < b.slice(41) ? -1 : 1;
}

/** Message is the first line only, and the tree is named by the commit's own id (GB-87). */
async function commitJson(commit: PullCommit, context: GitBucketContext, repository: RepositoryRecord) {
  const { owner, name } = repository;
  const { sha, parents, message, author, committer } = commit;
  const api = `${context.url()}/api/v3/repos/${owner}/${name}`;
  const files = await filesOf(context.gitDir(owner, name), sha, parents[0]);
  const page = `${context.url()}/${owner}/${name}`;
  const sum = (of: 'additions' | 'deletions'): number => files.reduce((total, file) => total + file[of], 0);
  const [additions, deletions] = [sum('additions'), sum('deletions')];
  return {
    url: `${api}/commits/${sha}`,
    sha,
    html_url: `${page}/commit/${sha}`,
    comment_url: context.url(),
    commit: {
      url: `${api}/commits/${sha}`,
      author,
      committer,
      message: message.split('\n')[0] ?? '',
      comment_count: 0,
      tree: { url: `${api}/tree/${sha}`, sha },
    },
    author: accountOf(author.email, context),
    committer: accountOf(committer.email, context),
    parents: parents.map((parent) => ({ url: `${api}/tree/${parent}`, sha: parent })),
    stats: { additions, deletions, total: additions + deletions },
    files: files.map(({ patch, ...file }) => {
      const side = file.status === 'deleted' ? (parents[0] ?? sha) : sha;
      const at = `${side}/${file.filename}`;
      return { ...file, raw_url: `${page}/raw/${at}`, blob_url: `${page}/blob/${at}`, patch };
    }),
  };
}

function accountOf(email: string, context: GitBucketContext) {
  const account = context.state.accounts.find((row) => row.email === email && !row.disabled);
  return account ? context.userJson(account) : null;
}
