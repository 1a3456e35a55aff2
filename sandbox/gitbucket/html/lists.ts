import type { GitBucketContext } from '../context.ts';
import type { RepositoryRecord } from '../state.ts';
import { escapeHtml, pagePath } from './layout.ts';

/** The list of recently updated repositories beside every dashboard page. */
export function sidebar(context: GitBucketContext, rows: readonly RepositoryRecord[]): string {
  if (rows.length === 0) return '<ul class="nav sidebar-menu"><li>No repositories</li></ul>';
  const items = rows.map(
    (row) =>
      `<li class="repo-link menu-item-hover">
  <a href="${repositoryPath(context, row)}">${icon(row, '')} <span>${escapeHtml(row.owner)}/<span class="strong">${escapeHtml(row.name)}</span></span></a>
</li>`,
  );
  return `<ul class="nav sidebar-menu">\n${items.join('\n')}\n</ul>`;
}

/** One block per repository; on the owner's own page the name stands without the owner. */
export function repositoryBlocks(
  context: GitBucketContext,
  rows: readonly RepositoryRecord[],
  options: { bareName?: boolean } = {},
): string {
  return rows.map((row) => block(context, row, options.bareName ?? false)).join('\n');
}

/** "forked from", as on the repository's own page (GB-171). */
export function forkedFrom(context: GitBucketContext, row: RepositoryRecord): string {
  if (!row.parent) return '';
  const parent = `${row.parent.owner}/${row.parent.name}`;
  const link = `<a href="${pagePath(context)}/${escapeHtml(parent)}">${escapeHtml(parent)}</a>`;
  return `<div class="small muted">forked from ${link}</div>`;
}

function block(context: GitBucketContext, row: RepositoryRecord, bareName: boolean): string {
  const name = bareName ? row.name : `${row.owner}/${row.name}`;
  const lock = row.private ? '<i class="octicon octicon-lock"></i>' : '';
  const description = row.description === undefined ? '' : `<div>${escapeHtml(row.description)}</div>`;
  return `<div class="block" data-owner="${escapeHtml(row.owner)}">
  <div class="repository-icon">
    ${icon(row, 'mega-')}
  </div>
  <div class="repository-content">
    <div class="block-header">
      <a href="${repositoryPath(context, row)}">${escapeHtml(name)}</a>
      ${lock}
    </div>
    ${forkedFrom(context, row)}
    ${description}
    <div><span class="muted small">Updated ${new Date(row.activityAt).toISOString()}</span></div>
  </div>
</div>`;
}

function icon(row: RepositoryRecord, size: '' | 'mega-'): string {
  const kind = row.parent ? 'repo-forked' : 'repo';
  return `<i class="${size}octicon octicon-${row.private ? 'lock' : kind}"></i>`;
}

function repositoryPath(context: GitBucketContext, row: RepositoryRecord): string {
  return `${pagePath(context)}/${urlEncoded(row.owner)}/${urlEncoded(row.name)}`;
}

/** Java's URLEncoder, which also escapes what JavaScript leaves alone. */
function urlEncoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()~]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
