import { randomBytes, createHash } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { skipListName } from '../gitlab/rules/object-checks.ts';
import type { Plan } from '../model/plan.ts';
import type { Result } from '../model/result.ts';
import type { Redactor } from '../net/redact.ts';
import { headings, nextSteps, scopeOf } from '../ui/messages.ts';
import { pageScript, pageStyle } from './inlined-page.ts';
import { renderMarkdown } from './markdown.ts';
import { addressesCsv } from './addresses.ts';
import { mergedFixes } from './merged-fixes.ts';
import type { ResultPage } from './page-data.ts';
import { notedBy, remarksOf } from './result.ts';
import { withoutTracker } from './tracker.ts';
import { resultFrom } from './schema.ts';
import { skipListOf } from './skip-list.ts';
import { verdictOf } from './verdict.ts';

export type ReportPaths = {
  json: string;
  markdown: string;
  html: string;
  /** Null for a rehearsal: nothing is at the new addresses. */
  addresses: string | null;
};

/**
 * Writes all reports of a run into a new folder below the directory, so that only the user can read them, and lets
 * `latest` lead to it; a reader never meets half a file. A directory that is there keeps its mode.
 */
export async function writeReports(
  dir: string,
  result: Result,
  redactor: Pick<Redactor, 'scrubDeep'>,
): Promise<ReportPaths> {
  // Before rendering: escaping would hide a secret from the redactor.
  const safe = redactor.scrubDeep(result);
  const folder = await makeRunFolder(dir, result.command, result.startedAt);
  const paths = reportPaths(folder, result.command);
  await replace(paths.json, `${JSON.stringify(safe, null, 2)}\n`);
  await replace(paths.markdown, renderMarkdown(safe));
  await replace(paths.html, renderHtml(safe));
  if (paths.addresses !== null) await replace(paths.addresses, addressesCsv(safe));
  await writeSkipList(folder, safe);
  await pointLatest(folder);
  return paths;
}

/** The ids of refused objects beside the reports that tell of them; no file when there are none. */
export async function writeSkipList(folder: string, document: Plan | Result): Promise<void> {
  const list = skipListOf(document);
  if (list !== null) await replace(join(folder, skipListName), list);
}

/** The files of a run's folder: by their names a copy still tells what it is of. */
export function reportPaths(dir: string, command: Result['command']): ReportPaths {
  const names =
    command === 'migrate' ? ['result', 'report', 'addresses'] : [command, command, `${command}-addresses`];
  return {
    json: join(dir, `${names[0]}.json`),
    markdown: join(dir, `${names[1]}.md`),
    html: join(dir, `${names[1]}.html`),
    addresses: command === 'rehearse' ? null : join(dir, `${names[2]}.csv`),
  };
}

/** What a run was that left a folder. */
export const runKinds = ['migrate', 'verify', 'rehearse', 'plan'] as const;
export type RunKind = (typeof runKinds)[number];

/** The name of the newest run's folder, beside the folders themselves. */
export const latestName = 'latest';

const folderName = new RegExp(
  `^\\d{4}-\\d\\d-\\d\\dT\\d\\d-\\d\\d-\\d\\d-(${runKinds.join('|')})(?:-\\d+)?$`,
);

/**
 * Makes a folder of its own for the reports of one run, such as `2026-11-29T19-24-58-migrate` (UTC): what an earlier
 * run had to tell stays as it is. Of two runs that began in one second the later one gets `-2`.
 */
export async function makeRunFolder(dir: string, kind: RunKind, startedAt: string): Promise<string> {
  const second = startedAt.slice(0, 19).replaceAll(':', '-');
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const others = (await readdir(dir)).filter((name) => name.startsWith(second));
  for (let number = Math.max(0, ...others.map(numberOf)) + 1; ; number += 1) {
    const folder = join(dir, `${second}-${kind}${number === 1 ? '' : `-${number}`}`);
    try {
      await mkdir(folder, { mode: 0o700 });
      return folder;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

/**
 * Lets `latest` lead to the folder, once all of it is written: a link, or a text file with the folder's name where the
 * disk has no links. What else stands under that name stays, for the folder is named by its date as well.
 */
export async function pointLatest(folder: string, link: typeof symlink = symlink): Promise<void> {
  const latest = join(folder, '..', latestName);
  const draft = `${latest}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await link(basename(folder), draft, 'dir').catch(() =>
      writeFile(draft, `${basename(folder)}\n`, { mode: 0o600 }),
    );
    await rename(draft, latest);
  } catch {
    await rm(draft, { force: true });
  }
}

function secondOf(name: string): string {
  return name.slice(0, 19);
}

/** Of the runs that began in one second. */
function numberOf(name: string): number {
  return Number(/-[a-z]+-(\d+)$/.exec(name)?.[1] ?? 1);
}

/** The folders of all runs, the newest first; [] when there are none. */
export async function runFolders(dir: string): Promise<{ path: string; kind: RunKind }[]> {
  const names = await readdir(dir).catch(() => []);
  return names
    .flatMap((name) => {
      const [, kind] = folderName.exec(name) ?? [];
      return kind === undefined ? [] : [{ name, path: join(dir, name), kind: kind as RunKind }];
    })
    .sort((a, b) => secondOf(b.name).localeCompare(secondOf(a.name)) || numberOf(b.name) - numberOf(a.name))
    .map(({ path, kind }) => ({ path, kind }));
}

/**
 * The results of migrations and proofs, the newest first, each read when it is asked for; one that cannot be read, or is
 * of another version, is left out.
 */
export async function* resultsIn(dir: string): AsyncGenerator<{ folder: string; result: Result }> {
  for (const { path, kind } of await runFolders(dir)) {
    if (kind !== 'migrate' && kind !== 'verify') continue;
    const text = await readFile(reportPaths(path, kind).json, 'utf8').catch(() => '');
    const result = text === '' ? null : resultFrom(text);
    if (result !== null) yield { folder: path, result };
  }
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

export function renderHtml(result: Result): string {
  const fixes = result.exitCode === 0 ? null : mergedFixes(result);
  const data: ResultPage = {
    kind: 'result',
    result,
    verdict: verdictOf(result),
    scope: scopeOf({ ...result, stays: [] }),
    next: nextSteps(result, fixes !== null),
    paste: fixes === null ? null : JSON.stringify(fixes, null, 2),
    notes: notedBy(result.items.map(withoutTracker)),
    remarks: result.items.map(remarksOf),
  };
  return pageOf(headings.title, data, 'The same report is in the file of the same name that ends in .md.');
}

/**
 * A page as one file that needs nothing else. All of its data is one block of JSON; the page's own script shows it as
 * text, so that names from the servers are never read as HTML.
 */
export function pageOf(title: string, data: object, otherwise: string): string {
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
<title>${title}</title>
<style>${pageStyle}</style>
</head>
<body>
<main id="page"></main>
<noscript>This page requires JavaScript. ${otherwise}</noscript>
<script type="application/json" id="data">${embedJson(data)}</script>
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
