import type { AxiosResponse } from 'axios';
import { cutTo } from './cut.ts';
import type { HttpRequest } from './http.ts';
import { pageText } from './page-text.ts';

export type HttpAnswer = { status: number; headers: Record<string, string>; body: unknown };

/** How the server packed the body; undefined when it did not. */
export function encodingOf({ headers }: AxiosResponse): string | undefined {
  const value: unknown = headers['content-encoding'];
  return typeof value === 'string' ? value : undefined;
}

/** The answer with its body as the caller wants it; `bytes` is the body as it was before compression. */
export function toAnswer(response: AxiosResponse, bytes: Buffer, request: HttpRequest): HttpAnswer {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(response.headers)) headers[name.toLowerCase()] = String(value);
  if (request.as === 'bytes' && response.status === 200)
    return { status: response.status, headers, body: bytes };
  const text = bytes.toString('utf8');
  return { status: response.status, headers, body: parsed(text, headers['content-type'] ?? '') };
}

function parsed(text: string, contentType: string): unknown {
  if (!contentType.includes('json') || text.trim() === '') return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** The beginning of a body in one line, for messages. */
export function excerpt(body: unknown): string {
  const text = typeof body === 'string' ? body : (JSON.stringify(body) ?? '');
  return cutTo(200, pageText(text)) || 'an empty body';
}

/** GitLab's own page while an administrator has stopped all writes. */
export function isMaintenance({ status, body }: HttpAnswer): boolean {
  return status === 503 && JSON.stringify(body).includes('maintenance mode');
}
