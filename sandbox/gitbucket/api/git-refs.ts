import type { Hono } from 'hono';
import { notFound } from '../answers.ts';
import type { GitBucketContext, GitBucketEnv, GitBucketRequest } from '../context.ts';
import { readRefs, resolvedHead, type RefList } from '../git/refs.ts';
import { tagsOf } from '../git/tags.ts';
import type { RepositoryRecord } from '../state.ts';
import { readers } from './guards.ts';

const REPOSITORY = '/api/v3/repos/:owner/:repository';

/** Refs with their unpeeled ids; every object is called a commit (GB-85, GB-86). */
export function registerGitRefs(app: Hono<GitBucketEnv>, context: GitBucketContext): void {
  const { minor } = context;
  if (minor >= 37) {
    app.get(
      `${REPOSITORY}/git/refs`,
      readers(context, async (c, repository) => {
        const { refs } = await readRefs(context.gitDir(repository.owner, repository.name));
        return c.json(refs.map((ref) => refJson(context, repository, ref.name, ref.id)));
      }),
    );
  }
  const single = readers(context, (c, repository) => one(c, context, repository));
  if (minor >= 34) app.get(`${REPOSITORY}/git/ref/:ref{.+}`, single);
  app.get(`${REPOSITORY}/git/refs/:ref{.+}`, single);
}

async function one(
  c: GitBucketRequest,
  context: GitBucketContext,
  repository: RepositoryRecord,
): Promise<Response> {
  const wanted = c.req.param('ref') ?? '';
  const gitDir = context.gitDir(repository.owner, repository.name);
  if (wanted === 'tags' || wanted.startsWith('tags/')) {
    const tags = await tagsOf(gitDir);
    const json = (tag: (typeof tags)[number]) =>
      refJson(context, repository, `refs/tags/${tag.name}`, tag.id);
    if (wanted === 'tags') return c.json(tags.map(json));
    const tag = tags.find((candidate) => candidate.name === wanted.slice('tags/'.length));
    return tag ? c.json(json(tag)) : notFound(c);
  }
  const found = findRef(await readRefs(gitDir), wanted);
  return found ? c.json(refJson(context, repository, found.name, found.id)) : notFound(c);
}

/** JGit's search path for abbreviated names. */
function findRef(list: RefList, wanted: string): { name: string; id: string } | undefined {
  if (wanted === 'HEAD') {
    const head = resolvedHead(list);
    return head && { name: 'HEAD', id: head.id };
  }
  for (const prefix of ['', 'refs/', 'refs/tags/', 'refs/heads/', 'refs/remotes/']) {
    const found = list.refs.find((ref) => ref.name === `${prefix}${wanted}`);
    if (found) return found;
  }
  return undefined;
}

function refJson(context: GitBucketContext, repository: RepositoryRecord, name: string, id: string) {
  const base = `${context.url()}/api/v3/repos/${repository.owner}/${repository.name}`;
  return {
    ref: name,
    node_id: '',
    url: `${base}/git/${name}`,
    object: { sha: id, type: 'commit', url: `${base}/commits/${id}` },
  };
}
