import { spawn } from 'node:child_process';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { parseResult } from '../../src/report/schema.ts';
import { displayWidth } from '../../src/text/lines.ts';
import { commitOn } from '../helpers/commits.ts';
import { startInTerminal, type InTerminal } from '../helpers/in-terminal.ts';
import { runCli } from '../helpers/run-cli.ts';
import { testServers, writesOf, type TestServers } from '../helpers/servers.ts';

const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const ESCAPE = '\u001B';
const SHOW_CURSOR = `${ESCAPE}[?25h`;
const HIDE_CURSOR = `${ESCAPE}[?25l`;
const NAMES = ['short', 'a-repository-with-a-name-that-is-longer-than-a-narrow-terminal-is-wide', 'third'];

type Place = TestServers & { cwd: string };

async function place(): Promise<Place> {
  const servers = await testServers();
  servers.gitbucket.addGroup({ login: 'team', members: [{ login: 'root', manager: true }] });
  for (const name of NAMES) {
    servers.gitbucket.addRepository({ owner: 'team', name });
    commitOn(servers.gitbucket.gitDir('team', name), 'main', `first of ${name}`);
  }
  const cwd = join(servers.folder, 'work');
  await mkdir(cwd);
  return { ...servers, cwd };
}

function runInTerminal(...args: Parameters<typeof startInTerminal>): InTerminal['finished'] {
  return startInTerminal(...args).finished;
}

function widest(screen: string): number {
  const lines = stripVTControlCharacters(screen).split(/[\r\n]+/);
  return Math.max(...lines.map((line) => displayWidth(line)));
}

test.each([
  { columns: 120, rows: 40 },
  { columns: 40, rows: 10 },
])('on a terminal of $columns columns the moving picture fits and ends cleanly', async (size) => {
  const where = await place();

  const { code, screen } = await runInTerminal(['migrate', '--all', '--yes'], where, { size });

  expect({ code, screen }).toMatchObject({ code: 0 });
  expect(screen).toContain(HIDE_CURSOR);
  expect(screen.lastIndexOf(SHOW_CURSOR)).toBeGreaterThan(screen.lastIndexOf(HIDE_CURSOR));
  expect(stripVTControlCharacters(screen)).toContain('3 repositories');
  // Paths of the reports are never broken: people copy them.
  const text = screen.replaceAll(/^.*report[s.].*$/gm, '');
  expect(widest(text)).toBeLessThanOrEqual(size.columns);
});

test('the time at the question is no time of the run', async () => {
  const where = await place();
  const run = startInTerminal(['migrate', '--all'], where);
  await run.shown('[y/N] ');
  const shown = Date.now();
  await delay(400);
  const held = Date.now() - shown;
  run.press('y\r');

  const { code, screen } = await run.finished;

  expect({ code, screen }).toMatchObject({ code: 0 });
  const file = join(where.cwd, '.gb2gl', 'reports', 'latest', 'result.json');
  const { startedAt, finishedAt, totals } = parseResult(JSON.parse(await readFile(file, 'utf8')));
  const all = Date.parse(finishedAt) - Date.parse(startedAt);
  expect(totals.ms).toBeLessThanOrEqual(all - held);
});

const QUESTION = / on http:\/\/127\.0\.0\.1:\d+ and push 3 refs\? \[y\/N\] /;

test.each([
  ['"n"', 'n\r'],
  ['Enter alone', '\r'],
  ['Ctrl-C', '\u0003'],
  ['Ctrl-D', '\u0004'],
])('the plan and a question with its counts come first, and %s changes nothing', async (_name, type) => {
  const where = await place();
  const answer = { after: 'Create 1 group and 3 projects', type };

  const { code, screen } = await runInTerminal(['migrate', '--all'], where, { answers: [answer] });

  expect({ code, screen }).toMatchObject({ code: 130 });
  const text = stripVTControlCharacters(screen);
  expect(text).toMatch(QUESTION);
  expect(text.indexOf('team')).toBeLessThan(text.indexOf('Create 1 group'));
  expect(text).toContain('nothing was changed');
  expect(text).not.toContain('unsettled');
  expect(writesOf(where.gitlab.server.requests)).toEqual([]);
  // No lock is left behind.
  expect((await runCli(['migrate', '--all', '--yes'], where)).code).toBe(0);
});

