import type { IncomingMessage, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { Context } from '../context.ts';
import { send } from './workhorse.ts';

const LFS_TYPE = 'application/vnd.git-lfs+json; charset=utf-8';

/** Answers in the form that git-lfs reads. */
export function sendLfs(response: ServerResponse, status: number, body: unknown): void {
  send(response, { status, headers: { 'content-type': LFS_TYPE }, body: JSON.stringify(body) });
}

/** Refusals name the help pages besides (lfs_request.rb). */
export function refuseLfs(
  context: Context,
  response: ServerResponse,
  status: number,
  message: string,
  more: Record<string, unknown> = {},
): void {
  sendLfs(response, status, { ...more, message, documentation_url: `${context.externalUrl}/help` });
}

/** The request's JSON object; empty when it is none. */
export async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  const text = (await buffer(request)).toString('utf8');
  try {
    const value: unknown = JSON.parse(text);
    return value !== null && typeof value === 'object' ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
