import { createServer, type AddressInfo } from 'node:net';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { parseResult } from '../../src/report/schema.ts';
import { startInTerminal } from '../helpers/in-terminal.ts';
import { runCli } from '../helpers/run-cli.ts';
import { tempDir } from '../helpers/temp-dir.ts';

async function takenPort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => void server.close());
  return String((server.address() as AddressInfo).port);
}

test.each(['--gitbucket-port', '--gitlab-port'])(
  'a port of %s that is taken is named with the way out, and nothing is left running or on disk',
  async (option) => {
    const cwd = await tempDir();
    for (const port of [await takenPort(), '99999']) {
      const run = await runCli(['sandbox', option, port], { cwd, env: { TMPDIR: cwd } });

      expect(run.code, run.stderr).toBe(3);
      expect(run.stderr).toMatch(/cannot be started on the given ports: .*(EADDRINUSE|port)/);
      expect(run.stderr).toContain('choose others with --gitbucket-port and --gitlab-port');
      expect(await readdir(cwd)).toEqual([]);
    }
  },
);

test('the demo ends by itself on a terminal, and with --quiet tells its end alone', async () => {
  const { code, screen } = await startInTerminal(['demo', '--quiet'], { cwd: await tempDir() }).finished;

  expect(code, screen).toBe(0);
  expect(stripVTControlCharacters(screen).trimStart()).toMatch(/^✔ Moved and proven/);
});

test('the demo ends with one good verdict, the faults that are there on purpose, and the report; with --json its migration is one document', async () => {
  const cwd = await tempDir();

  const { code, stdout, stderr: text } = await runCli(['demo', '--json'], { cwd });

  expect(code, text).toBe(0);
  expect(stdout.split('\n')).toHaveLength(2);
  expect(parseResult(JSON.parse(stdout)).command).toBe('migrate');
  const end = text.slice(text.indexOf('✔ Moved and proven'));
  expect(end).toMatch(/^✔ Moved and proven: 49 of 51 repositories, 436 of 441 refs, /);
  const faults = end.split('\n').filter((line) => line.startsWith('  - '));
  expect(faults.length).toBeGreaterThan(2);
  expect(faults.length).toBeLessThan(8);
  expect(Math.max(...end.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  expect(end).not.toContain('…');
  const moved =
    '12 accounts, 1 blocked account, 8 group members, 2 wikis, 4 forks, 4 project members, 5 LFS objects, 38 issues and merge requests, 3 releases, 1 comment on commits, 17 groups';
  expect(end.replaceAll(/\n +/g, ' ')).toContain(`${moved}. The rest is faulty on purpose.`);
  expect(text.replaceAll(/\n(?=\S)/g, ' ')).toContain(
    '$ gb2gl verify --all Equal on both servers: 49 of 51 repositories, 436 of 441 refs, ',
  );
  expect(end).toContain('4 things not taken by GitLab, such as refs/heads/-x');
  const report = /Report: +(\S+)/.exec(end)?.[1] ?? '';
  expect((await stat(join(cwd, report))).size).toBeGreaterThan(0);
  expect(text).not.toMatch(/✖|Needs your attention|Next steps/);
});
