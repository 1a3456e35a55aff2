import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../../src/config/load.ts';
import type { Config } from '../../../src/config/schema.ts';
import type { Failure } from '../../../src/failures/failure.ts';
import { nearest } from '../../../src/text/nearest.ts';
import { tempDir } from '../../helpers/temp-dir.ts';
import { failureFrom } from '../../helpers/failures.ts';

const both = { source: { url: 'http://bucket' }, target: { url: 'http://lab' } };
const variables = {
  GITBUCKET_URL: 'http://bucket.env',
  GITBUCKET_TOKEN: 'b',
  GITLAB_URL: 'http://lab.env',
  GITLAB_TOKEN: 'l',
};

async function load(content: unknown, env: Record<string, string> = {}): Promise<Config> {
  const path = join(await tempDir(), 'migrate.config.json');
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return loadConfig({ path, named: true }, env);
}

async function problemsOf(content: unknown, env: Record<string, string> = {}): Promise<string[]> {
  const error = await failureFrom(load(content, env));
  expect(error.code).toBe('config-invalid');
  return error.detail.split('\n').map((line) => line.replace('  - ', ''));
}

test('a config with both addresses is complete: everything else has a default', async () => {
  const config = await load(both);

  expect(config).toMatchObject({
    source: { url: 'http://bucket', token: null, username: null, password: null, caFile: null },
    target: { url: 'http://lab', token: null, parentGroup: null, caFile: null },
    select: { include: ['*/*'], exclude: [] },
    map: { owners: {}, repositories: {}, users: {} },
    visibility: { public: 'auto', private: 'private' },
    userRepositories: 'auto',
    limits: { source: 4, target: 8, transfers: 4 },
  });
});

test('without a file the four variables are enough, unless a file was named', async () => {
  const path = join(await tempDir(), 'migrate.config.json');
  const config = await loadConfig({ path, named: false }, variables);
  expect(config.source).toMatchObject({ url: 'http://bucket.env', token: 'b' });
  expect(config.target).toMatchObject({ url: 'http://lab.env', token: 'l' });

  await expect(loadConfig({ path, named: true }, variables)).rejects.toMatchObject({
    code: 'config-unreadable',
    object: path,
  });
});

test('the four variables win over the file, empty ones do not', async () => {
  const file = {
    source: { url: 'http://bucket', token: 'file' },
    target: { url: 'http://lab', token: 'file' },
  };
  const config = await load(file, { ...variables, GITLAB_TOKEN: '' });

  expect(config.source.token).toBe('b');
  expect(config.target).toMatchObject({ url: 'http://lab.env', token: 'file' });
});

test('${NAME} is filled in at any depth, and what a variable wins over need not be there', async () => {
  const file = {
    source: { url: 'http://${HOST}/gitbucket', token: '${GITBUCKET_TOKEN}', password: '${ABSENT_PASSWORD}' },
    target: { url: 'http://lab', token: '${SOME_OTHER_NAME}' },
    select: { include: ['${TEAM}/*'] },
    map: { owners: { a: '${TEAM}' } },
  };
  const env = { HOST: 'h', TEAM: 't', GITLAB_TOKEN: 'l', ABSENT_PASSWORD: 'p', GITBUCKET_TOKEN: 'b' };
  const config = await load(file, env);

  expect(config.source).toMatchObject({ url: 'http://h/gitbucket', token: 'b', password: 'p' });
  expect(config.target.token).toBe('l');
  expect(config.select.include).toEqual(['t/*']);
  expect(config.map.owners).toEqual({ a: 't' });
  expect(await problemsOf(file, { HOST: 'h', TEAM: 't' })).toEqual([
    'source.token: the environment variable GITBUCKET_TOKEN is not set (export GITBUCKET_TOKEN=…)',
    'source.password: the environment variable ABSENT_PASSWORD is not set (export ABSENT_PASSWORD=…)',
    'target.token: the environment variable SOME_OTHER_NAME is not set (export SOME_OTHER_NAME=…)',
  ]);
});

test('addresses lose their last slashes and keep their context path', async () => {
  const config = await load({
    source: { url: 'https://h:8443/gitbucket//' },
    target: { url: 'http://lab/' },
  });

  expect(config.source.url).toBe('https://h:8443/gitbucket');
  expect(config.target.url).toBe('http://lab');
});

describe('a server address is refused in plain words', () => {
  const wrong: [string, string][] = [
    ['gitlab.example.com', 'must be an http:// or https:// URL'],
    ['ssh://git@gitlab.example.com', 'must be an http:// or https:// URL'],
    ['', 'must be an http:// or https:// URL'],
    ['https://gitlab.example.com/api/v4', 'without /api/v3 or /api/v4'],
    ['https://gitlab.example.com/api/v4/', 'without /api/v3 or /api/v4'],
    ['https://oauth2:abc@gitlab.example.com', 'must not contain credentials; use "token"'],
  ];
  for (const [url, words] of wrong) {
    test(`the address "${url}"`, async () => {
      const problems = await problemsOf({ ...both, target: { url } });
      expect(problems).toHaveLength(1);
      expect(problems[0]).toMatch(/^target\.url: /);
      expect(problems[0]).toContain(words);
    });
  }
});

test('unknown keys are told at every level, with the nearest known one when there is one', async () => {
  const file = {
    source: { url: 'http://bucket', tokn: 'x' },
    target: { url: 'http://lab', parentgroup: 'x', qwertyuiop: 1 },
    limit: {},
    map: { owner: {} },
    migrate: { note: true },
  };

  expect((await problemsOf(file)).sort()).toEqual([
    'limit: unknown key, did you mean "limits"?',
    'map.owner: unknown key, did you mean "owners"?',
    'migrate.note: unknown key, did you mean "notes"?',
    'source.tokn: unknown key, did you mean "token"?',
    'target.parentgroup: unknown key, did you mean "parentGroup"?',
    'target.qwertyuiop: unknown key',
  ]);
});

