import type { Context } from '../../context.ts';
import type { Member } from '../../state.ts';
import { basicUser } from './users.ts';

export function memberEntity(context: Context, member: Member): Record<string, unknown> {
  const user = context.routes.user(member.userId);
  const createdBy = member.createdBy === null ? null : context.routes.user(member.createdBy);
  return {
    ...(user && basicUser(context, user)),
    access_level: member.accessLevel,
    created_at: member.createdAt,
    expires_at: member.expiresAt,
    ...(createdBy && { created_by: basicUser(context, createdBy) }),
    membership_state: 'active',
  };
}
