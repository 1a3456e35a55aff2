/** What the environment says of the way to a server. It counts in the same way for the API, for streams, for git and for doctor. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { BlockList, isIP } from 'node:net';
import { delimiter, join } from 'node:path';
import * as tls from 'node:tls';
import { variableUnusable } from '../failures/usage.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** A proxy that leads to a server. */
export type Proxy = {
  /** Host, and the port unless it is the usual one: for people, so without credentials. */
  address: string;
  /** The variable that names it. */
  variable: string;
  secure: boolean;
  host: string;
  port: number;
  /** As they were meant, not as a URL writes them; null when the proxy asks for none. */
  login: { username: string; password: string } | null;
};

export type NamedProxy = {
  /** The variable that names it. */
  variable: string;
  /** Host, and the port unless it is the usual one: for people, so without credentials. */
  address: string;
  /** Null when NO_PROXY excludes the server. */
  proxy: Proxy | null;
};

/**
 * The proxy that the environment names for this address; null when it names none.
 * @throws variable-unusable when it names one that cannot be used, unless NO_PROXY excludes the server
 */
export function namedProxy(url: string, env: Env): NamedProxy | null {
  const { protocol, hostname, port } = new URL(url);
  const name = `${protocol.replace(':', '')}_proxy`;
  const variable = [name, name.toUpperCase(), 'all_proxy', 'ALL_PROXY'].find((each) => env[each]);
  if (variable === undefined) return null;
  const number = port || (protocol === 'https:' ? '443' : '80');
  const bypassed = isExcepted(hostname, number, env['no_proxy'] || env['NO_PROXY'] || '');
  const given = (env[variable] ?? '').trim();
  // As git and curl read it, whatever the protocol of the server is.
  const text = given.includes('://') ? given : `http://${given}`;
  const parsed = URL.canParse(text) ? new URL(text) : null;
  const address = parsed?.host || 'at an invalid URL';
  return { variable, address, proxy: bypassed ? null : usable(parsed, variable, hostname) };
}

/** The proxy that requests to this address go through; null when they go straight. @throws variable-unusable */
export function proxyTo(url: string, env: Env): Proxy | null {
  return namedProxy(url, env)?.proxy ?? null;
}

function usable(url: URL | null, variable: string, server: string): Proxy {
  const way = `set it to an HTTP proxy (http://host:port), or bypass it for this server with NO_PROXY=${server}`;
  const refuse = (detail: string): Error => variableUnusable(variable, { detail, way });
  if (url === null || url.hostname === '') throw refuse('it is not the URL of a proxy');
  const secure = url.protocol === 'https:';
  if (!secure && url.protocol !== 'http:') {
    throw refuse(`proxies of the kind ${url.protocol.replace(':', '')} are not supported`);
  }
  const login = { username: decoded(url.username), password: decoded(url.password) };
  return {
    address: url.host,
    variable,
    secure,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || (secure ? 443 : 80)),
    login: login.username === '' && login.password === '' ? null : login,
  };
}

