import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { CliResult } from '../helpers/run-cli.ts';
import { runProgram } from '../helpers/run-program.ts';
import { tempDir } from '../helpers/temp-dir.ts';

const servers = {
  GITBUCKET_URL: 'http://127.0.0.1:9',
  GITBUCKET_TOKEN: 'token-of-gitbucket',
  GITLAB_URL: 'http://127.0.0.1:9',
  GITLAB_TOKEN: 'token-of-gitlab',
};

async function withConfig(
  text: string,
  env: Record<string, string> = {},
  args: string[] = ['plan', '--all'],
): Promise<CliResult> {
  const cwd = await tempDir();
  await writeFile(join(cwd, 'migrate.config.json'), text);
  return runProgram(args, { cwd, env });
}

test('all problems of a config are told at once, each with its path, and the nearest known key', async () => {
  const run = await withConfig(
    JSON.stringify({
      source: { url: 'ftp://gitbucket.example.com', token: '${NO_SUCH_VARIABLE}', tokken: 'x' },
      target: { url: 'https://me:secret@gitlab.example.com', token: 'x', parentgroup: 'a' },
      limits: { source: 99 },
      visibility: { private: 'public' },
      slect: { include: [] },
    }),
  );

  expect(run.code).toBe(2);
  expect(run.stdout).toBe('');
  expect(run.stderr).toContain('has problems (8)');
  expect(run.stderr).toContain('source.url: must be an http:// or https:// URL');
  expect(run.stderr).toContain('source.token: the environment variable NO_SUCH_VARIABLE is not set');
  expect(run.stderr).toContain('source.tokken: unknown key, did you mean "token"?');
  expect(run.stderr).toContain('target.url: must not contain credentials; use "token"');
  expect(run.stderr).toContain('target.parentgroup: unknown key, did you mean "parentGroup"?');
  expect(run.stderr).toMatch(/limits\.source: .*4/);
  expect(run.stderr).toMatch(/visibility\.private: .*"private"\|"internal"/);
  expect(run.stderr).toContain('slect: unknown key, did you mean "select"?');
  expect(run.stderr).not.toContain('me:secret');
});

test('without a config file and without variables the two missing servers are named, and how to name them', async () => {
  const run = await runProgram(['migrate', '--all'], { cwd: await tempDir() });

  expect(run.code).toBe(2);
  expect(run.stderr).toContain(
    'migrate.config.json does not exist, and GITBUCKET_URL and GITLAB_URL are not set',
  );
  expect(run.stderr).toContain('run gb2gl init, or set GITBUCKET_URL, GITBUCKET_TOKEN');
});

test('a missing token is a start that failed, and its variable is named', async () => {
  const cwd = await tempDir();
  const without = { ...servers, GITBUCKET_TOKEN: '', GITLAB_TOKEN: '' };
  const both = await runProgram(['plan', '--all'], { cwd, env: without });
  expect(both.code).toBe(3);
  expect(both.stderr).toContain('no token for GitBucket and none for GitLab');
  expect(both.stderr).toContain('set GITBUCKET_TOKEN and GITLAB_TOKEN in the environment, exported');
  await Promise.all(
    ['GITBUCKET_TOKEN', 'GITLAB_TOKEN'].map(async (name) => {
      const run = await runProgram(['migrate', '--all'], { cwd, env: { ...servers, [name]: '' } });
      expect(run.code, run.stderr).toBe(3);
      expect(run.stderr).toMatch(
        new RegExp(`no token for Git(Bucket|Lab)[^]*set ${name} in the environment`),
      );
    }),
  );
});

test('a config file that is not there, not a file, not JSON or no object is named, with the way out', async () => {
  const cwd = await tempDir();
  await mkdir(join(cwd, 'folder.json'));
  await writeFile(join(cwd, 'broken.json'), '{ "source": { "url": "http://x" }, }');
  await writeFile(join(cwd, 'list.json'), '[]');
  const cases = [
    ['absent.json', 'ENOENT'],
    ['folder.json', 'EISDIR'],
    ['broken.json', 'invalid JSON: '],
    ['list.json', 'expected object'],
  ] as const;
  await Promise.all(
    cases.map(async ([name, text]) => {
      const run = await runProgram(['migrate', '--all', '--config', name], { cwd, env: servers });
      expect(run.code, name).toBe(2);
      expect(run.stderr, name).toContain(text);
      expect(run.stderr, name).toContain(join(cwd, name));
      expect(run.stderr, name).toMatch(/--config FILE|migrate\.config\.example\.json/);
    }),
  );
});

test('a config file that an editor began with a byte order mark is read', async () => {
  const run = await withConfig(
    '\uFEFF{ "source": { "url": "http://127.0.0.1:9" }, "target": { "url": "x" } }',
  );

  expect(run.code).toBe(2);
  expect(run.stderr).toContain('has problems (1)');
  expect(run.stderr).toContain('target.url');
});

test('a wrong command line says what is wrong and what would be right', async () => {
  const cwd = await tempDir();
  const cases = [
    [['migrate'], 'nothing is selected: add --all'],
    [['migrate', '--all', '--repo', 'a/b'], '--all selects everything'],
    [['migrate', '--repo', 'one'], '--repo expects OWNER/NAME, not "one"'],
    [['migrate', '--all', '--prune'], 'confirm with --yes'],
    [['migrate', '--all', '--concurrency', 'many'], 'must be a positive integer'],
    [['migrate', '--al'], 'Did you mean --all?'],
    [['migrat', '--all'], 'Did you mean migrate?'],
  ] as const;
  await Promise.all(
    cases.map(async ([args, text]) => {
      const run = await runProgram(args, { cwd, env: servers });
      expect(run.code, args.join(' ')).toBe(2);
      expect(run.stderr, args.join(' ')).toContain(text);
      expect(run.stdout, args.join(' ')).toBe('');
    }),
  );
});
