import { execFile } from 'node:child_process';
import { request as httpRequest, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';

const ZERO = '0'.repeat(40);

type RawAnswer = { status: number; headers: IncomingHttpHeaders; body: string };

/** One HTTP request, its answer as latin1 so that every byte is kept. */
export function raw(
  url: string,
  options: { method?: string; headers?: OutgoingHttpHeaders; token?: string; body?: Buffer | string } = {},
): Promise<RawAnswer> {
  const headers: OutgoingHttpHeaders = { ...options.headers };
  if (options.token) headers.authorization = basic(options.token);
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { method: options.method ?? 'GET', headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const body = Buffer.concat(chunks).toString('latin1');
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
      });
    });
    request.on('error', reject);
    request.end(options.body);
  });
}

export function basic(token: string): string {
  return `Basic ${Buffer.from(`oauth2:${token}`).toString('base64')}`;
}

export type PushInput = {
  commands: { old?: string; new?: string; ref: string }[];
  capabilities?: string;
  options?: string[];
  pack?: Buffer;
};

/** The body of a receive-pack request. */
export function pushBody(input: PushInput): Buffer {
  const capabilities = input.capabilities ?? 'report-status side-band-64k';
  const lines = input.commands.map((command, index) => {
    const line = `${command.old ?? ZERO} ${command.new ?? ZERO} ${command.ref}`;
    return pkt(index === 0 ? `${line}\0${capabilities}\n` : `${line}\n`);
  });
  const options = input.options ? [...input.options.map(pkt), '0000'] : [];
  return Buffer.concat([
    ...[...lines, '0000', ...options].map((line) => Buffer.from(line)),
    input.pack ?? Buffer.alloc(0),
  ]);
}

function pkt(text: string): string {
  return (Buffer.byteLength(text) + 4).toString(16).padStart(4, '0') + text;
}

/** A pack without objects, which a push needs when they are all there. */
export const EMPTY_PACK = Buffer.from(
  '5041434b0000000200000000029d08823bd8a8eab510ad6ac75c823cfd3ed31e',
  'hex',
);

/** Packs everything that the revisions reach. */
export function packOf(work: string, revisions: string[]): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const args = ['pack-objects', '--revs', '--stdout', '-q'];
    const child = execFile(
      'git',
      args,
      { cwd: work, encoding: 'buffer', maxBuffer: 256 << 20 },
      (error, stdout) => {
        if (error) reject(error);
        else resolve(stdout);
      },
    );
    child.stdin?.end(`${revisions.join('\n')}\n`);
  });
}

/** The answer of receive-pack taken apart: texts of band 2 and the lines of the report. */
export function readAnswer(body: string): { texts: string; report: string[]; packets: string[] } {
  let texts = '';
  let report = '';
  const packets: string[] = [];
  for (let at = 0; at < body.length;) {
    const length = Number.parseInt(body.slice(at, at + 4), 16);
    if (length === 0) {
      at += 4;
      continue;
    }
    const payload = body.slice(at + 4, at + length);
    packets.push(payload);
    if (payload[0] === '\x02') texts += payload.slice(1);
    if (payload[0] === '\x01') report += payload.slice(1);
    at += length;
  }
  const lines = report.match(/[0-9a-f]{4}(?:unpack|ok|ng) [^\n]*/g) ?? [];
  return { texts, report: lines.map((line) => line.slice(4)), packets };
}
