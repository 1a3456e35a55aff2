import { runGit } from '../../git-objects.ts';
import { effectiveDefaultBranch } from '../../repository.ts';
import { ok, type Call, type Endpoint, type Reply } from '../endpoint.ts';
import { forbidden } from '../errors.ts';
import { findProject } from '../lookup.ts';

const PAGE = /^(.+)\.(md|markdown|rdoc|adoc|asciidoc|org|textile|creole|rst|mediawiki|pod|txt)$/i;

/** The list of a wiki's pages; whoever asks for it first makes the repository (GL-270, GL-274). */
export const wikiEndpoints: Endpoint[] = [
  { method: 'GET', path: '/projects/:id/wikis', access: 'anonymous', run: list },
];

async function list(call: Call): Promise<Reply> {
  const { context } = call;
  const project = findProject(call);
  if (project.attributes['wiki_access_level'] === 'disabled') throw forbidden();
  project.withoutWiki = false;
  context.ensureWiki(project);
  context.changed();
  const gitDir = context.wikiDir(project);
  // What was shown first stays (GL-273).
  const branch = (project.wikiBranch ??= effectiveDefaultBranch(gitDir));
  const names = branch && (await runGit(gitDir, ['ls-tree', '-rz', '--name-only', branch]));
  const pages = (names ?? '').split('\0').flatMap((name) => {
    const [, title = '', format = ''] = PAGE.exec(name) ?? [];
    if (title === '') return [];
    return { slug: title, title: title.replaceAll('-', ' '), format, wiki_page_meta_id: null };
  });
  return ok(pages);
}