test('"y" carries the plan out, and with nothing to write nobody is asked', async () => {
  const where = await place();
  const answer = { after: '[y/N]', type: 'y\r' };

  const { code, screen } = await runInTerminal(['migrate', '--all'], where, { answers: [answer] });

  expect({ code, screen }).toMatchObject({ code: 0 });
  expect(where.gitlab.context.state.projects.length).toBe(3);
  // The picture goes on after the question, with the phases that are left.
  const after = stripVTControlCharacters(screen.slice(screen.indexOf('[y/N]')));
  for (const words of ['Groups', 'Repositories', 'idle']) expect(after).toContain(words);
  expect(after).not.toContain('Connect to both servers');
  const again = await runInTerminal(['migrate', '--all'], where);
  expect(again.code, again.screen).toBe(0);
  expect(again.screen).not.toContain('[y/N]');
  const proof = await runInTerminal(['verify', '--all'], where);
  expect(proof.code, proof.screen).toBe(0);
  const seen = stripVTControlCharacters(proof.screen);
  expect(seen).toContain('✔ Repositories: 3 of 3 proven');
  expect(seen).not.toContain('interrupted');
});

test('on a narrow terminal questions and errors keep to its width', async () => {
  const where = await place();
  const size = { columns: 40, rows: 24 };
  const answers = [{ after: '[y/N]', type: 'n\r' }];

  const asked = await runInTerminal(['migrate', '--all', '--quiet'], where, { size, answers });

  expect(stripVTControlCharacters(asked.screen).replaceAll(/\s+/g, ' ')).toMatch(QUESTION);
  expect(widest(asked.screen)).toBeLessThanOrEqual(size.columns);
  const lost = await runInTerminal(['plan', '--all', '--work-dir', '/dev/null/x'], where, { size });
  expect(stripVTControlCharacters(lost.screen)).toContain('gb2gl: ');
  expect(widest(lost.screen)).toBeLessThanOrEqual(size.columns);
  const init = await runInTerminal(
    ['init'],
    { ...where, env: {} },
    {
      size,
      answers: [{ after: 'URL of GitBucket', type: '\u0003' }],
    },
  );
  expect(widest(init.screen)).toBeLessThanOrEqual(size.columns);
});

test.each([['| cat'], ['--quiet'], ['--json > out.json'], ['--json --quiet > out.json']])(
  'a person at the terminal is asked with %s too',
  async (how) => {
    const where = await place();
    const answer = { after: '[y/N]', type: 'n\r' };

    const { screen } = await runInTerminal(['migrate', '--all', how], where, { answers: [answer] });

    const text = stripVTControlCharacters(screen);
    expect(text).toMatch(QUESTION);
    expect(text.includes('a-repository-with')).toBe(!how.includes('--quiet'));
    expect(writesOf(where.gitlab.server.requests)).toEqual([]);
    if (!how.includes('--json')) return;
    const document: unknown = JSON.parse(await readFile(join(where.cwd, 'out.json'), 'utf8'));
    expect(document).toMatchObject({ error: { code: 'not-confirmed' }, exitCode: 130 });
  },
);

test.each([['> out.txt 2>&1'], ['--json 2> out.txt'], ['< /dev/null']])(
  'where nobody can be asked, as with %s, --yes is demanded before anything is read',
  async (how) => {
    const where = await place();
    const { code, screen } = await runInTerminal(['migrate', '--all', how], where);
    expect({ code, screen }).toMatchObject({ code: 2 });
    const told = how.includes('out.txt') ? await readFile(join(where.cwd, 'out.txt'), 'utf8') : screen;
    expect(told.replaceAll(/\s+/g, ' ')).toContain('confirm with --yes');
    expect([...where.gitbucket.server.requests, ...where.gitlab.server.requests]).toEqual([]);
  },
);

test('Ctrl-C typed while repositories are moved finishes what is begun and shows the cursor again', async () => {
  const where = await place();
  const call = async (): Promise<void> => {
    running.press('\u0003');
    await running.shown('stopping, 1 under way; press Ctrl-C again to abandon them');
    // Long enough for git to die of the signal, if the terminal sent it one.
    await delay(300);
  };
  where.gitlab.server.faults.add({
    method: 'POST',
    url: /git-receive-pack$/,
    action: { kind: 'notice', call },
  });
  const running = startInTerminal(['migrate', '--all', '--yes', '--concurrency', '1'], where);

  const { code, screen } = await running.finished;

  expect({ code, screen }).toMatchObject({ code: 130 });
  const text = stripVTControlCharacters(screen);
  expect(text).toContain('2 proven, 2 interrupted');
  const summary = text.slice(text.indexOf('! Interrupted'));
  expect(summary).toContain('2 items were not begun or not finished');
  for (const name of NAMES) expect(summary).not.toContain(name);
  expect(screen.lastIndexOf(SHOW_CURSOR)).toBeGreaterThan(screen.lastIndexOf(HIDE_CURSOR));
  expect((await runCli(['migrate', '--all', '--yes'], where)).code).toBe(0);
});

