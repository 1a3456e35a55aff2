import type { Hono } from 'hono';
import { page, pageNotFound } from '../answers.ts';
import type { GitBucketContext, GitBucketEnv } from '../context.ts';
import { escapeHtml, layout, pagePath } from '../html/layout.ts';
import type { RepositoryRecord } from '../state.ts';
import { mergingOf } from './database/tables.ts';
import { openPage } from './opened.ts';
import type { HookState } from './state.ts';

/** Pages of the owner: the options as a form, and each webhook with its secret in clear (GB-170). */
export function registerSettingsPages(app: Hono<GitBucketEnv>, context: GitBucketContext): void {
  app.get('/:owner/:repository/settings/options', (c) => {
    const opened = openPage(c, context, 'owner');
    if (opened instanceof Response) return opened;
    return page(c, layout(context, 'Settings', optionsForm(context, opened.repository)));
  });

  app.get('/:owner/:repository/settings/hooks/edit', (c) => {
    const opened = openPage(c, context, 'owner');
    if (opened instanceof Response) return opened;
    // One without events is not found here either (GB-220).
    const hook = opened.tracker.hooks.find((row) => row.url === c.req.query('url') && row.events.length > 0);
    return hook ? page(c, layout(context, 'Settings', hookForm(hook))) : pageNotFound(c, context);
  });
}

function radio(name: string, value: string, on: boolean): string {
  return `<input type="radio" name="${name}" value="${value}" ${on ? ' checked' : ''}> ${value}`;
}

function text(name: string, value = ''): string {
  return `<input type="text" class="form-control" id="${name}" name="${name}" value="${escapeHtml(value)}"/>`;
}

function optionsForm(context: GitBucketContext, repository: RepositoryRecord): string {
  const { merges, merge, safe } = mergingOf(repository);
  const access = (name: string, now: string): string =>
    ['DISABLE', 'PRIVATE', 'PUBLIC', 'ALL'].map((value) => radio(name, value, value === now)).join('\n');
  const methods = (['merge-commit', 'squash', 'rebase'] as const).map(
    (value) =>
      `<input type="checkbox" name="mergeOptions" value="${value}" ${merges.includes(value) ? 'checked' : ''}>`,
  );
  const choices = ['merge-commit', 'squash', 'rebase'].map(
    (value) => `<option value="${value}" ${value === merge ? 'selected' : ''}>${value}</option>`,
  );
  const safeMode =
    context.minor < 36
      ? ''
      : `<input type="checkbox" id="safeMode" name="safeMode"${safe ? ' checked' : ''}/>`;
  const action = escapeHtml(`${pagePath(context)}/${repository.owner}/${repository.name}/settings/options`);
  return `<form id="form" method="post" action="${action}" validate="true" autocomplete="off">
${text('description', repository.description)}
${radio('isPrivate', 'false', !repository.private)}
${radio('isPrivate', 'true', repository.private)}
<input type="checkbox" id="allowFork" name="allowFork"${repository.allowFork ? ' checked' : ''}/>
${safeMode}
${access('issuesOption', repository.issuesOption)}
${text('externalIssuesUrl', repository.externalIssuesUrl)}
${access('wikiOption', repository.wikiOption)}
${text('externalWikiUrl', repository.externalWikiUrl)}
${methods.join('\n')}
<select name="defaultMergeOption" id="defaultMergeOption">
${choices.join('\n')}
</select>
</form>`;
}

function hookForm(hook: HookState): string {
  const url = escapeHtml(hook.url);
  const type = (code: string): string =>
    `<option value="${code}" ${hook.contentType === code ? 'selected' : ''}>${code}</option>`;
  const events = hook.events.map(
    (event) => `<input type="checkbox" name="events.${event}" value="on" checked />`,
  );
  return `<form method="POST" validate="true" autocomplete="off">
  <input type="text" value="${url}" class="form-control" disabled />
  <input type="hidden" value="${url}" name="url" />
  <select name="ctype" id="ctype" class="form-control">
    ${type('form')}
    ${type('json')}
  </select>
  <input type="text" name="token" id="token" placeholder="leave blank for no X-Hub-Signature usage" value="${escapeHtml(hook.secret ?? '')}" class="form-control" />
  ${events.join('\n')}
</form>`;
}
