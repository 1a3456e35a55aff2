import { describe, expect, test } from 'vitest';
import {
  addCollaborator,
  addDeployKey,
  addHook,
  type EmbeddedGitBucket,
  type GitBucketOptions,
  type GitBucketVersion,
} from '../../../sandbox/gitbucket.ts';
import type { Collaborator } from '../../../src/model/people.ts';
import { sourceOf } from '../../helpers/adapters.ts';
import { commitOn } from '../../helpers/commits.ts';
import { testServers } from '../../helpers/servers.ts';

const administrator = { username: 'root', password: 'root' };
const owner = { username: 'alice', password: 'alice' };
const app = { owner: 'alice', name: 'c++.app' };
const id = 'alice/c++.app';

function member(login: string, manager = false) {
  return { login, manager };
}

async function furnished(options: Partial<GitBucketOptions> = {}): Promise<EmbeddedGitBucket> {
  const { gitbucket } = await testServers({ gitbucket: options });
  for (const login of ['alice', 'bob.b', 'carol', 'x@corp'])
    gitbucket.addUser({ login, email: `${login}@example.com` });
  gitbucket.addGroup({ login: 'team', members: [member('bob.b', true), member('carol')] });
  gitbucket.addGroup({ login: 'other', members: [member('bob.b', true), member('root')] });
  for (const name of [app.name, 'plain']) {
    gitbucket.addRepository({ owner: 'alice', name, private: true });
    commitOn(gitbucket.gitDir('alice', name), 'main', 'first');
  }
  gitbucket.server.requests.length = 0;
  return gitbucket;
}

function asked({ server }: EmbeddedGitBucket): string[] {
  return server.requests.splice(0).map(({ method, url }) => `${method} ${url}`);
}

const query = 'POST /admin/dbviewer/_query';
const versions: GitBucketVersion[] = ['4.36', '4.42', '4.47'];

function share({ context }: EmbeddedGitBucket): void {
  addCollaborator(context, id, 'bob.b', 'GUEST');
  addCollaborator(context, id, 'team', 'ADMIN');
  addCollaborator(context, id, 'x@corp', 'DEVELOPER');
}

describe('collaborators', () => {
  const rows: Collaborator[] = [
    { name: 'bob.b', kind: 'user', role: 'guest' },
    { name: 'team', kind: 'group', role: 'admin' },
    { name: 'x@corp', kind: 'user', role: 'developer' },
  ];

  for (const version of versions)
    test(`${version}: are the same by database, by the owner's page and by the API`, async () => {
      const gitbucket = await furnished({ version });
      share(gitbucket);
      const [byQuery, byPage, byToken] = [administrator, owner, {}].map((login) =>
        sourceOf(gitbucket, 'root', login),
      );
      expect(await byQuery?.collaborators(app)).toEqual({ value: rows, via: ['database'], notices: [] });
      await byQuery?.collaborators({ owner: 'alice', name: 'plain' });
      expect(asked(gitbucket)).toEqual(['POST /signin', query, query, query]);
      expect(await byPage?.collaborators(app)).toEqual({ value: rows, via: ['session'], notices: [] });
      asked(gitbucket);
      expect(await byToken?.collaborators(app)).toEqual({ value: rows, via: ['api'], notices: [] });
      const requests = asked(gitbucket).filter((request) => request.includes('/repos/'));
      // The group "other" has a member whom the list does not show.
      expect(requests.map((request) => request.split('/collaborators')[1] ?? '').sort()).toEqual([
        '',
        '/bob.b/permission',
        '/carol/permission',
        '/team/permission',
        '/x%40corp/permission',
      ]);
    });

  test('that there are none costs one request by the API', async () => {
    const gitbucket = await furnished();
    const source = sourceOf(gitbucket);
    await source.members('team');
    asked(gitbucket);
    expect(await source.collaborators({ owner: 'alice', name: 'plain' })).toMatchObject({ value: [] });
    expect(asked(gitbucket)).toHaveLength(1);
  });

  test('are told without roles before 4.35', async () => {
    const gitbucket = await furnished({ version: '4.30' });
    share(gitbucket);
    const { value } = await sourceOf(gitbucket).collaborators(app);
    expect(value).toEqual(['bob.b', 'carol', 'x@corp'].map((name) => ({ name, kind: 'user', role: null })));
  });

  test('who come through a disabled group are named, since nobody tells their role', async () => {
    const gitbucket = await furnished();
    share(gitbucket);
    const team = gitbucket.context.account('team');
    if (team) team.disabled = true;
    const { value, notices } = await sourceOf(gitbucket).collaborators(app);
    expect(value?.map(({ name }) => name)).toEqual(['bob.b', 'x@corp']);
    expect(notices).toHaveLength(1);
    expect(notices[0]).toMatchObject({ code: 'collaborators-unexplained', object: id });
    expect(notices[0]?.message).toContain(': carol');
    const exact = await sourceOf(gitbucket, 'root', administrator).collaborators(app);
    expect(exact).toMatchObject({ value: rows, notices: [] });
  });

  test('of a repository that was made after the database was read are asked for by the API', async () => {
    const gitbucket = await furnished();
    const source = sourceOf(gitbucket, 'root', administrator);
    await source.collaborators(app);
    gitbucket.addRepository({ owner: 'alice', name: 'new' });
    addCollaborator(gitbucket.context, 'alice/new', 'carol', 'GUEST');
    const { value, via } = await source.collaborators({ owner: 'alice', name: 'new' });
    expect([value, via]).toEqual([[{ name: 'carol', kind: 'user', role: 'guest' }], ['session']]);
  });

  test('are not told by half when the login ends in the middle', async () => {
    const gitbucket = await furnished();
    const source = sourceOf(gitbucket, 'root', administrator);
    await source.options(app);
    gitbucket.server.faults.add({ url: /dbviewer/, action: { kind: 'status', status: 404 } });
    await expect(source.collaborators(app)).rejects.toMatchObject({ code: 'server-error' });
  });
});

