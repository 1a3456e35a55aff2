/** What keeps a certificate from being trusted. */
import { defineFailure } from './failure.ts';

export const tlsUntrusted = defineFailure(
  'tls-untrusted',
  { blame: 'you', state: 'not-started' },
  (w: { object: string; server: string; detail: string; side: string }) => {
    const known = tlsTroubles.find(({ words }) => words.test(w.detail));
    const caFile = `"${w.side}": { "caFile": "ca.pem" }`;
    return {
      message: `the certificate of ${w.server} at ${w.object} is not trusted: ${known === undefined ? '' : `${known.is}: `}${w.detail}`,
      fix: (known?.fix ?? unknownCa)(caFile),
    };
  },
);

function unknownCa(caFile: string): string {
  return `save the server's CA certificate as a PEM file and set it in the config: ${caFile}; if its issuer is a firewall that opens TLS connections, take the CA of that one, or an address that avoids it`;
}

/** What Node and git say of a certificate; the first that matches counts. */
const tlsTroubles: readonly { words: RegExp; is: string; fix: (caFile: string) => string }[] = [
  {
    words: /CERT_HAS_EXPIRED|certificate has expired/i,
    is: 'it has expired',
    fix: () => 'have it renewed on the server; if it is valid, the clock of this machine is wrong',
  },
  {
    words: /CERT_NOT_YET_VALID|not yet valid/i,
    is: 'it is not valid yet',
    fix: () => 'set the clock of this machine, or wait until the certificate is valid',
  },
  {
    words: /ALTNAME_INVALID|subject name|does not match|hostname mismatch/i,
    is: 'it is for another name',
    fix: () =>
      'write a name that the certificate has into the "url", or have a certificate issued for the name that is there',
  },
  {
    words: /UNABLE_TO_VERIFY_LEAF_SIGNATURE|unable to verify the first certificate/i,
    is: 'the server does not show the certificate that it was issued with',
    fix: (caFile) =>
      `have the server send its whole chain (an intermediate certificate is missing), or save the CA certificate and the intermediate ones in one PEM file: ${caFile}`,
  },
  {
    words: /DEPTH_ZERO_SELF_SIGNED_CERT|self.signed certificate(?! in)/i,
    is: 'it is self-signed',
    fix: (caFile) =>
      `compare its fingerprint with the one on the server, save it as a PEM file and set that in the config: ${caFile}`,
  },
];
