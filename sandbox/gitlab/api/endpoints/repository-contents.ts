import { createHash } from 'node:crypto';
import { readCommits, readTree, runGit } from '../../git-objects.ts';
import { fileDiffs, NOTHING } from '../../tracker/file-diffs.ts';
import { ok, type Call, type Endpoint, type Reply } from '../endpoint.ts';
import { commitEntity } from '../entities/refs.ts';
import { notFound } from '../errors.ts';
import { findRepository } from '../lookup.ts';
import { page, PAGING } from '../pagination.ts';
import { listOf, textOf, type Param } from '../params.ts';

type Repository = ReturnType<typeof findRepository>;

/** Commits, trees and files, as git finds them (GL-340). */
export const repositoryContentEndpoints: Endpoint[] = [
  reading(
    'commits',
    {
      ...PAGING,
      ref_name: { type: 'string' },
      all: { type: 'boolean' },
      since: { type: 'string' },
      until: { type: 'string' },
    },
    commits,
  ),
  reading('commits/:sha', {}, async (call, repository) => {
    const [commit] = await readCommits(repository.gitDir, [call.route['sha'] ?? '', '-1']);
    if (!commit) throw notFound('Commit');
    return ok({ ...commitEntity(commit, repository.web), project_id: repository.project.id, status: null });
  }),
  reading('commits/:sha/diff', { ...PAGING, unidiff: { type: 'boolean' } }, async (call, { gitDir }) => {
    const [commit] = await readCommits(gitDir, [call.route['sha'] ?? '', '-1']);
    if (!commit) throw notFound('Commit');
    const files = await fileDiffs(gitDir, commit.parents[0] ?? NOTHING, commit.id);
    return page(call, files ?? [], (file) => file);
  }),
  reading('merge_base', { refs: { type: 'strings', required: true } }, async (call, repository) => {
    const id = await runGit(repository.gitDir, ['merge-base', ...(listOf(call.params, 'refs') ?? [])]);
    const [commit] = id === null ? [] : await readCommits(repository.gitDir, [id.trim(), '-1']);
    return ok(commit ? commitEntity(commit, repository.web) : {});
  }),
  reading(
    'compare',
    {
      from: { type: 'string', required: true },
      to: { type: 'string', required: true },
      straight: { type: 'boolean', default: false },
    },
    compare,
  ),
  reading(
    'tree',
    { ...PAGING, ref: { type: 'string' }, path: { type: 'string' }, pagination: { type: 'string' } },
    tree,
  ),
  reading('files/:file_path', { ref: { type: 'string', required: true } }, file),
];

function reading(
  path: string,
  fields: Record<string, Param>,
  run: (call: Call, repository: Repository) => Promise<Reply>,
): Endpoint {
  return {
    method: 'GET',
    path: `/projects/:id/repository/${path}`,
    access: 'anonymous',
    declares: { fields },
    run: (call) => run(call, findRepository(call)),
  };
}

async function commits(call: Call, { gitDir, web, defaultBranch }: Repository): Promise<Reply> {
  const from = call.params['all'] === true ? '--all' : (textOf(call.params, 'ref_name') ?? defaultBranch);
  const found = from === null ? [] : await readCommits(gitDir, [from]);
  const [since, until] = ['since', 'until'].map((name) => Date.parse(textOf(call.params, name) ?? ''));
  const inTime = found.filter(({ committedDate }) => {
    const at = Date.parse(committedDate);
    return !(at < (since ?? NaN)) && !(at > (until ?? NaN));
  });
  return page(call, inTime, (commit) => commitEntity(commit, web));
}

async function compare({ params }: Call, { gitDir, web }: Repository): Promise<Reply> {
  const [from = '', to = ''] = ['from', 'to'].map((name) => textOf(params, name));
  const ends = await Promise.all([from, to].map((end) => readCommits(gitDir, [end, '-1'])));
  if (ends.some((end) => end.length === 0)) throw notFound('Ref');
  const list = await readCommits(gitDir, ['--reverse', `${from}..${to}`]);
  const entities = list.map((commit) => commitEntity(commit, web));
  const [start = '', end = ''] = ends.map(([commit]) => commit?.id ?? '');
  const base = params['straight'] === true ? start : await runGit(gitDir, ['merge-base', start, end]);
  return ok({
    commit: entities.at(-1) ?? null,
    commits: entities,
    diffs: base === null ? [] : ((await fileDiffs(gitDir, base.trim(), end)) ?? []),
    compare_timeout: false,
    compare_same_ref: from === to,
    web_url: `${web}/-/compare/${from}...${to}`,
  });
}

async function tree(call: Call, { gitDir, defaultBranch }: Repository): Promise<Reply> {
  const ref = textOf(call.params, 'ref') ?? defaultBranch;
  const entries = ref === null ? null : await readTree(gitDir, ref, textOf(call.params, 'path') ?? '');
  if (entries === null) throw notFound('Tree');
  return page(call, entries, (entry) => entry);
}

async function file(call: Call, { gitDir }: Repository): Promise<Reply> {
  const ref = textOf(call.params, 'ref') ?? '';
  const path = call.route['file_path'] ?? '';
  const [commit] = await readCommits(gitDir, [ref, '-1']);
  if (!commit) throw notFound('Commit');
  const content = await runGit(gitDir, ['cat-file', 'blob', `${commit.id}:${path}`], 'base64');
  if (content === null) throw notFound('File');
  const bytes = Buffer.from(content, 'base64');
  return ok({
    file_name: path.split('/').at(-1),
    file_path: path,
    size: bytes.length,
    encoding: 'base64',
    content_sha256: createHash('sha256').update(bytes).digest('hex'),
    ref,
    blob_id: (await runGit(gitDir, ['rev-parse', `${commit.id}:${path}`]))?.trim(),
    commit_id: commit.id,
    last_commit_id: commit.id,
    execute_filemode: false,
    content,
  });
}
