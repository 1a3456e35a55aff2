import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { deadPort } from '../helpers/hosts.ts';
import type { CliResult } from '../helpers/run-cli.ts';
import { runProgram } from '../helpers/run-program.ts';
import { leaks } from '../helpers/secrets.ts';
import { writesOf, type TestServers } from '../helpers/servers.ts';
import { selfSigned, tlsFront } from '../helpers/tls-front.ts';
import { failureOf, smallServers, workplace } from '../helpers/small-server.ts';

type Place = TestServers & { cwd: string; file: string };

/** Two groups with three repositories, one user besides root; GitLab with a group `old/servers`. */
async function place(): Promise<Place> {
  const servers = await smallServers();
  servers.gitbucket.addUser({ login: 'carol', email: 'carol@example.com' });
  servers.gitlab.addGroup({ path: 'old' });
  servers.gitlab.addGroup({ path: 'servers', parent: 'old' });
  const cwd = await workplace(servers);
  return { ...servers, cwd, file: join(cwd, 'migrate.config.json') };
}

/** Answers in the order of the questions, from a pipe and without any variable. */
function init({ cwd }: Place, answers: string[], args: string[] = []): Promise<CliResult> {
  return runProgram(['init', ...args], { cwd, input: answers.map((line) => `${line}\n`).join('') });
}

/** URL and token of each side, in the order in which they are asked for. */
function right({ env }: Place): { source: string[]; target: string[] } {
  return {
    source: [env['GITBUCKET_URL'] ?? '', env['GITBUCKET_TOKEN'] ?? ''],
    target: [env['GITLAB_URL'] ?? '', env['GITLAB_TOKEN'] ?? ''],
  };
}

/** Demands that no token is in the output or in the file. */
async function expectNoToken({ env, file }: Place, { stdout, stderr }: CliResult): Promise<void> {
  const texts = new Map([
    ['stdout', stdout],
    ['stderr', stderr],
    ['file', await readFile(file, 'utf8')],
  ]);
  expect(leaks(texts, [env['GITBUCKET_TOKEN'] ?? '', env['GITLAB_TOKEN'] ?? ''])).toEqual([]);
}

test('answers are tried, what was found is shown, and the file that comes out of them leads to a plan', async () => {
  const where = await place();
  const { source, target } = right(where);

  const run = await init(where, [...source, ...target, '/old/servers/']);

  expect(run).toMatchObject({ code: 0, stderr: '' });
  await expectNoToken(where, run);
  expect(run.stdout).toContain('GitBucket accepts the token: root, an administrator.');
  expect(run.stdout).toContain('This user can see 2 groups, 2 users and 3 repositories.');
  expect(run.stdout).toMatch(/GitLab \d+\.\S+ accepts the token: root, an administrator\./);
  expect(run.stdout).toContain('This user can create top-level groups.');
  expect(run.stdout).toContain('old/servers exists.');
  expect(run.stdout).toMatch(
    /export GITBUCKET_TOKEN='<the token>'\n +export GITLAB_TOKEN='<the token>'\n +gb2gl plan --all\n$/,
  );
  expect((await stat(where.file)).mode & 0o777).toBe(0o600);
  expect(writesOf(where.gitlab.server.requests)).toEqual([]);

  const tokens = { GITBUCKET_TOKEN: source[1], GITLAB_TOKEN: target[1] };
  const plan = await runProgram(['plan', '--all', '--json'], { cwd: where.cwd, env: tokens });
  expect(plan.code, plan.stderr).toBe(0);
  const { projects } = JSON.parse(plan.stdout) as { projects: { fullPath: string }[] };
  expect(projects.map(({ fullPath }) => fullPath)).toContain('old/servers/team-a/one');
});

