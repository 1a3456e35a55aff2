import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { StartFailure } from '../../src/commands/failure.ts';
import { startCli } from '../helpers/run-cli.ts';
import { runProgram } from '../helpers/run-program.ts';
import { smallServers, workplace } from '../helpers/small-server.ts';
import { tempDir } from '../helpers/temp-dir.ts';

const servers = {
  GITBUCKET_URL: 'http://127.0.0.1:9',
  GITBUCKET_TOKEN: 'token-of-gitbucket',
  GITLAB_URL: 'http://127.0.0.1:9',
  GITLAB_TOKEN: 'token-of-gitlab',
};

/** The only document on stdout. */
function documentIn(stdout: string): StartFailure {
  expect(stdout.split('\n')).toHaveLength(2);
  return JSON.parse(stdout) as StartFailure;
}

test('with --json a wrong command line is one document on stdout and text for people on stderr', async () => {
  const cwd = await tempDir();
  const cases = [
    [['migrate'], 'nothing is selected: add --all', '→ see gb2gl --help'],
    [['migrate', '--all', '--prune'], 'confirm with --yes', 'confirm with'],
    [['plan', '--al'], "unknown option '--al' (Did you mean --all?)", 'Did you mean --all?'],
    [['plan', '--all', '--concurrency', 'many'], 'must be a positive integer', 'many'],
    [['verify', '--repo', 'one'], '--repo expects OWNER/NAME, not "one"', '--repo expects'],
    [['migrat'], "unknown command 'migrat' (Did you mean migrate?)", 'Did you mean migrate?'],
    [['sandbox', '--gitlab-port', 'x'], 'must be a positive integer', 'gitlab-port'],
    [[], 'unknown option', 'unknown option'],
  ] as const;
  await Promise.all(
    cases.map(async ([args, message, text]) => {
      const run = await runProgram([...args, '--json'], { cwd, env: servers });
      const where = args.join(' ');
      expect(run.code, where).toBe(2);
      const { version, error, exitCode } = documentIn(run.stdout);
      expect({ version, exitCode, code: error.code, fix: error.fix }, where).toEqual({
        version: 1,
        exitCode: 2,
        code: 'usage',
        fix: 'see gb2gl --help',
      });
      expect(error.message, where).toContain(message);
      expect(run.stderr, where).toContain(text);
    }),
  );
});

test('with --json every command that cannot start says so in one document, with code, object and way out', async () => {
  const cwd = await tempDir();
  await writeFile(join(cwd, 'broken.json'), '{');
  await writeFile(join(cwd, 'wrong.json'), '{ "slect": {} }');
  await mkdir(join(cwd, '.gb2gl'));
  await writeFile(join(cwd, '.gb2gl', 'journal.jsonl'), 'not a journal\n{}\n');
  const cases = [
    [['plan', '--all', '--config', 'broken.json'], 2, 'config-unreadable', join(cwd, 'broken.json')],
    [['verify', '--all', '--config', 'wrong.json'], 2, 'config-invalid', join(cwd, 'wrong.json')],
    [['migrate', '--all', '--config', 'none.json'], 2, 'config-unreadable', join(cwd, 'none.json')],
    [['plan', '--all', '--work-dir', 'other'], 3, 'unreachable', 'http://127.0.0.1:9'],
    [['verify', '--all', '--work-dir', 'other'], 3, 'unreachable', 'http://127.0.0.1:9'],
    [['status'], 3, 'journal-damaged', join(cwd, '.gb2gl', 'journal.jsonl')],
    [['init', '--yes'], 3, 'unreachable', 'http://127.0.0.1:9'],
  ] as const;
  await Promise.all(
    cases.map(async ([args, exitCode, code, object]) => {
      const run = await runProgram([...args, '--json'], { cwd, env: servers });
      const where = args.join(' ');
      const failure = documentIn(run.stdout);
      expect({ ...failure, code: run.code }, `${where}: ${run.stderr}`).toMatchObject({
        version: 1,
        error: { code, object },
        exitCode,
        code: exitCode,
      });
      const { message, fix } = failure.error;
      expect(run.stderr, where).toContain(`gb2gl: ${message}\n  → ${fix}\n`);
    }),
  );
});

test('a run that is stopped before it has a result says that in one document', async () => {
  const where = await smallServers();
  const cwd = await workplace(where);
  where.gitbucket.server.faults.add({
    url: /^\/api\/v3\/users\/team-b\/repos/,
    action: { kind: 'notice', call: stop },
  });
  // The answer waits until the signal has been heard: it must not be read before.
  async function stop(): Promise<void> {
    running.child.kill('SIGINT');
    await running.heard('gb2gl: stopping');
  }
  const running = startCli(['migrate', '--all', '--yes', '--json'], { cwd, env: where.env });

  const { code, stdout } = await running.finished;

  expect(code).toBe(130);
  expect(documentIn(stdout)).toMatchObject({ error: { code: 'interrupted' }, exitCode: 130 });
});

test('without --json nothing of it is on stdout, and --help is no failure', async () => {
  const cwd = await tempDir();
  const plain = await runProgram(['migrate'], { cwd, env: servers });
  expect(plain).toMatchObject({ code: 2, stdout: '' });
  const help = await runProgram(['migrate', '--json', '--help'], { cwd, env: servers });
  expect(help).toMatchObject({ code: 0, stderr: '' });
  expect(help.stdout).toContain('Usage: gb2gl migrate');
});
