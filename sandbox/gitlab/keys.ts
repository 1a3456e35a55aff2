import { createHash } from 'node:crypto';
import type { Context } from './context.ts';
import { isLonger } from './names.ts';
import type { Errors } from './projects.ts';
import type { SshKey } from './state.ts';

const TYPES =
  /^(?:ssh-rsa|ssh-dss|ecdsa-sha2-nistp(?:256|384|521)|ssh-ed25519|sk-(?:ecdsa-sha2-nistp256|ssh-ed25519)@openssh\.com)/;
const FORBIDDEN = 'type is forbidden. Must be RSA, DSA, ECDSA, ED25519, ECDSA_SK, or ED25519_SK';

/** What GitLab keeps of a key: of a comment with blanks the first word only (GL-465). */
export function sanitized(key: string): string {
  return key
    .replaceAll(/[\r\n]/g, '')
    .trim()
    .split(/\s+/)
    .slice(0, 3)
    .join(' ');
}

function fingerprintOf(key: string): string {
  const [, base64 = ''] = key.split(' ');
  return createHash('sha256').update(Buffer.from(base64, 'base64')).digest('base64').replace(/=+$/, '');
}

export function keyWithFingerprint({ state }: Context, fingerprint: string): SshKey | null {
  return state.keys?.find((each) => each.fingerprint === fingerprint) ?? null;
}

/** A new key, or what is wrong with it (GL-289, GL-465). */
export function createKey(
  context: Context,
  input: { title: string; key: string; userId: number; deploy: boolean },
): { key: SshKey } | { errors: Errors } {
  const text = sanitized(input.key);
  const fingerprint = fingerprintOf(text);
  const errors: Errors = {};
  if (input.title === '') errors['title'] = ["can't be blank"];
  else if (isLonger(input.title, 255)) errors['title'] = ['is too long (maximum is 255 characters)'];
  if (!TYPES.test(text)) errors['key'] = [FORBIDDEN];
  else if (keyWithFingerprint(context, fingerprint))
    errors['fingerprint_sha256'] = ['has already been taken'];
  if (Object.keys(errors).length > 0) return { errors };
  const key: SshKey = {
    id: context.state.nextId.other++,
    title: input.title,
    key: text,
    fingerprint,
    userId: input.userId,
    deploy: input.deploy,
    createdAt: new Date().toISOString(),
  };
  (context.state.keys ??= []).push(key);
  context.changed();
  return { key };
}
