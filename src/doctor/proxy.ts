import type { Area, CheckFinding } from './finding.ts';
import { found } from './finding.ts';

type Environment = Readonly<Record<string, string | undefined>>;

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
