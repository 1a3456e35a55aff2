import type { GitBucketContext } from '../context.ts';
import type { RepositoryRecord } from '../state.ts';
import { escapeHtml, layout } from './layout.ts';
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
  return layout(context, fullName, body);
}
