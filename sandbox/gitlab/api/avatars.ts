import type { Errors } from '../projects.ts';
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

function errorOf(text: string): Errors {
  return { avatar: [text] };
}
