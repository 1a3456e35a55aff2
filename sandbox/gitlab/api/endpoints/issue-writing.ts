import type { Settings } from '../../settings.ts';
import { trackerOf } from '../../state.ts';
import { maySetDates, mayUpdate } from '../../tracker/access.ts';
import { noteMentions } from '../../tracker/cross-references.ts';
import { addIssue } from '../../tracker/issues.ts';
import type { Item } from '../../tracker/items.ts';
import { notify } from '../../tracker/notify.ts';
import { textErrors } from '../../tracker/texts.ts';
import { applyUpdates } from '../../tracker/updates.ts';
import { created, ok, type Endpoint, type Reply, type UserCall } from '../endpoint.ts';
import { issueEntity } from '../entities/items.ts';
import { ApiError, failure, forbidden, invalid } from '../errors.ts';
import { ITEM_FIELDS, wantedUpdates } from '../item-writing.ts';
import { findProject } from '../lookup.ts';
import { integerOf, textOf, type Param } from '../params.ts';
import { findIssueOf, refuseArchived, requireFeature } from '../tracker-lookup.ts';

const FIELDS: Record<string, Param> = {
  ...ITEM_FIELDS,
  due_date: { type: 'string' },
  confidential: { type: 'boolean', allowBlank: false },
  issue_type: { type: 'string', values: ['issue', 'incident', 'test_case', 'requirement', 'task'] },
};
const CHANGES = [
  'assignee_id',
  'assignee_ids',
  'confidential',
  'created_at',
  'description',
  'discussion_locked',
  'due_date',
  'labels',
  'add_labels',
  'remove_labels',
  'milestone_id',
  'state_event',
  'title',
  'issue_type',
];
const GREATEST = 2 ** 31 - 1;

/** Issues as they are made and changed (GL-383 to GL-387). */
export const issueWritingEndpoints: Endpoint[] = [
  {
    method: 'POST',
    path: '/projects/:id/issues',
    access: 'user',
    declares: {
      fields: {
        title: { type: 'string', required: true },
        created_at: { type: 'datetime' },
        iid: { type: 'integer' },
        ...FIELDS,
      },
    },
    run: create,
  },
  {
    method: 'PUT',
    path: '/projects/:id/issues/:iid',
    access: 'user',
    declares: {
      fields: {
        title: { type: 'string' },
        updated_at: { type: 'datetime', allowBlank: false },
        state_event: { type: 'string', values: ['reopen', 'close'] },
        ...FIELDS,
      },
      atLeastOneOf: CHANGES,
    },
    run: update,
  },
];

function create(call: UserCall): Reply {
  const { context, params, actor, limiter } = call;
  const project = findProject(call);
  requireFeature(call, project, 'issues');
  refuseArchived(call, project);
  limiter.check('issues_create', `${project.id} ${actor.user.id}`, { retryAfter: false });
  const dated = maySetDates(context, actor, project);
  const at = dated ? textOf(params, 'created_at') : undefined;
  const iid = dated ? integerOf(params, 'iid') : undefined;
  const title = textOf(params, 'title') ?? '';
  refuse(textErrors({ title, description: textOf(params, 'description') }, true));
  refuseSpam(context.settings, title);
  if (iid !== undefined && (iid < 0 || iid > GREATEST)) throw new Error(`iid ${iid}`);
  if (trackerOf(project).issues.some((issue) => issue.iid === iid)) throw failure(409, 'Duplicated issue');
  const fields = {
    title,
    authorId: actor.user.id,
    ...(iid !== undefined && { iid }),
    ...(at !== undefined && { createdAt: at }),
  };
  const issue = addIssue(context, project, fields);
  const { title: _, description = null, ...updates } = wantedUpdates(call, project, issue, false);
  issue.description = description;
  const { state, ...metadata } = updates;
  applyUpdates(context, project, issue, metadata, { userId: actor.user.id, at });
  // Only dates that are asked for are of the past.
  issue.updatedAt = new Date().toISOString();
  notify(context, project, issue, { kind: 'new-issue', byId: actor.user.id });
  changeAndMail(call, { project, item: issue }, state === undefined ? {} : { state }, undefined);
  noteMentions(context, { project, item: issue }, { text: textIn(issue), actor });
  return created(issueEntity(context, project, issue));
}

function update(call: UserCall): Reply {
  const { context, params, actor } = call;
  const { project, item } = findIssueOf(call);
  if (!mayUpdate(context, actor, project, item)) throw forbidden();
  refuseArchived(call, project);
  const at = maySetDates(context, actor, project) ? textOf(params, 'updated_at') : undefined;
  refuse(textErrors({ title: textOf(params, 'title'), description: textOf(params, 'description') }, true));
  changeAndMail(call, { project, item }, wantedUpdates(call, project, item, true), at);
  return ok(issueEntity(context, project, item));
}

/** Changes an item, and mails what people are mailed of: state and who is in charge. */
export function changeAndMail(
  call: UserCall,
  { project, item }: { project: Parameters<typeof notify>[1]; item: Item },
  updates: Parameters<typeof applyUpdates>[3],
  at: string | undefined,
): void {
  const { context, actor } = call;
  const [before, text] = [item.assignees.join(), textIn(item)];
  const change = applyUpdates(context, project, item, updates, { userId: actor.user.id, at });
  const byId = actor.user.id;
  if (change !== null) notify(context, project, item, { kind: change, byId });
  if (item.assignees.join() !== before) notify(context, project, item, { kind: 'assigned', byId });
  if (textIn(item) !== text) noteMentions(context, { project, item }, { text: textIn(item), actor });
}

/** In which others can be named. */
export function textIn({ title, description }: Item): string {
  return `${title}\n${description ?? ''}`;
}

function refuse(errors: Record<string, string[]>): void {
  if (Object.keys(errors).length > 0) throw invalid(errors);
}

const RECOGNIZED = 'Your issue has been recognized as spam. Please, change the content';

/** With a captcha to be solved, or simply refused (GL-387). */
function refuseSpam({ spam }: Settings, title: string): void {
  if (!spam?.is(title)) return;
  if (!spam.captcha) throw invalid({ base: [`${RECOGNIZED} to proceed.`] });
  throw new ApiError(409, {
    needs_captcha_response: true,
    spam_log_id: 1,
    captcha_site_key: 'site-key',
    message: { error: `${RECOGNIZED} or solve the reCAPTCHA to proceed.` },
  });
}
