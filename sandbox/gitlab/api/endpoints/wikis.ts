import { createHash } from 'node:crypto';
import { DEVELOPER } from '../../access.ts';
import { commitFiles, type FileChanges } from '../../commit-files.ts';
import { featureReadable } from '../../git/abilities.ts';
import { isArchivedAbove } from '../../projects.ts';
import { readHead } from '../../repository.ts';
import type { Project } from '../../state.ts';
import { findPage, pagesOf, shownBranch, sluggified, type WikiPage } from '../../wiki.ts';
import { created, noContent, ok, type Call, type Endpoint, type Reply, type UserCall } from '../endpoint.ts';
import { forbidden, invalid, notFound } from '../errors.ts';
import { findProject } from '../lookup.ts';
import { flagOf, textOf, type Param } from '../params.ts';

const TITLE_BYTES = 245;
const CONTENT_BYTES = 5 * 1024 * 1024;
const EXTENSIONS = { markdown: 'md', rdoc: 'rdoc', asciidoc: 'asciidoc', org: 'org' } as const;
const FORMAT: Param = { type: 'string', values: Object.keys(EXTENSIONS), default: 'markdown' };
const base = '/projects/:id/wikis';

/** Pages by REST (GL-276); whoever asks for their list first makes the repository (GL-270). */
export const wikiEndpoints: Endpoint[] = [
  {
    method: 'GET',
    path: base,
    access: 'anonymous',
    declares: { fields: { with_content: { type: 'boolean' } } },
    run: list,
  },
  {
    method: 'POST',
    path: base,
    access: 'user',
    declares: {
      fields: {
        title: { type: 'string', required: true },
        content: { type: 'string', required: true },
        format: FORMAT,
      },
    },
    run: create,
  },
  {
    method: 'POST',
    path: `${base}/attachments`,
    access: 'user',
    declares: { fields: { file: { type: 'file', required: true }, branch: { type: 'string' } } },
    run: attach,
  },
  { method: 'GET', path: `${base}/:slug`, access: 'anonymous', run: show },
  {
    method: 'PUT',
    path: `${base}/:slug`,
    access: 'user',
    declares: {
      fields: { title: { type: 'string' }, content: { type: 'string' }, format: { ...FORMAT } },
      atLeastOneOf: ['content', 'title', 'format'],
    },
    run: update,
  },
  { method: 'DELETE', path: `${base}/:slug`, access: 'user', run: remove },
];

/** The project whose wiki the caller may read; its repository is there from now on. */
function readableWiki(call: Call): Project {
  const { context, actor } = call;
  const project = findProject(call);
  const level = project.attributes['wiki_access_level'];
  if (!featureReadable(context, actor, project, level)) throw forbidden();
  project.withoutWiki = false;
  context.ensureWiki(project);
  context.changed();
  return project;
}

function writableWiki(call: UserCall): Project {
  const project = readableWiki(call);
  const closed = project.archived || isArchivedAbove(call.context, project);
  if (closed || call.context.accessLevel(call.actor, project) < DEVELOPER) throw forbidden();
  return project;
}

async function list(call: Call): Promise<Reply> {
  const project = readableWiki(call);
  const pages = await pagesOf(call.context, project);
  if (flagOf(call.params, 'with_content') !== true) return ok(pages.map((page) => basic(page)));
  const whole = await Promise.all(pages.map(({ slug }) => findPage(call.context, project, slug)));
  return ok(whole.map((page) => page && entity(page)));
}

async function show(call: Call): Promise<Reply> {
  const page = await findPage(call.context, readableWiki(call), call.route['slug'] ?? '');
  if (page === null) throw notFound('Wiki Page');
  return ok(entity(page));
}

