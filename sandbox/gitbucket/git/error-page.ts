import type { ServerResponse } from 'node:http';

const REASONS = { 401: 'Unauthorized', 404: 'Not Found' } as const;

/** Jetty's error page as the git servlet shows it (GB-104). */
export function sendErrorPage(response: ServerResponse, status: 401 | 404, path: string): void {
  const reason = REASONS[status];
  const body = [
    '<html>',
    '<head>',
    '<meta http-equiv="Content-Type" content="text/html;charset=ISO-8859-1"/>',
    `<title>Error ${status} ${reason}</title>`,
    '</head>',
    `<body><h2>HTTP ERROR ${status} ${reason}</h2>`,
    '<table>',
    `<tr><th>URI:</th><td>${path}</td></tr>`,
    `<tr><th>STATUS:</th><td>${status}</td></tr>`,
    `<tr><th>MESSAGE:</th><td>${reason}</td></tr>`,
    '<tr><th>SERVLET:</th><td>GitRepositoryServlet</td></tr>',
    '</table>',
    '',
    '</body>',
    '</html>',
    '',
  ].join('\n');
  if (status === 401) response.setHeader('WWW-Authenticate', 'BASIC realm="GitBucket"');
  response.writeHead(status, {
    'Cache-Control': 'must-revalidate,no-cache,no-store',
    'Content-Type': 'text/html;charset=iso-8859-1',
    'Content-Length': Buffer.byteLength(body),
  });
  response.end(body);
}
