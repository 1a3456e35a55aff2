import type { IncomingMessage } from 'node:http';
import type { Actor } from '../access.ts';
import type { Context } from '../context.ts';
import type { ApplicationLimiter } from './limiter.ts';
import type { Declaration, Params } from './params.ts';

/** One request on its way through an endpoint. */
export type Call = {
  readonly context: Context;
  readonly request: IncomingMessage;
  /** Raw path without the query. */
  readonly path: string;
  /** The user in whose name it runs (after Sudo); null for anonymous reading. */
  readonly actor: Actor | null;
  /** Decoded parts of the path, by their names in the template. */
  readonly route: Readonly<Record<string, string>>;
  /** Declared parameters only. */
  readonly params: Params;
  readonly limiter: ApplicationLimiter;
};

/** A call that is known to have a user. */
export type UserCall = Call & { readonly actor: Actor };

export type Reply = { status: number; body?: unknown; headers?: Record<string, string> };

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

type Common = {
  method: Method;
  /** Template like `/projects/:id/members`. */
  path: string;
  /** Token scopes besides `api` (and `read_api` for reading); `any` needs no scope at all. */
  scopes?: readonly string[] | 'any';
  declares?: Declaration;
  /** The body is a file as it is, the parameter `file`. */
  rawBody?: true;
};

export type Endpoint =
  | (Common & { access: 'anonymous'; run: (call: Call) => Reply | Promise<Reply> })
  | (Common & { access: 'user' | 'admin'; run: (call: UserCall) => Reply | Promise<Reply> });

export function ok(body: unknown, headers?: Record<string, string>): Reply {
  return { status: 200, body, ...(headers && { headers }) };
}

export function created(body: unknown): Reply {
  return { status: 201, body };
}

export function accepted(): Reply {
  return { status: 202, body: { message: '202 Accepted' } };
}

export function noContent(): Reply {
  return { status: 204 };
}

/** GL-17; HTTP leaves the body away. */
export function notModified(): Reply {
  return { status: 304, body: { message: '304 Not Modified' } };
}
