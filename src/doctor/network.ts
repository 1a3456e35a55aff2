import type { Server } from '../net/http-failure.ts';
import { formatEstimate } from '../text/format.ts';
import { certificateFindings } from './certificate.ts';
import { found, type Area, type CheckFinding } from './finding.ts';
import { proxyFindings, proxyFor } from './proxy.ts';
import { CLOCK_MS } from './measures.ts';

type Environment = Readonly<Record<string, string | undefined>>;

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
