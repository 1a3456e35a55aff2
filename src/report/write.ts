import { randomBytes, createHash } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Result } from '../model/result.ts';
import type { Redactor } from '../net/redact.ts';
import { headings } from '../ui/messages.ts';
import { pageScript, pageStyle } from './inlined-page.ts';
import { renderMarkdown } from './markdown.ts';
import { pageData } from './result.ts';

export type ReportPaths = { json: string; markdown: string; html: string };

/** Writes all reports so that only the user can read them; a reader never meets half a file. A folder that is there keeps its mode. */
export async function writeReports(
  dir: string,
  result: Result,
  redactor: Pick<Redactor, 'scrubDeep'>,
): Promise<ReportPaths> {
  // Before rendering: escaping would hide a secret from the redactor.
  const safe = redactor.scrubDeep(result);
  const paths = reportPaths(dir, result.command);
  await mkdir(dir, { recursive: true, mode: 0o700 });
  await replace(paths.json, `${JSON.stringify(safe, null, 2)}\n`);
  await replace(paths.markdown, renderMarkdown(safe));
  await replace(paths.html, renderHtml(safe));
  return paths;
}

/** A later proof, or a rehearsal, does not take the place of what the migration had to tell. */
export function reportPaths(dir: string, command: Result['command']): ReportPaths {
  const names = command === 'migrate' ? ['result', 'report'] : [command, command];
  return {
    json: join(dir, `${names[0]}.json`),
    markdown: join(dir, `${names[1]}.md`),
    html: join(dir, `${names[1]}.html`),
  };
}

async function replace(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

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
<noscript>This page requires JavaScript. The same report is in report.md.</noscript>
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
