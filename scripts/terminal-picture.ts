import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startSandboxPair } from '../sandbox/pair.ts';
import { createScreen, textOf, type Cell } from './terminal-screen.ts';
import { terminalSvg } from './terminal-svg.ts';

// Draws docs/terminal.svg from a real run: the sample server is moved in a real terminal, and what that showed is kept.

const columns = 92;
/** Whatever has no faults on purpose: the picture is of a migration that ends well. */
const selected = `--group '*' '!mobile'`;
const root = new URL('../', import.meta.url);
const cli = fileURLToPath(new URL('dist/cli.js', root));

/** The picture in the middle of the run, and the one at its end. */
async function watch(cwd: string, env: Record<string, string>): Promise<{ middle: Cell[][]; end: Cell[][] }> {
  const command = `stty cols ${columns} rows 60; exec node "${cli}" migrate ${selected} --yes`;
  const child = spawn('script', ['-qfec', command, '/dev/null'], {
    cwd,
    env: { PATH: process.env['PATH'], HOME: cwd, LANG: 'C.UTF-8', TERM: 'xterm-256color', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const screen = createScreen();
  let middle: Cell[][] = [];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    screen.write(text);
    const rows = screen.rows();
    if (isMiddle(rows)) middle = rows;
  });
  await once(child, 'close');
  if (middle.length === 0) throw new Error('the middle of the run was not seen');
  return { middle, end: screen.rows() };
}

/** About half of the repositories are done, and the picture is whole. */
function isMiddle(rows: Cell[][]): boolean {
  const lines = rows.map(textOf);
  const counter = /Repositories {2}(\d+)\/(\d+)/.exec(
    lines.find((line) => line.includes('Repositories  ')) ?? '',
  );
  if (!counter || !lines.some((line) => line.endsWith(' Report'))) return false;
  const share = Number(counter[1]) / Number(counter[2]);
  return share > 0.3 && share < 0.85;
}

function line(text: string, style: Partial<Cell['style']> = {}): Cell[] {
  return Array.from(text, (letter) => ({
    letter,
    style: { bold: false, dim: false, color: null, ...style },
  }));
}

function cut(row: Cell[]): Cell[] {
  return row.length <= columns ? row : [...row.slice(0, columns - 1), ...line('…')];
}

/** The verdict, and where the reports are. */
function summaryOf(end: Cell[][]): Cell[][] {
  const lines = end.map(textOf);
  const from = lines.findIndex((text) => text.startsWith('✔ ') && text.endsWith('proven.'));
  const reports = lines.indexOf('Reports');
  if (from < 0 || reports < 0) throw new Error('the summary does not look as expected');
  const verdict = lines.slice(from).findIndex((text) => text === '');
  return [...end.slice(from, from + verdict), [], ...end.slice(reports, reports + 4)];
}

const pair = await startSandboxPair();
const folder = await mkdtemp(join(tmpdir(), 'gb2gl-picture-'));
try {
  const { middle, end } = await watch(folder, {
    GITBUCKET_URL: pair.gitbucket.url,
    GITBUCKET_TOKEN: pair.sample.tokens.root,
    GITBUCKET_USERNAME: 'root',
    GITBUCKET_PASSWORD: pair.sample.passwords.root,
    GITLAB_URL: pair.gitlab.url,
    GITLAB_TOKEN: pair.gitlabToken,
  });
  const shown = [
    line(`$ gb2gl migrate ${selected}`, { bold: true }),
    ...middle.filter((row) => textOf(row) !== ''),
    [],
    line('… and at the end', { dim: true }),
    [],
    ...summaryOf(end),
  ];
  const title = 'gb2gl migrate on the sample server: the phases at work, then the summary';
  await writeFile(new URL('docs/terminal.svg', root), terminalSvg(shown.map(cut), { title, columns }));
} finally {
  await pair.close();
  await rm(folder, { recursive: true, force: true });
}
