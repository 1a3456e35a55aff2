/** What the environment says of the way to a server. */
type Env = Readonly<Record<string, string | undefined>>;

export type NamedProxy = {
  /** The variable that names it. */
  variable: string;
  /** Host and port, for people: without credentials. */
  address: string;
  /** Null when NO_PROXY excludes the server. */
  proxy: { address: string; variable: string } | null;
};

/** The proxy that the environment names for this address, without credentials; null when there is none. */
export function namedProxy(url: string, env: Env): NamedProxy | null {
  const { protocol, hostname, port } = new URL(url);
  const name = `${protocol.replace(':', '')}_proxy`;
  const variable = [name, name.toUpperCase(), 'all_proxy', 'ALL_PROXY'].find((each) => env[each]);
  if (variable === undefined) return null;
  const given = env[variable] ?? '';
  const text = given.includes('://') ? given : `http://${given}`;
  const address = URL.canParse(text) ? new URL(text).host : 'at an invalid URL';
  const number = port || (protocol === 'https:' ? '443' : '80');
  const bypassed = isExcepted(hostname, number, env['no_proxy'] || env['NO_PROXY'] || '');
  return { variable, address, proxy: bypassed ? null : { address, variable } };
}

/** The proxy that requests to this address go through; null when they go straight. */
export function proxyTo(url: string, env: Env): NamedProxy['proxy'] {
  return namedProxy(url, env)?.proxy ?? null;
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
