import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { DeployKey } from '../model/people.ts';

/** A public key, told from others by its type and its base64 alone: comments come and go (GL-465). */
export type PublicKey = {
  /** Type and base64. */
  text: string;
  comment: string;
  /** SHA-256 in base64, unpadded, as ssh-keygen and GitLab show it. */
  fingerprint: string;
};

/** Null for what is no public key. */
export function publicKey(given: string): PublicKey | null {
  const [type = '', base64 = '', ...comment] = given.trim().split(/\s+/);
  if (!/^[a-z][a-z0-9@.-]+$/.test(type) || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return null;
  const hash = createHash('sha256').update(Buffer.from(base64, 'base64')).digest('base64');
  return { text: `${type} ${base64}`, comment: comment.join(' '), fingerprint: hash.replace(/=+$/, '') };
}

/** GitLab's limit for titles of keys. */
const longestTitle = 255;

export function titleOfKey(title: string | null, { comment, fingerprint }: PublicKey): string {
  const first = title?.trim() || comment || `SHA256:${fingerprint}`;
  return Array.from(first).slice(0, longestTitle).join('');
}

/** A key that is to be on the target. */
export const WantedKey = z.object({
  title: z.string(),
  text: z.string().describe('Type and base64'),
  fingerprint: z.string().describe('SHA-256 in base64'),
});
export type WantedKey = z.infer<typeof WantedKey>;
export const WantedDeployKey = WantedKey.extend({ canPush: z.boolean() });
export type WantedDeployKey = z.infer<typeof WantedDeployKey>;

/** The deploy keys of a repository, each once; it may push if any of its rows may. And titles of what is no key. */
export function wantedKeys(keys: readonly DeployKey[]): { wanted: WantedDeployKey[]; broken: string[] } {
  const wanted = new Map<string, WantedDeployKey>();
  const broken: string[] = [];
  for (const { title, key, canPush } of keys) {
    const parsed = publicKey(key);
    if (parsed === null) {
      broken.push(title);
      continue;
    }
    const { text, fingerprint } = parsed;
    const before = wanted.get(fingerprint);
    const next = before ?? { title: titleOfKey(title, parsed), text, fingerprint, canPush };
    wanted.set(fingerprint, { ...next, canPush: next.canPush || canPush });
  }
  return { wanted: [...wanted.values()], broken };
}
