import { tlsUntrusted } from '../failures/network.ts';
import { isIP } from 'node:net';
import { connect } from 'node:tls';
import type { Config } from '../config/schema.ts';
import type { Server } from '../net/answers.ts';
import { found, type Area, type CheckFinding, failed } from './finding.ts';
import { CLOCK_MS, dayOf, daysLeft, SOON_MS } from './measures.ts';
import { formatEstimate } from '../text/format.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export function serverOf(side: 'source' | 'target', config: Config): Server {
  return { side, name: side === 'source' ? 'GitBucket' : 'GitLab', url: config[side].url };
}

/** The way to a server: encryption, certificate, proxy. */
export async function networkFindings(
  area: Area,
  server: Server,
  options: { ca: string | null; env: Environment; now: number },
): Promise<CheckFinding[]> {
  const { url } = server;
  const findings = proxyFindings(area, url, options.env);
  if (isReadable(url)) findings.push(found('unencrypted', area, url));
  // Through a proxy another connection would have to be made than the one that counts.
  const proxy = proxyFor(url, options.env);
  if (proxy !== null && !proxy.bypassed) return findings;
  return [...findings, ...(await certificateFindings(area, server, options.ca, options.now))];
}

/** Plain http that leaves this machine. */
function isReadable(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === 'http:' && !/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}

/** The clock of one server against ours; [] when it has told no time. */
export function clockFindings(area: Area, server: Server, clockMs: number | null): CheckFinding[] {
  if (clockMs === null) return [];
  if (Math.abs(clockMs) <= CLOCK_MS) return [found('clock', area, server.url)];
  const difference = `${formatEstimate(Math.abs(clockMs))} ${clockMs > 0 ? 'ahead of' : 'behind'}`;
  return [found('clock-differs', area, server.url, { server: server.name, difference })];
}

/** Both servers against each other. */
export function clocksTogether(source: number | null, target: number | null): CheckFinding[] {
  if (source === null || target === null || Math.abs(source - target) <= CLOCK_MS) return [];
  return [
    found('clocks-disagree', 'machine', 'clocks', { difference: formatEstimate(Math.abs(source - target)) }),
  ];
}

type Certificate = {
  validTo: number;
  issuer: string;
  /** Why it is not trusted, in OpenSSL's code; null when it is. */
  fault: string | null;
};

const TIMEOUT_MS = 10_000;

/** The certificate that the server shows, trusted or not; null when there is no TLS connection to be had. */
function certificateOf(url: string, ca: string | null): Promise<Certificate | null> {
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
    return [failed(tlsUntrusted(url, { server: name, side, detail }), area)];
  }
  const context = { date: dayOf(validTo), days: daysLeft(validTo, now) };
  return [found(validTo - now < SOON_MS ? 'certificate-expires' : 'certificate', area, url, context)];
}

/** Variables that name a proxy for an address, the first that is set wins; as axios reads them. */
function variablesFor(protocol: string): string[] {
  const name = `${protocol.replace(':', '')}_proxy`;
  return [name, name.toUpperCase(), 'all_proxy', 'ALL_PROXY'];
}

/** The proxy that the environment names for this address, without credentials; null when there is none. */
export function proxyFor(
  url: string,
  env: Environment,
): { proxy: string; variable: string; bypassed: boolean } | null {
  const { protocol, hostname, port } = new URL(url);
  const variable = variablesFor(protocol).find((name) => env[name]);
  if (variable === undefined) return null;
  const given = env[variable] ?? '';
  const address = given.includes('://') ? given : `http://${given}`;
  const proxy = URL.canParse(address) ? new URL(address).host : 'that is no address';
  const number = port || (protocol === 'https:' ? '443' : '80');
  const exceptions = env['no_proxy'] || env['NO_PROXY'] || '';
  return { proxy, variable, bypassed: isExcepted(hostname, number, exceptions) };
}

/** `host`, `.domain`, `*.domain`, `*`, each with or without a port. */
function isExcepted(hostname: string, port: string, exceptions: string): boolean {
  const host = hostname.toLowerCase();
  return exceptions
    .toLowerCase()
    .split(/[,\s]+/)
    .filter(Boolean)
    .some((entry) => {
      if (entry === '*') return true;
      const [, name = entry, wanted] = /^(.+):(\d+)$/.exec(entry) ?? [];
      if (wanted !== undefined && wanted !== port) return false;
      if (!/^[.*]/.test(name)) return host === name;
      return host.endsWith(name.replace(/^\*/, ''));
    });
}

/** What the environment says about the way to a server. */
export function proxyFindings(area: Area, url: string, env: Environment): CheckFinding[] {
  const known = proxyFor(url, env);
  if (known === null) return [];
  const { proxy, variable, bypassed } = known;
  const context = { proxy, variable, host: new URL(url).hostname };
  return [found(bypassed ? 'proxy-bypassed' : 'proxy', area, url, context)];
}
