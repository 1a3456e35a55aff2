import { isIP } from 'node:net';
import { connect } from 'node:tls';
import { MigrationError } from '../errors.ts';
import type { Server } from '../net/http-failure.ts';
import { failed, found, type Area, type CheckFinding } from './finding.ts';
import { dayOf, daysLeft, SOON_MS } from './measures.ts';

export type Certificate = {
  validTo: number;
  issuer: string;
  /** Why it is not trusted, in OpenSSL's code; null when it is. */
  fault: string | null;
};

const TIMEOUT_MS = 10_000;

/** The certificate that the server shows, trusted or not; null when there is no TLS connection to be had. */
export function certificateOf(url: string, ca: string | null): Promise<Certificate | null> {
  const { hostname, port } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  return new Promise((resolve) => {
    const socket = connect({
      host,
      port: Number(port || 443),
      // A name must be sent, an address must not (RFC 6066 §3).
      ...(isIP(host) ? {} : { servername: host }),
      ...(ca === null ? {} : { ca }),
      // Only looked at: nothing is sent over this connection.
      rejectUnauthorized: false,
      timeout: TIMEOUT_MS,
    });
    function end(certificate: Certificate | null): void {
      socket.destroy();
      resolve(certificate);
    }
    socket.once('secureConnect', () => {
      const { valid_to: validTo, issuer } = socket.getPeerCertificate();
      const fault = socket.authorized ? null : String(socket.authorizationError);
      end({ validTo: Date.parse(validTo), issuer: String(issuer.CN ?? issuer.O ?? 'unknown'), fault });
    });
    socket.once('timeout', () => end(null));
    socket.once('error', () => end(null));
  });
}

/** Is the certificate trusted, and for how long? [] for plain http, and where the connection fails anyway. */
export async function certificateFindings(
  area: Area,
  server: Server,
  ca: string | null,
  now: number,
): Promise<CheckFinding[]> {
  const { url, name, side } = server;
  if (!url.startsWith('https:')) return [];
  const certificate = await certificateOf(url, ca);
  if (certificate === null) return [];
  const { validTo, issuer, fault } = certificate;
  if (fault !== null) {
    const detail = `${fault}, issued by ${issuer}`;
    return [failed(new MigrationError('tls-untrusted', url, { server: name, side, detail }), area)];
  }
  const context = { date: dayOf(validTo), days: daysLeft(validTo, now) };
  return [found(validTo - now < SOON_MS ? 'certificate-expires' : 'certificate', area, url, context)];
}
