import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** How long a link to an LFS object works (GB-144). */
const VALID_MS = 10 * 60 * 1000;

export type LfsLinks = {
  /** The opaque Authorization header for one object, and when it ends. */
  issue(oid: string, now: number): { authorization: string; expiresAt: number };
  /** True when the header opens this object now; fails on text that was never issued by this process. */
  opens(authorization: string | undefined, oid: string, now: number): boolean;
};

/** Links are sealed with a key that is new at every start, as on the real server. */
export function createLfsLinks(): LfsLinks {
  const key = randomBytes(16);
  return {
    issue(oid, now) {
      const expiresAt = now + VALID_MS;
      const cipher = createCipheriv('aes-128-ecb', key, null);
      const sealed = cipher.update(`${expiresAt} ${oid}`, 'utf8', 'base64') + cipher.final('base64');
      return { authorization: sealed, expiresAt };
    },
    opens(authorization, oid, now) {
      if (authorization === undefined) return false;
      const decipher = createDecipheriv('aes-128-ecb', key, null);
      const text = decipher.update(authorization, 'base64', 'utf8') + decipher.final('utf8');
      const [expiresAt, target] = text.split(' ');
      return target === oid && Number(expiresAt) > now;
    },
  };
}
