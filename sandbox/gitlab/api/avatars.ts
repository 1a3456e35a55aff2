import { createHash } from 'node:crypto';
import type { Context } from '../context.ts';
import type { Errors } from '../projects.ts';
import type { User } from '../state.ts';
import type { Params } from './params.ts';

const EXTENSIONS = ['png', 'jpg', 'jpeg', 'gif', 'bmp', 'tiff', 'ico', 'webp'];
const TYPES = ['png', 'jpeg', 'gif', 'bmp', 'tiff', 'vnd.microsoft.icon'].map((type) => `image/${type}`);
const UNSUPPORTED = 'file format is not supported. Please try one of the following supported formats:';
const MAX_BYTES = 200 * 1024;

/** What is wrong with an uploaded avatar, by its name, type and size (GL-142). */
export function avatarErrors({ avatar }: Params): Errors {
  if (!(avatar instanceof File)) return {};
  const extension = avatar.name.split('.').at(-1)?.toLowerCase() ?? '';
  if (extension !== 'svg' && !EXTENSIONS.includes(extension)) {
    return errorOf(`${UNSUPPORTED} ${EXTENSIONS.join(', ')}`);
  }
  if (!TYPES.includes(avatar.type)) return errorOf(`${UNSUPPORTED} ${TYPES.join(', ')}`);
  return avatar.size > MAX_BYTES ? errorOf('is too big (should be at most 200 KiB)') : {};
}

/** The name that an uploaded picture gets. */
export function avatarName({ avatar }: Params): { avatar?: string } {
  return avatar instanceof File ? { avatar: avatar.name.replaceAll(/[^\w.+-]/g, '_') } : {};
}

/** Its address; null without one. */
export function avatarUrl(
  { externalUrl }: { externalUrl: string },
  of: 'group' | 'project' | 'user',
  { id, avatar }: { id: number; avatar?: string | undefined },
): string | null {
  return avatar === undefined ? null : `${externalUrl}/uploads/-/system/${of}/avatar/${id}/${avatar}`;
}

/** Whoever has uploaded none is shown by Gravatar (GL-468). */
export function userAvatar(context: Context, user: User): string {
  const hash = createHash('sha256').update(user.email.toLowerCase()).digest('hex');
  const drawn = `https://www.gravatar.com/avatar/${hash}?s=80&d=identicon`;
  return avatarUrl(context, 'user', user) ?? drawn;
}

function errorOf(text: string): Errors {
  return { avatar: [text] };
}