test('a wrong token, a wrong address and a mistyped group are told in the words of the errors and asked again', async () => {
  const where = await place();
  const { source, target } = right(where);
  const dead = `http://127.0.0.1:${await deadPort()}`;
  const badToken = 'wrong-token-of-gitbucket';
  const [bucket = '', bucketToken = ''] = source;
  const [lab = '', labToken = ''] = target;
  const wrong = ['127.0.0.1:8080', 'localhost:8080', '', 'ssh://git@gitbucket.example.com'];
  const forSource = [...wrong, bucket, badToken, bucketToken];
  const answers = [...forSource, dead, labToken, lab, 'old/sevrers', 'old/servers'];

  const run = await init(where, answers);

  expect(run).toMatchObject({ code: 0, stderr: '' });
  await expectNoToken(where, run);
  expect(run.stdout).not.toContain(badToken);
  const noScheme = 'the URL has no scheme: add http:// or https:// in front of it\n';
  expect(run.stdout.split(noScheme)).toHaveLength(3);
  expect(run.stdout).toContain('an answer is needed here: the URL of GitBucket\n');
  expect(run.stdout).toContain('the URL must be an http:// or https:// URL');
  expect(run.stdout).toMatch(/GitBucket at \S+ rejects the token[^]*create a new token: GitBucket >/);
  expect(run.stdout).toContain(`GitLab at ${dead} cannot be reached`);
  expect(run.stdout).toContain('old/sevrers does not exist');
  expect(run.stdout).toContain('did you mean old/servers?');
  const config = await loadConfig({ path: where.file, named: true }, where.env);
  expect(config.target.parentGroup).toBe('old/servers');
});

test('what cannot be tried can be left, and stands in the file as it was said', async () => {
  const where = await place();
  const { target } = right(where);
  const answers = [
    'https://gitbucket.example.com/gitbucket/',
    '',
    target[0] ?? '',
    'no-such-token',
    '',
    'later',
  ];

  const run = await init(where, answers);

  expect(run).toMatchObject({ code: 0, stderr: '' });
  expect(run.stdout).toContain('Keeping the GitBucket settings without testing them.');
  expect(run.stdout).toContain('Keeping the GitLab settings without testing them.');
  expect(run.stdout).not.toContain('no-such-token');
  const env = { GITBUCKET_TOKEN: 'x', GITLAB_TOKEN: 'y' };
  expect(await loadConfig({ path: where.file, named: true }, env)).toMatchObject({
    source: { url: 'https://gitbucket.example.com/gitbucket', token: 'x' },
    target: { url: target[0], token: 'y', parentGroup: 'later' },
  });
});

test('a group that is not there is taken when it is named twice', async () => {
  const where = await place();
  const { source, target } = right(where);

  const run = await init(where, [...source, ...target, 'made-later', 'made-later']);

  expect(run.code, run.stderr).toBe(0);
  const config = await loadConfig({ path: where.file, named: true }, where.env);
  expect(config.target.parentGroup).toBe('made-later');
});

test('a token that may less is told so', async () => {
  const where = await place();
  where.gitlab.addUser({ username: 'carol', name: 'Carol', email: 'c@example.com', canCreateGroup: false });
  const { source, target } = right(where);
  const answers = [
    source[0] ?? '',
    where.gitbucket.token('carol'),
    target[0] ?? '',
    where.gitlab.token('carol'),
    '',
  ];

  const run = await init(where, answers);

  expect(run.code, run.stderr).toBe(0);
  expect(run.stdout).toContain('GitBucket accepts the token: carol.');
  expect(run.stdout).toContain('anything it cannot see is silently left out of the migration');
  expect(run.stdout).toContain('This user cannot create top-level groups: specify a parent group.');
});

test('variables are presets, their tokens are used without asking, and --yes asks nothing at all', async () => {
  const where = await place();
  const { cwd, env } = where;

  const asked = await runProgram(['init'], { cwd, env, input: '\n\n\n' });
  expect(asked).toMatchObject({ code: 0, stderr: '' });
  await expectNoToken(where, asked);
  expect(asked.stdout).toContain(`URL of GitBucket [${env['GITBUCKET_URL']}]`);
  expect(asked.stdout).toContain('Using the token from GITLAB_TOKEN.');
  expect(asked.stdout).not.toContain('export ');

  const args = ['init', '--yes', '--config', 'other.json', '--parent-group', 'old', '--json'];
  const run = await runProgram(args, { cwd, env });
  expect(run.code, run.stderr).toBe(0);
  await expectNoToken({ ...where, file: join(cwd, 'other.json') }, run);
  expect(JSON.parse(run.stdout)).toMatchObject({
    command: 'init',
    file: join(cwd, 'other.json'),
    source: { found: { login: 'root', holds: { groups: 2, users: 2, repositories: 3 } } },
    target: { parentGroup: 'old', found: { username: 'root', canCreateGroup: true } },
  });
  expect(run.stderr).toContain('gb2gl plan --all --config other.json');
  const config = await loadConfig({ path: join(cwd, 'other.json'), named: true }, env);
  expect(config.target.parentGroup).toBe('old');
});