describe('options', () => {
  const chosen = {
    issuesOption: 'DISABLE',
    externalIssuesUrl: 'https://t.example/?a=1&b="2"',
    wikiOption: 'PRIVATE',
    allowFork: false,
    mergeOptions: ['squash', 'rebase'],
    defaultMergeOption: 'rebase',
    safeMode: false,
  };
  const expected = {
    issues: 'off',
    externalIssues: 'https://t.example/?a=1&b="2"',
    wiki: 'developers',
    externalWiki: null,
    forking: false,
    mergeMethods: ['squash', 'rebase'],
    defaultMergeMethod: 'rebase',
    safeMode: false,
  };

  for (const version of versions)
    test(`${version}: are the same by database and by the owner's page`, async () => {
      const gitbucket = await furnished({ version });
      Object.assign(gitbucket.context.repository('alice', app.name) ?? {}, chosen);
      const plain = { owner: 'alice', name: 'plain' };
      const usual = {
        ...expected,
        issues: 'collaborators',
        externalIssues: null,
        wiki: 'collaborators',
        forking: true,
        mergeMethods: ['merge-commit', 'squash', 'rebase'],
        defaultMergeMethod: 'merge-commit',
        safeMode: true,
      };
      const byQuery = sourceOf(gitbucket, 'root', administrator);
      expect(await byQuery.options(app)).toEqual({ value: expected, via: ['database'], notices: [] });
      expect(await byQuery.options(plain)).toMatchObject({ value: usual });
      expect(asked(gitbucket)).toEqual(['POST /signin', query]);
      const byPage = sourceOf(gitbucket, 'root', owner);
      expect(await byPage.options(app)).toEqual({ value: expected, via: ['session'], notices: [] });
      expect(await byPage.options(plain)).toMatchObject({ value: usual });
    });

  const nothing = {
    issues: null,
    externalIssues: null,
    wiki: null,
    externalWiki: null,
    forking: null,
    mergeMethods: null,
    defaultMergeMethod: null,
    safeMode: null,
  };

  test('are told as on or off by the page of a public repository', async () => {
    const gitbucket = await furnished();
    for (const name of ['open', 'shut']) gitbucket.addRepository({ owner: 'team', name });
    const { issuesOption, externalIssuesUrl } = chosen;
    const shut = { issuesOption, externalIssuesUrl, wikiOption: 'DISABLE' };
    Object.assign(gitbucket.context.repository('team', 'shut') ?? {}, shut);
    const { externalIssues } = expected;
    const source = sourceOf(gitbucket);
    expect(await source.options({ owner: 'team', name: 'shut' })).toEqual({
      value: { ...nothing, issues: 'off', externalIssues, wiki: 'off' },
      via: ['page'],
      notices: [],
    });
    expect(await source.options({ owner: 'team', name: 'open' })).toMatchObject({
      value: { ...nothing, issues: 'on', wiki: 'on' },
    });
    expect(asked(gitbucket)).toEqual(['GET /team/shut', 'GET /team/open']);
    const member = sourceOf(gitbucket, 'root', { username: 'x@corp', password: 'x@corp' });
    expect(await member.options({ owner: 'team', name: 'open' })).toMatchObject({ via: ['session'] });
  });

  test('of a private repository are hardly told by a token: whether there are issues, since 4.35', async () => {
    for (const [version, off, on] of [
      ['4.47', 'off', 'on'],
      ['4.30', null, null],
    ] as const) {
      const gitbucket = await furnished({ version });
      Object.assign(gitbucket.context.repository('alice', app.name) ?? {}, chosen);
      const source = sourceOf(gitbucket);
      expect(await source.options(app)).toEqual({
        value: { ...nothing, issues: off },
        via: ['api'],
        notices: [],
      });
      expect(await source.options({ owner: 'alice', name: 'plain' })).toMatchObject({
        value: { issues: on },
      });
    }
  });
});

