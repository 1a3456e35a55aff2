import type { PlannedGroup } from '../model/plan.ts';
import { avatarStep, type AvatarStep } from './avatars.ts';

/** The picture of a group. Whoever has a personal namespace is shown by the picture of the account. */
export const groupAvatar: AvatarStep<PlannedGroup> = avatarStep({
  name: 'group-avatar',
  of: 'group',
  on: 'group',
  loginOf({ item }) {
    const group = item.owner.kind === 'group' && item.namespaceKind === 'group';
    return Promise.resolve(group ? item.owner.login : null);
  },
  idOf: ({ existing }) => existing,
});
