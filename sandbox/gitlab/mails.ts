import type { Context } from './context.ts';
import { groupsAbove } from './groups.ts';
import type { Group, Project, User } from './state.ts';

/** A mail that GitLab would have sent. */
export type Mail = {
  /** Address of the recipient. */
  to: string;
  kind:
    | 'access-granted'
    | 'confirmation'
    | 'password-reset'
    | 'address-added'
    | 'key-added'
    | 'invitation'
    | 'approval-wanted'
    | 'new-issue'
    | 'new-merge-request'
    | 'new-note'
    | 'closed'
    | 'merged'
    | 'new-commits'
    | 'reopened'
    | 'assigned'
    | 'new-release';
  /** Full path of a group or project, an item in it (`team/app#1`), an address, or whatever it is about. */
  about: string;
};

/** Sends a mail that no setting of a project or group holds back (GL-287). */
export function mailAnyway(context: Context, to: string, kind: Mail['kind'], about: string): void {
  context.mails.push({ to, kind, about });
}

/** Sends a mail about a project or group, unless its mails are off or the user gets none (GL-114, GL-287). */
export function mailAbout(
  context: Context,
  of: Group | Project,
  user: User,
  kind: Mail['kind'],
  about = of.fullPath,
): void {
  if (user.state !== 'active' || !mailsEnabled(context, of)) return;
  mailAnyway(context, user.email, kind, about);
}

/** Any group above can switch the mails of all that is in it off (GL-117). */
export function mailsEnabled(context: Context, of: Group | Project): boolean {
  if (of.attributes['emails_enabled'] === false) return false;
  const group = context.routes.group('namespaceId' in of ? of.namespaceId : of.id);
  return (
    group === null || groupsAbove(context, group).every((each) => each.attributes['emails_enabled'] !== false)
  );
}