async function ruled(version: GitBucketVersion): Promise<EmbeddedGitBucket> {
  const gitbucket = await furnished({ version });
  const directory = gitbucket.gitDir('alice', 'plain');
  for (const branch of ['release/1.0/x', 'free', 'a;b%c']) commitOn(directory, branch, branch);
  const since44 = version === '4.47';
  gitbucket.context.repository('alice', 'plain')?.protections.push(
    {
      branch: 'release/1.0/x',
      enforceAdmins: true,
      contexts: ['ci/test', 'ci/build'],
      ...(since44 && { restrictedTo: ['x@corp', 'bob.b'] }),
    },
    { branch: 'main', enforceAdmins: false },
    { branch: 'a;b%c', enforceAdmins: false, contexts: ['ci'] },
    { branch: 'gone', enforceAdmins: false, contexts: ['ci'] },
  );
  gitbucket.server.requests.length = 0;
  return gitbucket;
}

describe('rules of branches', () => {
  const branches = ['main', 'release/1.0/x', 'main/protection', 'free', 'a;b%c'];

  for (const version of versions)
    test(`${version}: are the same by database and by the API, those of gone branches aside`, async () => {
      const gitbucket = await ruled(version);
      const plain = { owner: 'alice', name: 'plain' };
      const rules = [
        { branch: 'a;b%c', statusChecks: ['ci'], pushers: null, administratorsToo: false },
        { branch: 'main', statusChecks: null, pushers: null, administratorsToo: false },
        {
          branch: 'release/1.0/x',
          statusChecks: ['ci/build', 'ci/test'],
          pushers: version === '4.47' ? ['bob.b', 'x@corp'] : null,
          administratorsToo: true,
        },
      ];
      const gone = { branch: 'gone', statusChecks: ['ci'], pushers: null, administratorsToo: false };
      const byQuery = await sourceOf(gitbucket, 'root', administrator).branchRules(plain, branches);
      const [first, ...others] = rules;
      expect(byQuery.value).toEqual({ rules: [first, gone, ...others], untold: [], goneToo: true });
      expect(asked(gitbucket)).toEqual(['POST /signin', query, query, query, query]);
      const byToken = await sourceOf(gitbucket).branchRules(plain, branches);
      expect(byToken.value).toEqual({ rules, untold: ['main/protection'], goneToo: false });
      expect(asked(gitbucket)).toHaveLength(4);
    });

  test('are asked for 500 branches at most, and the others are named', async () => {
    const gitbucket = await ruled('4.47');
    const many = ['main', ...Array.from({ length: 505 }, (_, index) => `b${index}`)];
    const { value } = await sourceOf(gitbucket).branchRules({ owner: 'alice', name: 'plain' }, many);
    expect(value?.rules.map(({ branch }) => branch)).toEqual(['main']);
    expect(value?.untold).toHaveLength(6);
  });
});

