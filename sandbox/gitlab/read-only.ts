import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Context } from './context.ts';

/**
 * The middleware that keeps writes away in maintenance mode and on a read-only database. Whoever does not say JSON
 * is sent to the start page (GL-321, GL-322), a push too: Workhorse asks for it without a content type (GL-296).
 */
export function interceptWrite(
  context: Context,
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  const { maintenanceMode, readOnlyDatabase } = context.settings;
  if (!maintenanceMode && !readOnlyDatabase) return false;
  if (!['POST', 'PUT', 'PATCH', 'DELETE'].includes(request.method ?? '')) return false;
  request.resume();
  if (!/^application\/(?:json|vnd\.git-lfs\+json)\b/i.test(request.headers['content-type'] ?? '')) {
    response.writeHead(301, { location: request.headers.referer ?? `${context.externalUrl}/` });
    response.end();
    return true;
  }
  const [status, message] = maintenanceMode
    ? [503, 'GitLab Maintenance: system is in maintenance mode']
    : [403, 'You cannot perform write operations on a read-only instance'];
  const headers = { 'content-type': 'application/json', ...(maintenanceMode && { 'retry-after': '900' }) };
  response.writeHead(status, headers);
  response.end(JSON.stringify({ message }));
  return true;
}
