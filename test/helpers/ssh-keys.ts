import { createHash } from 'node:crypto';

function withLength(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** The text of a public key of its own for each seed, as `ssh-keygen -t ed25519` writes it. */
export function sshKey(seed: string, comment = ''): string {
  const parts = [Buffer.from('ssh-ed25519'), createHash('sha256').update(seed).digest()];
  const blob = Buffer.concat(parts.map(withLength));
  return `ssh-ed25519 ${blob.toString('base64')}${comment === '' ? '' : ` ${comment}`}`;
}

/** Its SHA-256, as GitLab and ssh-keygen show it. */
export function fingerprintOf(key: string): string {
  const [, base64 = ''] = key.split(' ');
  const hash = createHash('sha256').update(Buffer.from(base64, 'base64')).digest('base64');
  return `SHA256:${hash.replace(/=+$/, '')}`;
}
