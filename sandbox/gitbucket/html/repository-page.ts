import type { GitBucketContext } from '../context.ts';
import type { RepositoryRecord } from '../state.ts';
import { escapeHtml, layout, pagePath } from './layout.ts';
import { forkedFrom } from './lists.ts';

/** The front page of a repository: its name, where it was forked from, its clone URL. */
export function repositoryPage(context: GitBucketContext, repository: RepositoryRecord): string {
  const fullName = `${repository.owner}/${repository.name}`;
  const description = escapeHtml(repository.description ?? '');
  const body = `<div class="headbar">
  <span class="strong">${escapeHtml(fullName)}</span>
  ${forkedFrom(context, repository)}
</div>
<p class="description">${description}</p>
<input type="text" value="${escapeHtml(`${context.url()}/git/${fullName}.git`)}" id="repository-url" readonly>`;
  return layout(context, fullName, `${menu(context, repository)}\n${body}`);
}

/** The menu beside every page of a repository: what is switched off is not in it, or leads elsewhere (GB-136). */
function menu(context: GitBucketContext, repository: RepositoryRecord): string {
  const { issuesOption, wikiOption, externalIssuesUrl, externalWikiUrl } = repository;
  const base = `${pagePath(context)}/${encodeURIComponent(repository.owner)}/${encodeURIComponent(repository.name)}`;
  const entry = (path: string, label: string, icon: string): string => {
    const address = path.startsWith('http')
      ? `href="${escapeHtml(path)}" target="_blank"`
      : `href="${escapeHtml(base + path)}"`;
    return `<li class = "menu-item-hover ">
  <a ${address}>
    <i class="menu-icon octicon octicon-${icon}"></i>
    <span>${label}</span>
  </a>
</li>`;
  };
  const feature = (on: boolean, path: string, external: string | undefined, label: string, icon: string) => {
    const leads = on ? path : external;
    return leads === undefined ? [] : [entry(leads, label, icon)];
  };
  const entries = [
    entry('', 'Files', 'code'),
    entry('/releases', 'Releases', 'tag'),
    ...feature(issuesOption !== 'DISABLE', '/issues', externalIssuesUrl, 'Issues', 'issue-opened'),
    ...feature(wikiOption !== 'DISABLE', '/wiki', externalWikiUrl, 'Wiki', 'book'),
  ];
  return `<ul class="sidebar-menu">\n${entries.join('\n')}\n</ul>`;
}
