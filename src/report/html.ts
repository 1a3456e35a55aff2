import { createHash } from 'node:crypto';
import type { Result } from '../model/result.ts';
import { headings } from '../ui/report-messages.ts';
import { pageScript, pageStyle } from './inlined-page.ts';
import { pageData } from './page-data.ts';

/**
 * The report as one file that needs nothing else. All of the run's data is one block of JSON; the page's own
 * script shows it as text, so that names from the servers are never read as HTML.
 */
export function renderHtml(result: Result): string {
  const policy = [
    "default-src 'none'",
    `style-src '${hashOf(pageStyle)}'`,
    `script-src '${hashOf(pageScript)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${headings.title}</title>
<style>${pageStyle}</style>
</head>
<body>
<main id="page"></main>
<noscript>This page needs JavaScript to show the report. The same report is in report.md.</noscript>
<script type="application/json" id="data">${embedJson(pageData(result))}</script>
<script>${pageScript}</script>
</body>
</html>
`;
}

/** JSON that cannot end its script element, open a comment in it, or break a line of JavaScript. */
export function embedJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
