import { REPORTER } from '../../access.ts';
import { extrasOf, type Snippet } from '../../extras.ts';
import type { Project } from '../../state.ts';
import { nextId } from '../../tracker/items.ts';
import { created, type Call, type Endpoint, type Reply, type UserCall } from '../endpoint.ts';
import { userById } from '../entities/tracker.ts';
import { failure, invalidParameters } from '../errors.ts';
import { findProject, requireLevel } from '../lookup.ts';
import { page, PAGING } from '../pagination.ts';
import { textOf, type Param, type Params } from '../params.ts';
import { refuseArchived } from '../tracker-lookup.ts';

const FIELDS: Record<string, Param> = {
  title: { type: 'string', allowBlank: false },
  description: { type: 'string' },
  visibility: { type: 'string', values: ['private', 'internal', 'public'] },
  file_name: { type: 'string' },
  content: { type: 'string' },
};
const MOST_FILES = 10;

/** Snippets, by REST only: they have no repository here. */
export const snippetEndpoints: Endpoint[] = [
  {
    method: 'GET',
    path: '/projects/:id/snippets',
    access: 'anonymous',
    declares: { fields: PAGING },
    run(call) {
      const project = findProject(call);
      return page(call, extrasOf(project).snippets, (snippet) => entity(call, project, snippet));
    },
  },
  {
    method: 'POST',
    path: '/projects/:id/snippets',
    access: 'user',
    declares: { fields: { ...FIELDS, files: { type: 'list' } } },
    run(call) {
      const project = findProject(call);
      requireLevel(call, project, REPORTER);
      refuseArchived(call, project);
      return create(call, project);
    },
  },
  {
    method: 'POST',
    path: '/snippets',
    access: 'user',
    declares: { fields: { ...FIELDS, files: { type: 'list' } } },
    run: (call) => create(call, null),
  },
];

function create(call: UserCall, project: Project | null): Reply {
  const { context, params, actor } = call;
  refuse(params);
  const files = filesOf(params);
  if (files.length > MOST_FILES || new Set(files.map(({ path }) => path)).size < files.length) {
    throw failure(400, { error: 'Repository Error creating the snippet' });
  }
  const snippet: Snippet = {
    id: nextId(context),
    title: textOf(params, 'title') ?? '',
    description: textOf(params, 'description') ?? null,
    visibility: textOf(params, 'visibility') ?? 'private',
    userId: actor.user.id,
    createdAt: new Date().toISOString(),
    files,
  };
  if (project) extrasOf(project).snippets.push(snippet);
  context.changed();
  return created(entity(call, project, snippet));
}

function refuse(params: Params): void {
  const files = params['files'] as Record<string, unknown>[] | undefined;
  const problems = [
    ...(params['title'] === undefined ? ['title is missing', 'title is empty'] : []),
    ...(files === undefined && params['content'] === undefined
      ? ['files, content are missing, exactly one parameter must be provided']
      : []),
    ...(files ?? []).flatMap(({ content }, index) =>
      content === '' || content === undefined ? [`files[${index}][content] is empty`] : [],
    ),
  ];
  if (problems.length > 0) throw invalidParameters(problems);
}

function filesOf(params: Params): Snippet['files'] {
  const files = params['files'] as Record<string, string>[] | undefined;
  if (files) return files.map(({ file_path: path = '', content = '' }) => ({ path, content }));
  return [{ path: textOf(params, 'file_name') ?? 'snippet.txt', content: textOf(params, 'content') ?? '' }];
}

function entity({ context }: Call, project: Project | null, snippet: Snippet): Record<string, unknown> {
  const place = project ? `${project.fullPath}/-/snippets` : '-/snippets';
  const web = `${context.externalUrl}/${place}/${snippet.id}`;
  const repository = `${project ? `${project.fullPath}/` : ''}snippets/${snippet.id}.git`;
  return {
    id: snippet.id,
    title: snippet.title,
    description: snippet.description,
    visibility: snippet.visibility,
    author: userById(context, snippet.userId),
    created_at: snippet.createdAt,
    updated_at: snippet.createdAt,
    project_id: project?.id ?? null,
    web_url: web,
    raw_url: `${web}/raw`,
    ssh_url_to_repo: `git@${new URL(context.externalUrl).hostname}:${repository}`,
    http_url_to_repo: `${context.externalUrl}/${repository}`,
    file_name: snippet.files[0]?.path ?? '',
    files: snippet.files.map(({ path }) => ({ path, raw_url: `${web}/raw/main/${path}` })),
    imported: false,
    imported_from: 'none',
  };
}