test('values of a wrong kind or out of range are told with their path', async () => {
  const problems = await problemsOf({
    ...both,
    limits: { source: 5, target: 0, transfers: 1.5 },
    select: { include: 'team-a/*', exclude: [''] },
    visibility: { private: 'public' },
    userRepositories: 'never',
  });

  expect(problems.map((line) => line.split(':')[0] ?? '').sort()).toEqual([
    'limits.source',
    'limits.target',
    'limits.transfers',
    'select.exclude.0',
    'select.include',
    'userRepositories',
    'visibility.private',
  ]);
});

test('a file that is not JSON, or JSON of another kind, is an error that names the file', async () => {
  await expect(load('{ "source": ')).rejects.toMatchObject({ code: 'config-unreadable' });
  await expect(load('')).rejects.toMatchObject({ code: 'config-unreadable' });
  for (const text of ['[]', 'null', '"x"', '7']) {
    const error = (await load(text).catch((thrown: unknown) => thrown)) as Failure;
    expect(error.code, text).toBe('config-invalid');
    expect(error.message, text).toContain(error.object);
    expect(error.message, text).toContain('the file: ');
  }
});

test('the nearest word is found by its spelling, and none when all are far away', () => {
  const keys = ['source', 'target', 'select', 'limits', 'userRepositories'];
  expect(nearest('sorce', keys)).toBe('source');
  expect(nearest('TARGET', keys)).toBe('target');
  expect(nearest('userrepos', keys)).toBe(null);
  expect(nearest('userRepository', keys)).toBe('userRepositories');
  expect(nearest('xyz', keys)).toBe(null);
  expect(nearest('a', [])).toBe(null);
});

test.each([
  ['http://LAB.example.com:80/', 'http://lab.example.com'],
  ['https://lab.example.com:443//', 'https://lab.example.com'],
  ['https://lab.example.com.:8443/GitLab/', 'https://lab.example.com:8443/GitLab'],
  [' https://lab.example.com\r\n', 'https://lab.example.com'],
  ['\uFEFFHTTPS://lab.example.com', 'https://lab.example.com'],
])('the address %j is kept as %s', async (url, normal) => {
  expect((await load({ ...both, target: { url } })).target.url).toBe(normal);
});

test.each([' ', '\r\n', '\uFEFF', '\u200B', '\u00A0', '\u2060\t', '\u0000'])(
  'what nobody sees around a token is taken off, in the file and in the environment: %j',
  async (stuff) => {
    const token = `${stuff}glpat-x${stuff}`;
    expect((await load({ ...both, target: { url: 'http://lab', token } })).target.token).toBe('glpat-x');
    expect(
      (await load({ ...both, target: { url: 'http://lab', token: '${T}' } }, { T: token })).target.token,
    ).toBe('glpat-x');
    expect((await load(both, { ...variables, GITBUCKET_TOKEN: token })).source.token).toBe('glpat-x');
  },
);

test.each([
  ['ab\u00A0c', 'character 3 of 4 is U+00A0 (no-break space)'],
  ['ab c', 'character 3 of 4 is U+0020 (space)'],
  ['a\nb', 'character 2 of 3 is U+000A (line feed)'],
  ['\r\na\u200Db', 'character 2 of 3 is U+200D (zero width joiner)'],
  ['glpat-\u{1F600}x', 'character 7 of 8 is U+1F600'],
  ['\u0430bc', 'character 1 of 3 is U+0430'],
  ['  \uFEFF', 'is blank'],
])('a token that cannot be one is refused without being shown: %j', async (token, problem) => {
  const [found = ''] = await problemsOf({ ...both, source: { url: 'http://bucket', token } });
  expect(found).toContain(`source.token: ${problem}`);
  const [named = ''] = await problemsOf(both, { ...variables, GITLAB_TOKEN: token });
  expect(named).toContain(`target.token (from GITLAB_TOKEN): ${problem}`);
});

test.each([
  ['refs/heads/*', 'travel anyway'],
  ['refs/notes/x', '"notes" decides'],
  ['refs/pull/*', '"pullRequestHeads"'],
  ['refs/*', 'one space below refs/'],
  ['refs/re*', 'one space below refs/'],
  ['refs/a/*/b/*', 'one *'],
  ['heads/x', 'such as refs/review/*'],
  ['refs/a b/*', 'such as refs/review/*'],
])('further refs are patterns of a space of their own: %s', async (pattern, words) => {
  const [problem = ''] = await problemsOf({ ...both, migrate: { refs: [pattern] } });
  expect(problem).toContain('migrate.refs.0');
  expect(problem).toContain(words);
});

test.each(['refs/review/*', 'refs/stash', 'refs/remotes/origin/*', 'refs/cl/*/head'])(
  'a pattern is taken: %s',
  async (pattern) => {
    expect((await load({ ...both, migrate: { refs: [pattern] } })).migrate.refs).toEqual([pattern]);
  },
);

test.each(['', '/x', '-x', 'a b', 'a..b/', 'x.lock/', '.x/', 'x/.y'])(
  'the prefix of heads must begin the name of a branch: %j',
  async (pullRequestHeads) => {
    const [problem = ''] = await problemsOf({ ...both, migrate: { pullRequestHeads } });
    expect(problem).toContain('such as pull-requests/');
  },
);
