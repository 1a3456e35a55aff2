import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createServer } from 'node:tls';
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
export async function tlsFront(upstream: string, { key, cert }: Certificate): Promise<string> {
  const server = createServer({ key, cert }, (socket) => tunnel(socket, upstream));
  server.on('tlsClientError', () => {});
  return `https://127.0.0.1:${await listening(server)}`;
}
