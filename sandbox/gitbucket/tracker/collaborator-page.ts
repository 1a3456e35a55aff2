import type { Hono } from 'hono';
import { page } from '../answers.ts';
import type { GitBucketContext, GitBucketEnv } from '../context.ts';
import { escapeHtml, layout, pagePath } from '../html/layout.ts';
import type { RepositoryRecord } from '../state.ts';
import { openPage } from './opened.ts';

/** The owner's page with roles and groups, written as calls of a script (GB-167). */
export function registerCollaboratorPage(app: Hono<GitBucketEnv>, context: GitBucketContext): void {
  app.get('/:owner/:repository/settings/collaborators', (c) => {
    const opened = openPage(c, context, 'owner');
    if (opened instanceof Response) return opened;
    return page(c, layout(context, 'Settings', body(opened.repository, context)));
  });
}

function body(repository: RepositoryRecord, context: GitBucketContext): string {
  const calls = repository.collaborators
    .toSorted((a, b) => (a.login < b.login ? -1 : 1))
    .map(({ login, role }) => {
      const list = context.anyAccount(login)?.kind === 'group' ? '#group-list' : '#collaborator-list';
      return `  addListHTML('${escapeHtml(login)}', '${role}', '${list}');`;
    });
  const fullName = escapeHtml(`${repository.owner}/${repository.name}`);
  return `<form id="form" method="post" action="${pagePath(context)}/${fullName}/settings/collaborators" autocomplete="off">
  <ul id="collaborator-list" class="collaborator">
  </ul>
  <ul id="group-list" class="collaborator">
  </ul>
  <input type="hidden" id="collaborators" name="collaborators" />
</form>
<script>
$(function(){
${calls.join('\n')}
});
</script>`;
}