/** A URL may hold a bare `%`: then it was not encoded. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The proxy as git is told of it. */
export function proxyUrl({ secure, host, port, login }: Proxy): string {
  const credentials =
    login === null ? '' : `${[login.username, login.password].map(encodeURIComponent).join(':')}@`;
  return `${secure ? 'https' : 'http'}://${credentials}${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
}

/** `host`, `.domain`, `*.domain`, `*`, an address or a subnet (CIDR); hosts and addresses with or without a port. */
function isExcepted(hostname: string, port: string, exceptions: string): boolean {
  const host = bare(hostname);
  return exceptions
    .split(/[,\s]+/)
    .filter(Boolean)
    .some((entry) => {
      if (entry === '*') return true;
      if (entry.includes('/')) return isWithin(host, entry);
      // Of several colons, only those behind a bracket can be about a port.
      const [, name = entry, wanted] = /^(\[.*\]|[^:]*):(\d+)$/.exec(entry) ?? [];
      if (wanted !== undefined && wanted !== port) return false;
      const known = bare(name);
      if (/^\*?\./.test(known)) return host.endsWith(known.replace(/^\*/, ''));
      return host === known || (isLoopback(host) && isLoopback(known));
    });
}

function bare(host: string): string {
  return host.toLowerCase().replace(/^\[|\]$|\.$/g, '');
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

function isWithin(host: string, subnet: string): boolean {
  const [address = '', prefix = ''] = subnet.split('/');
  const family = isIP(bare(address)) === 6 ? 'ipv6' : 'ipv4';
  const list = new BlockList();
  try {
    list.addSubnet(bare(address), Number(prefix), family);
    return list.check(host, isIP(host) === 6 ? 'ipv6' : 'ipv4');
  } catch {
    return false;
  }
}

const certificateFiles = ['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'GIT_SSL_CAINFO'];
const certificateFolders = ['SSL_CERT_DIR', 'GIT_SSL_CAPATH'];
const unchecked = 'nobody could tell any more who gets the token';
const noClientCertificate = 'client certificates are not supported';
const nameCa = 'name the CA certificate of the server with "caFile" in the config instead';
const askNone = 'use an address of the server that asks for none';

/** Variables that would hold for one part of the requests only. */
const unsupported: readonly [string, (value: string) => boolean, string, string][] = [
  ['NODE_TLS_REJECT_UNAUTHORIZED', (value) => value === '0', unchecked, nameCa],
  ['GIT_SSL_NO_VERIFY', (value) => !/^(|0|false|no|off)$/i.test(value), unchecked, nameCa],
  ['GIT_SSL_CERT', (value) => value !== '', noClientCertificate, askNone],
  ['GIT_SSL_KEY', (value) => value !== '', noClientCertificate, askNone],
];

/** @throws variable-unusable for what no part of the program could keep to */
export function refuseUnsupported(env: Env): void {
  for (const [name, says, detail, way] of unsupported) {
    if (says(env[name] ?? '')) throw variableUnusable(name, { detail, way });
  }
}

/**
 * The certificates (PEM) that an https server is trusted by where the config names none: those that Node trusts by itself and those of the
 * variables, whoever invented them. Null when no variable names any: Node's own choice is right then.
 * @throws variable-unusable when a named file or folder has none
 */
export function namedCertificates(env: Env): string | null {
  const further = certificatesIn(env);
  return further.length === 0 ? null : pem([...trustedByNode(), ...further]);
}

/** As `namedCertificates`, for git, whose own choice is another one; null where both look into the same place. */
export function certificatesForGit(env: Env): string | null {
  const further = certificatesIn(env);
  const shared = (env['NODE_OPTIONS'] ?? '').includes('--use-openssl-ca');
  return shared && further.length === 0 ? null : pem([...trustedByNode(), ...further]);
}

function pem(certificates: readonly string[]): string {
  return `${[...new Set(certificates.map((each) => each.trim()))].join('\n')}\n`;
}

/** Since Node 22.15 with those that its options add, such as the system's. */
function trustedByNode(): readonly string[] {
  const { getCACertificates } = tls as { getCACertificates?: (kind: 'default') => string[] };
  return getCACertificates?.('default') ?? tls.rootCertificates;
}

function certificatesIn(env: Env): string[] {
  return [
    ...certificateFiles.flatMap((name) => certificatesOf(name, env, (file) => [file])),
    ...certificateFolders.flatMap((name) => certificatesOf(name, env, filesOf)),
  ];
}

function filesOf(folders: string): string[] {
  return folders
    .split(delimiter)
    .filter((folder) => folder !== '')
    .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
    .filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile() === true);
}

function certificatesOf(name: string, env: Env, filesAt: (place: string) => string[]): string[] {
  const place = env[name];
  if (!place) return [];
  const way = 'set it to where CA certificates are (PEM)';
  let texts: string[];
  try {
    texts = filesAt(place).map((file) => readFileSync(file, 'utf8'));
  } catch (error) {
    throw variableUnusable(name, { detail: (error as Error).message, way }, error);
  }
  const block = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;
  const found = texts.flatMap((text) => [...text.matchAll(block)].map(([certificate]) => certificate));
  if (found.length === 0)
    throw variableUnusable(name, { detail: `there is no certificate in ${place}`, way });
  return found;
}
