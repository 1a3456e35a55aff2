import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Result } from '../model/result.ts';
import type { Redactor } from '../net/redact.ts';
import { renderHtml } from './html.ts';
import { renderMarkdown } from './markdown.ts';

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
