import { isIP, type TcpNetConnectOpts } from 'node:net';
import { connect, type ConnectionOptions } from 'node:tls';
import { tlsUntrusted } from '../failures/tls.ts';
import type { Server } from '../net/answers.ts';
import { namedProxy } from '../net/way.ts';
import { formatDay, formatDaysUntil } from '../text/format.ts';
import { defineFinding, failureFound, type Found } from './finding.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export const unencrypted = defineFinding('unencrypted', 'warning', (w: { object: string }) => ({
  message: `${w.object} is not https: anybody on the network path can read the token`,
  fix: 'use the https URL',
}));

/** The way to a server: encryption, certificate, proxy. */
export async function networkFindings(
  server: Server,
  options: { ca: string | null; env: Environment; now: number },
): Promise<Found[]> {
  const { url } = server;
  const findings = proxyFindings(url, options.env);
  if (isReadable(url)) findings.push(unencrypted(url));
  // Through a proxy it would be another connection than the one that counts.
  const proxy = proxyFor(url, options.env);
  if (proxy !== null && !proxy.bypassed) return findings;
  return [...findings, ...(await certificateFindings(server, options.ca, options.now))];
}

/** Plain http that leaves this machine. */
function isReadable(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === 'http:' && !/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}

type Certificate = {
  validTo: number;
  issuer: string;
  /** Why it is not trusted, in OpenSSL's code; null when it is. */
  fault: string | null;
};

const timeoutMs = 10_000;

/** The certificate that the server shows, trusted or not; null when there is no TLS connection to be had. */
function certificateOf(url: string, ca: string | null): Promise<Certificate | null> {
  const { hostname, port } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  return new Promise((resolve) => {
    const options: ConnectionOptions & TcpNetConnectOpts = {
      host,
      port: Number(port || 443),
      // A name must be sent, an address must not (RFC 6066 §3).
      ...(isIP(host) ? {} : { servername: host }),
      ...(ca === null ? {} : { ca }),
      autoSelectFamilyAttemptTimeout: timeoutMs,
      // Only looked at: nothing is sent over this connection.
      rejectUnauthorized: false,
      timeout: timeoutMs,
    };
    const socket = connect(options);
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

const dayMs = 86_400_000;

/** True when a certificate or a token ends so soon that it is a warning. */
export function endsSoon(time: number, now: number): boolean {
  return time - now < 14 * dayMs;
}

export const certificateFine = defineFinding('certificate', 'ok', (w: { object: string; date: string }) => ({
  message: `the certificate is trusted and valid until ${w.date}`,
}));

export const certificateExpires = defineFinding(
  'certificate-expires',
  'warning',
  (w: { object: string; date: string; days: string }) => ({
    message: `the certificate of ${w.object} expires on ${w.date} (${w.days})`,
    fix: 'have it renewed before the migration ends',
  }),
);

/** Is the certificate trusted, and for how long? [] for plain http, and where the connection fails anyway. */
export async function certificateFindings(server: Server, ca: string | null, now: number): Promise<Found[]> {
  const { url, name, side } = server;
  if (!url.startsWith('https:')) return [];
  const certificate = await certificateOf(url, ca);
  if (certificate === null) return [];
  const { validTo, issuer, fault } = certificate;
  if (fault !== null) {
    const detail = `${fault}, issued by ${issuer}`;
    return [failureFound(tlsUntrusted(url, { server: name, side, detail }))];
  }
  const date = formatDay(validTo);
  if (!endsSoon(validTo, now)) return [certificateFine(url, { date })];
  return [certificateExpires(url, { date, days: formatDaysUntil(validTo, now) })];
}

/** The proxy that the environment names for this address, without credentials; null when there is none. */
export function proxyFor(
  url: string,
  env: Environment,
): { proxy: string; variable: string; bypassed: boolean } | null {
  const known = namedProxy(url, env);
  return known === null
    ? null
    : { proxy: known.address, variable: known.variable, bypassed: known.proxy === null };
}

export const proxyUsed = defineFinding(
  'proxy',
  'note',
  (w: { object: string; proxy: string; variable: string; host: string }) => ({
    message: `requests to ${w.object} go through the proxy ${w.proxy} (${w.variable})`,
    fix: `NO_PROXY=${w.host} bypasses it`,
  }),
);

export const proxyBypassed = defineFinding(
  'proxy-bypassed',
  'note',
  (w: { object: string; proxy: string; variable: string; host: string }) => ({
    message: `${w.variable} names the proxy ${w.proxy}, but NO_PROXY excludes ${w.host}`,
  }),
);

/** What the environment says about the way to a server. */
export function proxyFindings(url: string, env: Environment): Found[] {
  const known = proxyFor(url, env);
  if (known === null) return [];
  const { proxy, variable, bypassed } = known;
  const finding = bypassed ? proxyBypassed : proxyUsed;
  return [finding(url, { proxy, variable, host: new URL(url).hostname })];
}
