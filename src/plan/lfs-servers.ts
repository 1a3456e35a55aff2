/** Where the address of an LFS server leads. */

const scp = /^(?:[^@/:]+@)?([^/:]+):(?!\/\/)/;

/** Does the address lead to the server at this URL? Ports of ssh and paths are a matter of that server. */
export function leadsTo(address: string, server: string): boolean {
  const base = new URL(server);
  if (!URL.canParse(address)) return scp.exec(address)?.[1]?.toLowerCase() === base.hostname;
  const url = new URL(address);
  if (url.hostname.toLowerCase() !== base.hostname) return false;
  if (!/^https?:$/.test(url.protocol)) return true;
  // Two servers on one host differ in their port or path; with TLS one has another port.
  const port = url.protocol !== base.protocol || url.host === base.host;
  return port && `${url.pathname}/`.startsWith(`${base.pathname.replace(/\/$/, '')}/`);
}

/** Without a password, which some put there: reports go from hand to hand. */
export function shownAddress(address: string): string {
  return address.replace(/^(\w+:\/\/)[^/]*@/, '$1');
}
