import type { PlannedPerson } from '../model/plan.ts';
import { avatarStep, type AvatarStep } from './avatars.ts';

/**
 * The picture of a person, which an administrator of GitLab may set. Who has one of their own is asked only where the
 * database of the source tells it for all.
 */
export const accountAvatar: AvatarStep<PlannedPerson> = avatarStep({
  name: 'account-avatar',
  of: 'person',
  on: 'user',
  async loginOf({ item, input, source }) {
    const hasAccount = item.action === 'use' || item.action === 'create';
    if (!hasAccount || item.person.disabled || !input.target.user.admin) return null;
    const { via } = await source.people();
    return via.includes('database') ? item.person.login : null;
  },
  idOf: ({ existing }) => existing?.id ?? null,
});
