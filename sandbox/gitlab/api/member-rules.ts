import { membership } from '../access.ts';
import type { Context } from '../context.ts';
import type { Errors } from '../projects.ts';
import type { Group, Project, User } from '../state.ts';

export type MemberTarget = { kind: 'group'; of: Group } | { kind: 'project'; of: Project };

const ROLES: Record<number, string> = {
  10: 'Guest',
  15: 'Planner',
  20: 'Reporter',
  30: 'Developer',
  40: 'Maintainer',
  50: 'Owner',
};

/** Why this user cannot become a member with that level (GL-111 to GL-113); null when nothing speaks against it. */
export function memberProblem(
  context: Context,
  target: MemberTarget,
  user: User,
  { level, expiresAt }: { level: number; expiresAt: string | undefined },
): Errors | 'exists' | null {
  if (target.of.members.some((member) => member.userId === user.id)) return 'exists';
  const [top = ''] = target.of.fullPath.split('/');
  if (context.settings.groupsWithSso.includes(top) && (user.identities ?? []).length === 0)
    return { user: ['is not linked to a SAML account or has an inactive SCIM identity.'] };
  if (expiresAt && expiresAt < new Date().toISOString().slice(0, 10)) {
    return { expires_at: ['cannot be a date in the past'] };
  }
  if (!(level in ROLES)) return { access_level: ['is not included in the list'] };
  const parentId = target.kind === 'group' ? target.of.parentId : target.of.namespaceId;
  const parent = parentId === null ? null : context.routes.group(parentId);
  const inherited = parent ? membership(context.routes, user.id, parent) : 0;
  if (!parent || inherited <= level) return null;
  const message = `should be greater than or equal to ${ROLES[inherited]} inherited membership from group ${parent.name}`;
  return { access_level: [message] };
}