test('another address or token than the environment has is told at the end, since the environment wins', async () => {
  const where = await place();
  const { cwd, env } = where;
  const wrong = {
    ...env,
    GITBUCKET_TOKEN: 'wrong-token',
    GITLAB_URL: `http://127.0.0.1:${await deadPort()}`,
  };
  const input = ['', env['GITBUCKET_TOKEN'], env['GITLAB_URL'], '', ''].join('\n');

  const run = await runProgram(['init'], { cwd, env: wrong, input });

  expect(run, run.stdout).toMatchObject({ code: 0, stderr: '' });
  await expectNoToken(where, run);
  expect(run.stdout).toContain('GITLAB_URL is set to a different URL and overrides the file; unset it.');
  expect(run.stdout).toMatch(
    /\n +unset GITLAB_URL\n +export GITBUCKET_TOKEN='<the token>'\n +gb2gl plan --all\n$/,
  );
});

test('a certificate that is not public is asked for, and stands in the file', async () => {
  const where = await place();
  const ca = selfSigned(where.cwd, 'ca');
  const front = await tlsFront(where.gitlab.url, ca);
  const input = ['', front, 'no-such.pem', 'ca.pem', '', ''].join('\n');

  const run = await runProgram(['init'], { cwd: where.cwd, env: { ...where.env, GITLAB_URL: '' }, input });

  expect(run, run.stdout).toMatchObject({ code: 0, stderr: '' });
  expect(run.stdout).toContain(`the certificate of GitLab at ${front} is not trusted`);
  expect(run.stdout).toContain('no-such.pem');
  expect(run.stdout).not.toContain('unset');
  const tokens = { GITBUCKET_TOKEN: 'x', GITLAB_TOKEN: 'y' };
  const config = await loadConfig({ path: where.file, named: true }, tokens);
  expect(config.target).toMatchObject({ url: front, caFile: 'ca.pem' });
});

test('a token that cannot even be sent is a wrong answer like any other', async () => {
  const where = await place();
  const { source, target } = right(where);
  const answers = [source[0] ?? '', 'glpat-→-tøken', '', ...target, ''];

  const run = await init(where, answers);

  expect(run, run.stdout).toMatchObject({ code: 0, stderr: '' });
  expect(run.stdout).not.toContain('tøken');
  expect(run.stdout).toContain('Keeping the GitBucket settings without testing them.');
});

test('--yes with a variable too few, a wrong token or a group that is not there writes nothing', async () => {
  const where = await place();
  const { cwd, env, file } = where;
  const cases = [
    [{ GITLAB_TOKEN: undefined }, [], 2, 'GITLAB_TOKEN is not set'],
    [{ GITBUCKET_TOKEN: 'wrong-token' }, [], 3, 'rejects the token'],
    [{ GITLAB_URL: 'gitlab.example.com' }, [], 2, 'must be an http:// or https:// URL'],
    [{}, ['--parent-group', 'olds'], 3, 'did you mean old?'],
  ] as const;
  for (const [change, args, code, text] of cases) {
    const run = await runProgram(['init', '--yes', '--json', ...args], { cwd, env: { ...env, ...change } });
    expect(run.code, run.stderr).toBe(code);
    expect(failureOf(run).error.message).toContain(text);
    await expect(readFile(file)).rejects.toThrow('ENOENT');
  }
});

test('a file that is there is kept, unless a person or --force says otherwise', async () => {
  const where = await place();
  const { cwd, env, file } = where;
  await writeFile(file, 'mine');

  const refused = await runProgram(['init', '--yes'], { cwd, env });
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain(`${file} already exists\n  → replace it with gb2gl init --force`);
  const kept = await runProgram(['init'], { cwd, env, input: '\n' });
  expect(kept.code, kept.stderr).toBe(0);
  expect(kept.stdout).toContain('Nothing was written.');
  expect(await readFile(file, 'utf8')).toBe('mine');

  expect((await runProgram(['init'], { cwd, env, input: 'y\n\n\n\n' })).code).toBe(0);
  await expect(loadConfig({ path: file, named: true }, env)).resolves.toBeDefined();
  await writeFile(file, 'mine');
  expect((await runProgram(['init', '--yes', '--force'], { cwd, env })).code).toBe(0);
  await expect(loadConfig({ path: file, named: true }, env)).resolves.toBeDefined();
});

test('a pipe that ends too early is an error, and nothing is written', async () => {
  const where = await place();
  const { source } = right(where);
  for (const answers of [[], source]) {
    const run = await init(where, answers);
    expect(run.code, run.stderr).toBe(2);
    expect(run.stderr).toContain('the input ended before every question was answered; nothing was written');
  }
  await expect(readFile(where.file)).rejects.toThrow('ENOENT');
});