test('into a pipe goes one line for each repository, without escape codes', async () => {
  const where = await place();
  const { code, stdout } = await runCli(['migrate', '--all', '--yes'], where);
  expect(code).toBe(0);
  expect(stdout).not.toContain(ESCAPE);
  for (const name of NAMES)
    expect(stdout.split('\n').filter((line) => line.includes(`team/${name}: `)).length).toBe(1);
});

test('--json prints exactly one document on stdout, for migrate, plan, verify and status', async () => {
  const where = await place();
  for (const command of [['plan'], ['migrate', '--yes'], ['verify']]) {
    const { stdout, stderr } = await runCli([...command, '--all', '--json'], where);
    expect({ command, stderr, lines: stdout.trim().split('\n').length }).toMatchObject({ lines: 1 });
    expect(() => JSON.parse(stdout) as unknown).not.toThrow();
  }
  const verify = await runCli(['verify', '--all', '--json'], where);
  expect(parseResult(JSON.parse(verify.stdout)).exitCode).toBe(0);
  const status = await runCli(['status', '--json'], where);
  expect(JSON.parse(status.stdout)).toMatchObject({
    command: 'status',
    totals: { people: 0, projects: 3, states: { proven: 4 } },
  });
});

test('--quiet tells the summary only', async () => {
  const where = await place();
  const { code, stdout, stderr } = await runCli(['migrate', '--all', '--yes', '--quiet'], where);
  expect(code).toBe(0);
  expect(stderr).toBe('');
  expect(stdout).toContain('3 repositories');
  expect(stdout).not.toContain('Read GitBucket');
});

test('where the locale knows no UTF-8 only ASCII is written, in the moving picture too', async () => {
  const where = await place();
  const env = { ...where.env, LC_ALL: 'C' };
  const answer = { after: '[y/N]', type: 'y\r' };
  const run = await runInTerminal(['migrate', '--all'], { ...where, env }, { answers: [answer] });
  expect(run.code, run.screen).toBe(0);
  for (const args of [
    ['plan', '--all'],
    ['verify', '--all'],
    ['doctor'],
    ['status'],
    ['plan', '--repo', 'x'],
  ]) {
    const { stdout, stderr } = await runCli(args, { ...where, env });
    // eslint-disable-next-line no-control-regex -- everything but ASCII is what this is about
    expect(stdout + stderr, args.join(' ')).not.toMatch(/[^\0-\x7F]/);
  }
  // eslint-disable-next-line no-control-regex -- the same
  expect(run.screen).not.toMatch(/[^\0-\x7F]/);
});

test('the plan ends with its counts, what it takes, and the command that carries it out', async () => {
  const where = await place();
  const plan = await runCli(['plan', '--repo', 'team/*', '--work-dir', 'my work'], where);
  const end = plan.stdout.slice(plan.stdout.indexOf('✔'));
  expect(end.replaceAll(/\n +/g, ' ')).toMatch(
    new RegExp(
      [
        '^✔ Everything selected can be migrated\\. 1 group: 1 new 3 repositories: 3 new ',
        '1 person: 1 to decide 1 group member: 1 without an account ',
        '3 refs: 3 to create 3 wikis: 3 with only the generated page ',
        'Time: about 5 s for 3 pushes of 3 refs on an idle GitLab, several times that on a busy one; .*--deep measures it\\)\\. ',
        'Disk: journal and reports only; .*my work/mirrors first\\.\n',
      ].join(''),
    ),
  );
  expect(end).toContain("\nNext\n  gb2gl migrate --repo 'team/*' --work-dir 'my work'\n");

  const deep = await runCli(['plan', '--all', '--deep'], where);
  const words = deep.stdout.replaceAll(/\n +/g, ' ');
  expect(words).toMatch(
    / at 10\.0 MB\/s\. Disk: --deep left \d+(\.\d)? kB in \S+\/mirrors; you can delete it\./,
  );

  expect((await runCli(['migrate', '--all', '--yes'], where)).code).toBe(0);
  const after = await runCli(['plan', '--all'], where);
  expect(after.stdout).toContain('✔ Nothing to do: everything selected is on GitLab.');
  expect(after.stdout).toContain('\nNext\n  gb2gl verify --all\n');
});

test('a reader that closes early is no fault', async () => {
  const where = await place();
  const child = spawn('sh', ['-c', `'${process.execPath}' '${cli}' plan --all | head -1; exit 0`], {
    cwd: where.cwd,
    env: { PATH: process.env['PATH'], HOME: where.cwd, ...where.env },
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  await new Promise((resolve) => child.once('close', resolve));
  expect(stdout.split('\n').length).toBe(2);
  expect(stderr).toBe('');
});

test('gb2gl status ends by itself on a terminal', async () => {
  const where = await place();

  const { code, screen } = await runInTerminal(['status'], where);

  expect({ code, screen }).toMatchObject({ code: 0 });
});
