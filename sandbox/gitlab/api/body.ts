import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { ApiError, invalidParameters, malformed } from './errors.ts';
import type { Params } from './params.ts';

const MAX_BODY = 120 * 1024 * 1024;

/** Everything the client sent: query string and body together, the body winning. */
export async function readInput(request: IncomingMessage, query: URLSearchParams): Promise<Params> {
  const input = { ...nested([...query]), ...(await readBody(request)) };
  if (holdsNul(input)) throw malformed();
  return input;
}

/** The query string, and the body as it is. */
export async function readFile(request: IncomingMessage, query: URLSearchParams): Promise<Params> {
  return { ...nested([...query]), file: await collect(request) };
}

/** In a name or a value, however deep (middleware/handle_malformed_strings.rb). */
function holdsNul(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('\0');
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([key, inner]) => key.includes('\0') || holdsNul(inner));
}

async function readBody(request: IncomingMessage): Promise<Params> {
  const body = await collect(request);
  if (body.length === 0) return {};
  const type = request.headers['content-type'] ?? '';
  if (/^application\/json\b/i.test(type)) {
    if (!isUtf8(body)) throw malformed();
    return json(body);
  }
  if (/^application\/x-www-form-urlencoded\b/i.test(type) || type === '') {
    return nested([...new URLSearchParams(body.toString('utf8'))]);
  }
  if (/^multipart\/form-data\b/i.test(type)) return multipart(body, type);
  if (request.method === 'GET' || request.method === 'DELETE') return {};
  throw new ApiError(415, { error: `The provided content-type '${type}' is not supported.` });
}

async function collect(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY) throw new ApiError(413, 'entity is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function json(body: Buffer): Params {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'), (_, each: unknown) =>
      typeof each === 'string' ? encodable(each) : each,
    );
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Params) : {};
  } catch {
    throw invalidParameters(['Invalid JSON format']);
  }
}

/** Half of a surrogate pair is no text (GL-21). */
function encodable(text: string): string {
  encodeURIComponent(text);
  return text;
}

async function multipart(body: Buffer, type: string): Promise<Params> {
  try {
    const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData();
    return nested([...form]);
  } catch {
    throw invalidParameters(['message body does not match declared format']);
  }
}

/** `a[]=1&a[]=2` is a list, `h[k]=v` a hash, as Rack reads them. */
function nested(pairs: [string, unknown][]): Params {
  const result: Record<string, unknown> = {};
  for (const [key, value] of pairs) {
    const match = /^([^[]+)\[([^\]]*)\]$/.exec(key);
    const [, name, inner] = match ?? [];
    if (name === undefined || inner === undefined) result[key] = value;
    else if (inner === '') result[name] = [...((result[name] as unknown[] | undefined) ?? []), value];
    else result[name] = { ...(result[name] as object | undefined), [inner]: value };
  }
  return result;
}