describe('keys and webhooks', () => {
  test('deploy keys are told by the database only, in one query for all repositories', async () => {
    const gitbucket = await furnished();
    const key = { title: "ci 'é'", publicKey: 'ssh-rsa AAAA build host 1', allowWrite: true };
    for (const name of [id, 'alice/plain'] as const)
      addDeployKey(gitbucket.context, name, { ...key, allowWrite: name === id });
    const source = sourceOf(gitbucket, 'root', administrator);
    const told = { title: "ci 'é'", key: 'ssh-rsa AAAA build host 1' };
    expect(await source.deployKeys(app)).toMatchObject({
      value: [{ ...told, canPush: true }],
      via: ['database'],
    });
    expect(await source.deployKeys({ owner: 'alice', name: 'plain' })).toMatchObject({
      value: [{ ...told, canPush: false }],
    });
    expect(asked(gitbucket)).toEqual(['POST /signin', query, query]);
    for (const login of [owner, {}])
      expect(await sourceOf(gitbucket, 'root', login).deployKeys(app)).toMatchObject({
        value: null,
        via: [],
      });
  });

  test('webhooks are told with secrets and silent ones by the database, with secrets by the owner, else without', async () => {
    const gitbucket = await furnished();
    const { context } = gitbucket;
    const [json, form, silent] = ['https://a.example/?x=1&y=2', 'https://b.example/', 'https://c.example/'];
    if (!json || !form || !silent) throw new Error('no addresses');
    addHook(context, id, { url: form, events: ['push'] });
    addHook(context, id, { url: json, contentType: 'json', events: ['push', 'issues'], secret: 's3"<cret' });
    addHook(context, id, { url: silent, events: [] });
    const first = { url: json, contentType: 'json', events: ['issues', 'push'] };
    const second = { url: form, contentType: 'form', events: ['push'] };
    const told = [
      { ...first, signed: true, secret: 's3"<cret' },
      { ...second, signed: false, secret: null },
    ];
    const third = { url: silent, contentType: 'form', events: [], signed: false, secret: null };

    const byQuery = await sourceOf(gitbucket, 'root', administrator).webhooks(app);
    expect([byQuery.value, byQuery.via]).toEqual([
      { hooks: [...told, third], silentToo: true },
      ['database'],
    ]);
    const byOwner = await sourceOf(gitbucket, 'root', owner).webhooks(app);
    expect([byOwner.value, byOwner.via]).toEqual([{ hooks: told, silentToo: false }, ['api', 'session']]);
    asked(gitbucket);
    const byToken = await sourceOf(gitbucket).webhooks(app);
    const unknown = { signed: null, secret: null };
    expect([byToken.value, byToken.via]).toEqual([
      { hooks: [first, second].map((hook) => ({ ...hook, ...unknown })), silentToo: false },
      ['api'],
    ]);
    expect(asked(gitbucket)).toHaveLength(1);
  });

  test('secrets that are learned on the way are named to whoever keeps them out of logs', async () => {
    const gitbucket = await furnished();
    addHook(gitbucket.context, id, { url: 'https://a.example/', events: ['push'], secret: 's3cret' });
    const secrets: string[] = [];
    const keepSecret = (secret: string): void => void secrets.push(secret);
    await sourceOf(gitbucket, 'root', { ...administrator, keepSecret }).webhooks(app);
    expect(secrets).toEqual([expect.stringMatching(/^node0/), 's3cret']);
  });

  test('webhooks cannot be told by a token before 4.35', async () => {
    const gitbucket = await furnished({ version: '4.30' });
    expect(await sourceOf(gitbucket).webhooks(app)).toMatchObject({ value: null, via: [] });
  });
});
