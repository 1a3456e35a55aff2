import type { GitBucketContext } from '../context.ts';
import type { RepositoryRecord } from '../state.ts';
import { escapeHtml, layout, pagePath } from './layout.ts';
import { forkedFrom } from './lists.ts';

/** The front page of a repository: its name, where it was forked from, its clone URL. */
export function repositoryPage(context: GitBucketContext, repository: RepositoryRecord): string {
  const fullName = `${repository.owner}/${repository.name}`;
  const description = escapeHtml(repository.description ?? '');
  const body = `${menu(context, repository)}
<div class="headbar">
  <span class="strong">${escapeHtml(fullName)}</span>
  ${forkedFrom(context, repository)}
</div>
<p class="description">${description}</p>
<input type="text" value="${escapeHtml(`${context.url()}/git/${fullName}.git`)}" id="repository-url" readonly>`;
  return layout(context, fullName, body);
}

/** The tabs of a repository; those of issues and of the wiki are there while the options let them (GB-136). */
function menu(
  context: GitBucketContext,
  { owner, name, issuesOption, wikiOption }: RepositoryRecord,
): string {
  const base = escapeHtml(`${pagePath(context)}/${encodeURIComponent(owner)}/${encodeURIComponent(name)}`);
  const tabs = [
    ['', 'Files', 'code'],
    ['/releases', 'Releases', 'tag'],
    ...(issuesOption === 'DISABLE' ? [] : [['/issues', 'Issues', 'issue-opened']]),
    ...(wikiOption === 'DISABLE' ? [] : [['/wiki', 'Wiki', 'book']]),
  ];
  const items = tabs.map(
    ([path = '', label = '', icon = '']) => `<li class = "menu-item-hover ">
      <a href="${base}${path}">
        <i class="menu-icon octicon octicon-${icon}"></i>
        <span>${label}</span>
      </a>
  </li>`,
  );
  return `<ul class="sidebar-menu">\n${items.join('\n')}\n</ul>`;
}
