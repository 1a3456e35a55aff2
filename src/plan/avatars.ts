import { createHash } from 'node:crypto';
import type { Avatar } from '../model/people.ts';
import type { Notice } from '../model/notice.ts';

/** A picture as it is uploaded. Its name tells which one it is: GitLab shows no more of it than its address. */
export type Picture = { name: string; type: string; bytes: Uint8Array };

/** GitLab's limit (GL-142). */
const mostBytes = 200 * 1024;

/** By how their files begin: names and types that a server sends are no proof (GL-468). */
const kinds: readonly (readonly [type: string, extension: string, beginnings: readonly string[]])[] = [
  ['image/png', 'png', ['\x89PNG']],
  ['image/jpeg', 'jpg', ['\xff\xd8\xff']],
  ['image/gif', 'gif', ['GIF8']],
  ['image/bmp', 'bmp', ['BM']],
  ['image/tiff', 'tiff', ['II*\0', 'MM\0*']],
  ['image/vnd.microsoft.icon', 'ico', ['\0\0\x01\0']],
];

/** The picture of an account as GitLab takes it, or why it does not; null when it has none of its own, or that is unknown. */
export function pictureOf({ custom, picture }: Avatar): Picture | { refused: string } | null {
  if (custom !== true || picture === null || picture.bytes.length === 0) return null;
  const { bytes } = picture;
  const beginning = Buffer.from(bytes.subarray(0, 8)).toString('latin1');
  const kind = kinds.find(([, , beginnings]) => beginnings.some((each) => beginning.startsWith(each)));
  if (kind === undefined) return { refused: `GitLab takes no pictures of this kind (${picture.type})` };
  if (bytes.length > mostBytes) {
    const kilobytes = Math.ceil(bytes.length / 1024);
    return { refused: `it has ${kilobytes} KB, and GitLab takes up to 200 KB` };
  }
  const [type, extension] = kind;
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 16);
  return { name: `avatar-${hash}.${extension}`, type, bytes };
}

/** What is done about the picture that the target shows; `known`: the one that this tool set last. */
export function avatarVerdict(
  wanted: string,
  shown: string | null,
  known: string | undefined,
): 'right' | 'set' | 'kept' {
  // Whoever has uploaded none is shown by another service, or by initials.
  const uploaded = shown !== null && shown.includes('/uploads/') ? nameIn(shown) : null;
  if (uploaded === wanted) return 'right';
  if (uploaded === null) return known === undefined ? 'set' : 'kept';
  return uploaded === known ? 'set' : 'kept';
}

function nameIn(address: string): string {
  return address.replace(/[?#].*$/, '').replace(/^.*\//, '');
}

export function keptAvatar(object: string): Notice {
  const message = 'its picture was changed on GitLab, which is kept';
  return { code: 'avatar-kept', object, message, fix: '' };
}

export function refusedAvatar(object: string, why: string): Notice {
  const message = `its picture does not move: ${why}`;
  const fix = 'upload a smaller picture, or one in PNG, on GitLab';
  return { code: 'avatar-refused', object, message, fix };
}
