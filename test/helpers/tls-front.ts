import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createServer, type TlsOptions } from 'node:tls';
import { listening, tunnel } from './hosts.ts';

export type Certificate = { caFile: string; key: string; cert: string };

/** A self-signed certificate for 127.0.0.1, in files of this folder. */
export function selfSigned(folder: string, name: string): Certificate {
  const [keyFile, caFile] = [join(folder, `${name}.key`), join(folder, `${name}.pem`)];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1'];
  execFileSync(
    'openssl',
    ['req', '-x509', ...curve, '-days', '2', ...subject, '-keyout', keyFile, '-out', caFile],
    { stdio: 'ignore' },
  );
  return { caFile, key: readFileSync(keyFile, 'utf8'), cert: readFileSync(caFile, 'utf8') };
}

/** Gives a plain HTTP server an https address; closed when the test is over. */
export async function tlsFront(
  upstream: string,
  { key, cert }: Pick<Certificate, 'key' | 'cert'>,
  options: TlsOptions = {},
): Promise<string> {
  const server = createServer({ key, cert, ...options }, (socket) => tunnel(socket, upstream));
  server.on('tlsClientError', () => {});
  return `https://127.0.0.1:${await listening(server)}`;
}

type Issued = Certificate & { keyFile: string };

export type ToIssue = {
  /** Who signs it; itself when absent. */
  by?: Issued;
  /** `IP:127.0.0.1` when absent; null for a certificate authority. */
  names?: string | null;
  /** `YYMMDDHHMMSSZ`. */
  from?: string;
  to?: string;
};

/** A certificate with every detail that a server can get wrong. */
export function issued(folder: string, name: string, options: ToIssue = {}): Issued {
  const { by, names = 'IP:127.0.0.1', from = '200101000000Z', to = '491231000000Z' } = options;
  const at = (ending: string): string => join(folder, `${name}.${ending}`);
  const extensions =
    names === null
      ? 'basicConstraints=critical,CA:true'
      : `basicConstraints=CA:false\nsubjectAltName=${names}`;
  writeFileSync(
    at('cnf'),
    `[ca]\ndefault_ca=c\n[c]\ndatabase=${at('db')}\nnew_certs_dir=${folder}\nrand_serial=yes\ndefault_md=sha256\npolicy=p\n[p]\ncommonName=supplied\n[e]\n${extensions}\n`,
  );
  writeFileSync(at('db'), '');
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl('req', '-new', ...curve, '-subj', `/CN=${name}`, '-keyout', at('key'), '-out', at('csr'));
  const signer =
    by === undefined ? ['-selfsign', '-keyfile', at('key')] : ['-cert', by.caFile, '-keyfile', by.keyFile];
  const times = ['-startdate', from, '-enddate', to];
  const files = ['-in', at('csr'), '-out', at('pem'), '-notext'];
  openssl('ca', '-batch', '-config', at('cnf'), '-extensions', 'e', ...signer, ...times, ...files);
  const [key, cert] = [readFileSync(at('key'), 'utf8'), readFileSync(at('pem'), 'utf8')];
  return { caFile: at('pem'), keyFile: at('key'), key, cert };
}

function openssl(...args: string[]): void {
  execFileSync('openssl', args, { stdio: 'ignore' });
}
