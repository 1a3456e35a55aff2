import { MigrationError } from '../errors.ts';

/** Which server a failure is about, in the words of messages. */
export type Server = { side: 'source' | 'target'; name: 'GitBucket' | 'GitLab'; url: string };

const tlsCodes = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

/** The expected error for what axios or node threw. The original is not kept as a cause: it carries the token. */
export function failureOf(error: unknown, server: Server, path: string, timeoutMs: number): MigrationError {
  const { code = '', message = String(error) } = error as { code?: string; message?: string };
  const where = { server: server.name, side: server.side };
  if (code === 'ERR_CANCELED') return new MigrationError('interrupted', path);
  if (tlsCodes.has(code)) return new MigrationError('tls-untrusted', server.url, { ...where, detail: code });
  if (code === 'ECONNABORTED' || code === 'ETIMEDOUT') {
    return new MigrationError('timeout', path, { ...where, seconds: Math.round(timeoutMs / 1000) });
  }
  return new MigrationError('unreachable', server.url, { ...where, detail: plain(code, message) });
}

function plain(code: string, message: string): string {
  const known: Record<string, string> = {
    ECONNREFUSED: 'nothing listens there (ECONNREFUSED)',
    ENOTFOUND: 'the host name is unknown (ENOTFOUND)',
    EAI_AGAIN: 'the host name cannot be resolved (EAI_AGAIN)',
    ECONNRESET: 'the connection was cut (ECONNRESET)',
    EPROTO: 'it does not speak TLS, or no version of it that is known here: is https:// right? (EPROTO)',
    EHOSTUNREACH: 'no route to the host (EHOSTUNREACH)',
  };
  return known[code] ?? (code && !message.includes(code) ? `${message} (${code})` : message);
}