async function create(call: UserCall): Promise<Reply> {
  const project = writableWiki(call);
  const title = textOf(call.params, 'title') ?? '';
  const content = textOf(call.params, 'content') ?? '';
  requireSizes(title, content);
  const there = await findPage(call.context, project, title);
  const path = `${sluggified(title)}.${extensionOf(call)}`;
  if (there !== null) {
    throw invalid({
      base: [`Duplicate page: A page with that title already exists in the file ${path}`],
    });
  }
  await commit(call, project, `created page: ${title}`, { [path]: content });
  return created(entity(await written(call, project, path)));
}

async function update(call: UserCall): Promise<Reply> {
  const project = writableWiki(call);
  const page = await findPage(call.context, project, call.route['slug'] ?? '');
  if (page === null) throw notFound('Wiki Page');
  const title = textOf(call.params, 'title');
  const content = textOf(call.params, 'content') ?? page.content;
  requireSizes(title ?? '', content);
  const path =
    title === undefined ? page.path : `${sluggified(title)}.${page.path.split('.').at(-1) ?? 'md'}`;
  const moved = path === page.path ? {} : { [page.path]: null };
  await commit(call, project, `updated page: ${page.title}`, { ...moved, [path]: content });
  return ok(entity(await written(call, project, path)));
}

async function remove(call: UserCall): Promise<Reply> {
  const project = writableWiki(call);
  const page = await findPage(call.context, project, call.route['slug'] ?? '');
  if (page === null) throw notFound('Wiki Page');
  await commit(call, project, `deleted page: ${page.title}`, { [page.path]: null });
  return noContent();
}

async function attach(call: UserCall): Promise<Reply> {
  const project = writableWiki(call);
  const file = call.params['file'];
  if (!(file instanceof File)) throw invalid({ file: ['is invalid'] });
  const bytes = Buffer.from(await file.arrayBuffer());
  const name = file.name.replaceAll(/[^\w.-]/g, '_');
  const path = `uploads/${createHash('md5').update(bytes).digest('hex')}/${name}`;
  const branch = await commit(call, project, `Upload attachment ${name}`, { [path]: bytes });
  const shown = name.replace(/\.[^.]*$/, '');
  const markdown = `![${shown}](${path})`;
  return created({ file_name: name, file_path: path, branch, link: { url: path, markdown } });
}

/** Writes to the branch that is shown, and to the one that HEAD names while there is none; gives its short name. */
async function commit(
  { context, actor }: UserCall,
  project: Project,
  message: string,
  files: FileChanges,
): Promise<string> {
  const gitDir = context.wikiDir(project);
  const shown = shownBranch(context, project);
  const ref = shown === null ? (readHead(gitDir) ?? 'refs/heads/main') : `refs/heads/${shown}`;
  const { user } = actor;
  await commitFiles(gitDir, ref, { author: user, message: `${user.username} ${message}`, files });
  return ref.slice('refs/heads/'.length);
}

async function written(call: UserCall, project: Project, path: string) {
  const page = await findPage(call.context, project, path.replace(/\.[^.]+$/, ''));
  if (page === null) throw notFound('Wiki Page');
  return page;
}

function requireSizes(title: string, content: string): void {
  const last = title.split('/').at(-1) ?? '';
  if (Buffer.byteLength(last) > TITLE_BYTES) {
    throw invalid({ title: [`exceeds the limit of ${TITLE_BYTES} bytes`] });
  }
  if (Buffer.byteLength(content) > CONTENT_BYTES) {
    throw invalid({ content: ['is too long (5 MiB). The maximum size is 5 MiB.'] });
  }
}

function extensionOf({ params }: UserCall): string {
  const format = textOf(params, 'format') ?? 'markdown';
  return EXTENSIONS[format as keyof typeof EXTENSIONS] ?? 'md';
}

function basic({ slug, title, format }: WikiPage): Record<string, unknown> {
  // GitLab makes a record for each page that it lists; which number it has matters to nobody here.
  return { format, slug, title, wiki_page_meta_id: 1 };
}

function entity(page: WikiPage & { content: string }): Record<string, unknown> {
  return { ...basic(page), content: page.content, encoding: 'UTF-8', front_matter: {} };
}
