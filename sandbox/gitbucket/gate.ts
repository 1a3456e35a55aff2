import type { IncomingMessage, ServerResponse } from 'node:http';
import type { SandboxHandler } from '../server.ts';

/** What something in front of GitBucket answers to whoever brings neither credentials nor a session. */
export type Gate =
  | 'forbidden'
  | 'login-page'
  /** Sends everybody to this address of a single sign-on. */
  | { signOn: string };

/** A reverse proxy that lets nobody pass without a login, as companies put before servers of their own (GB-126). */
export function behindGate(gate: Gate, inner: SandboxHandler): SandboxHandler {
  return async (request, response) => {
    const { authorization, cookie } = request.headers;
    if (authorization !== undefined || cookie !== undefined) return await inner(request, response);
    turnAway(gate, request, response);
  };
}

function turnAway(gate: Gate, request: IncomingMessage, response: ServerResponse): void {
  request.resume();
  const html = { 'content-type': 'text/html; charset=utf-8' };
  if (gate === 'forbidden') response.writeHead(403, html).end('<html><h1>403 Forbidden</h1></html>');
  else if (gate === 'login-page') response.writeHead(200, html).end('<html><h1>Sign in</h1></html>');
  else response.writeHead(302, { ...html, location: gate.signOn }).end();
}
