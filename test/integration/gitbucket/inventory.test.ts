import { EventEmitter, once } from 'node:events';
import { rmSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type GitBucketVersion, initBare } from '../../../sandbox/gitbucket.ts';
import type { SourceInventory } from '../../../src/model/forge.ts';
import type { Inventory } from '../../../src/model/source.ts';
import { createSelection, type SelectionOptions } from '../../../src/plan/selection.ts';
import { sourceOf } from '../../helpers/adapters.ts';
import { commitOn } from '../../helpers/commits.ts';
import type { TestServers } from '../../helpers/servers.ts';
import { smallServers } from '../../helpers/small-server.ts';

async function read(
  { gitbucket }: TestServers,
  options: Partial<SelectionOptions> = { all: true },
  known: string[] = [],
  mentioned: string[] = [],
): Promise<Inventory> {
  const none = { all: false, groups: [], users: [], repositories: [], include: ['*/*'], exclude: [] };
  const source = sourceOf(gitbucket);
  await source.connect();
  const selection = createSelection({ ...none, ...options });
  return source.inventory({ selection, known, mentioned, progress: () => {} });
}

function ids({ repositories }: SourceInventory): string[] {
  return repositories.map(({ owner, name }) => `${owner}/${name}`);
}

describe('every supported GitBucket', () => {
  for (const version of ['4.23', '4.30', '4.35', '4.47'] satisfies GitBucketVersion[]) {
    test(`${version}: named groups are read with all they own, private repositories too`, async () => {
      const servers = await smallServers({ gitbucket: { version } });
      const inventory = await read(servers, { groups: ['team-a', 'team-b'] });

      expect(ids(inventory)).toEqual(['team-a/one', 'team-a/two', 'team-b/three']);
      expect(inventory.repositories.map((repository) => repository.private)).toEqual([false, false, true]);
      expect(inventory.repositories.map(({ defaultBranch }) => defaultBranch)).toEqual([
        'main',
        'main',
        'main',
      ]);
      expect(inventory.problems).toEqual([]);
      expect(inventory.anonymousAccess).toBe(true);
    });

    test(`${version}: git shows the refs of public, private and empty repositories`, async () => {
      const servers = await smallServers({ gitbucket: { version } });
      servers.gitbucket.addRepository({ owner: 'team-a', name: 'empty' });
      const source = sourceOf(servers.gitbucket);
      await source.connect();

      for (const [owner, name] of [
        ['team-a', 'one'],
        ['team-b', 'three'],
      ] as const) {
        const listing = await source.refs({ owner, name }, 'code');
        expect([...listing.refs.keys()].sort()).toEqual(['refs/heads/main', 'refs/heads/topic']);
        expect(listing.head).toBe('refs/heads/main');
      }
      expect((await source.refs({ owner: 'team-a', name: 'empty' }, 'code')).refs.size).toBe(0);
    });
  }

  for (const version of ['4.30', '4.35', '4.47'] satisfies GitBucketVersion[]) {
    test(`${version}: all owners are found, those without repositories too`, async () => {
      const servers = await smallServers({ gitbucket: { version } });
      servers.gitbucket.addGroup({ login: 'nobody-yet', members: [{ login: 'root', manager: true }] });
      servers.gitbucket.addUser({ login: 'alice', email: 'alice@example.com' });
      servers.gitbucket.addRepository({ owner: 'alice', name: 'tools', private: true });
      const inventory = await read(servers);

      expect(inventory.owners.map(({ login, kind }) => `${kind} ${login}`)).toEqual([
        'user alice',
        'group nobody-yet',
        'user root',
        'group team-a',
        'group team-b',
      ]);
      expect(inventory.owners.find(({ login }) => login === 'alice')?.email).toBe('alice@example.com');
      expect(ids(inventory)).toContain('alice/tools');
    });
  }
});

test('GitBucket 4.23 has no list of owners: --all is refused, names are asked for one by one', async () => {
  const servers = await smallServers({ gitbucket: { version: '4.23' } });
  await expect(read(servers)).rejects.toMatchObject({ code: 'owners-unlisted' });
  expect(ids(await read(servers, { repositories: ['team-b/three'] }))).toEqual(['team-b/three']);
  expect((await read(servers, { groups: ['no-such-group'] })).owners).toEqual([]);
});

test('a server that demands a login for everything is read with the token, and told apart', async () => {
  const servers = await smallServers({ gitbucket: { anonymousAccess: false } });
  const inventory = await read(servers);

  expect(inventory.anonymousAccess).toBe(false);
  expect(ids(inventory)).toEqual(['team-a/one', 'team-a/two', 'team-b/three']);
});

/** What was asked about repositories, and forgets it. */
function asked({ gitbucket }: TestServers): string[] {
  const urls = gitbucket.server.requests.splice(0).map(({ url }) => url.replace('/api/v3/', ''));
  return urls.filter((url) => url.startsWith('repos/') || url.endsWith('/repos')).sort();
}

describe('repositories with exact names', () => {
  test('are looked up one by one, and are known as well as from the list of their owner', async () => {
    const servers = await smallServers();
    const { gitbucket } = servers;
    gitbucket.addRepository({ owner: 'team-b', name: 'four', private: true, description: 'A fourth' });
    gitbucket.addUser({ login: 'alice', email: 'alice@example.com' });
    gitbucket.fork('team-a', 'one', 'alice');
    gitbucket.rename('team-a', 'two', 'two-since');
    const repositories = ['team-a/two-since', 'team-b/four', 'team-b/three', 'alice/one'];
    const whole = await read(servers);
    asked(servers);

    const inventory = await read(servers, { repositories }, [], ['team-a/one', 'team-c/elsewhere']);
    expect(asked(servers)).toEqual([
      'repos/alice/one',
      'repos/team-a/one',
      'repos/team-a/two-since',
      'repos/team-b/four',
      'repos/team-b/three',
    ]);
    const wanted = whole.repositories.filter(({ owner, name }) => repositories.includes(`${owner}/${name}`));
    expect(inventory.repositories).toEqual(wanted);
    expect(inventory.owners).toEqual(whole.owners);
    expect(inventory.problems).toEqual([]);
  });

  test('are read with the list of their owner when that shows more', async () => {
    const servers = await smallServers();
    const list = 'users/team-a/repos';
    const one = { repositories: ['team-a/one'] };
    const lists = async (...request: [Partial<SelectionOptions>, string[]?]): Promise<string[]> => {
      const [selection, mentioned = []] = request;
      const { listed } = await read(servers, selection, [], mentioned);
      expect(listed.get('team-a')).toEqual(['team-a/two', 'team-a/one']);
      return asked(servers);
    };
    // Nothing is there by that name, or only in other letter case, or it is excluded.
    expect(await lists({ repositories: ['team-a/one', 'team-a/gone'] })).toContain(list);
    servers.gitbucket.server.faults.add({
      url: /repos\/team-a\/One$/,
      action: { kind: 'status', status: 200, body: '{"name":"one","private":false,"default_branch":"main"}' },
    });
    expect(await lists({ repositories: ['team-a/One'] })).toContain(list);
    expect(await lists({ ...one, exclude: ['team-a/one'] })).toContain(list);
    // What the config names is not there, or not a name.
    expect(await lists(one, ['team-a/gone'])).toContain(list);
    expect(await lists(one, ['one'])).toEqual([list]);
    // More may be meant, or the path says something else, or each would cost a request.
    expect(await lists({ ...one, groups: ['team-a'] })).toEqual([list]);
    expect(await lists({ repositories: ['team-a/one', 'team-a/t*'] })).toEqual([list]);
    expect(await lists({ repositories: ['team-a/one', 'team-a/..'] })).toEqual([list]);
    const many = Array.from({ length: 51 }, (_, index) => `team-a/x${index}`);
    expect(await lists({ repositories: many })).toEqual([list]);
  });

  test('that are damaged are told as the list of their owner tells them, and others do not suffer', async () => {
    const servers = await smallServers();
    servers.gitbucket.break('team-a', 'two');
    const damaged = await read(servers, { repositories: ['team-a/one', 'team-a/two'] });
    expect(ids(damaged)).toEqual(['team-a/one']);
    expect(damaged.problems.map(({ code }) => code)).toEqual(['owner-unreadable', 'repository-broken']);
    const other = await read(servers, { repositories: ['team-a/one'] });
    expect([ids(other), other.problems]).toEqual([['team-a/one'], []]);
  });
});

test('owners are read side by side, as many as the server bears', async () => {
  const servers = await smallServers();
  const { gitbucket } = servers;
  for (let index = 0; index < 12; index += 1)
    gitbucket.addGroup({ login: `group-${index}`, members: [{ login: 'root', manager: true }] });
  let running = 0;
  let most = 0;
  const gate = new EventEmitter();
  const full = once(gate, 'full');
  const call = async (): Promise<void> => {
    running += 1;
    most = Math.max(most, running);
    if (running === 4) gate.emit('full');
    await full;
    await new Promise(setImmediate);
    running -= 1;
  };
  gitbucket.server.faults.add({ url: /\/repos$/, times: Infinity, action: { kind: 'notice', call } });
  expect(ids(await read(servers))).toHaveLength(3);
  expect(most).toBe(4);
});

describe('a damaged repository', () => {
  for (const how of ['missing', 'empty'] as const) {
    test(`whose directory is ${how} is isolated: its owner's other public ones and all other owners are read`, async () => {
      const servers = await smallServers();
      servers.gitbucket.break('team-a', 'two', how);
      const inventory = await read(servers);

      expect(ids(inventory)).toEqual(['team-a/one', 'team-b/three']);
      expect(inventory.problems.map(({ code, object }) => `${code} ${object}`)).toEqual([
        'owner-unreadable team-a',
        'repository-broken team-a/two',
      ]);
      expect(inventory.problems[0]?.message).toContain('1 found another way');
    });
  }

  test('that is private is named all the same when an earlier run knew it or it was named', async () => {
    const servers = await smallServers();
    const { gitbucket } = servers;
    gitbucket.addRepository({ owner: 'team-b', name: 'four', private: true, defaultBranch: 'main' });
    gitbucket.break('team-b', 'three');

    const blind = await read(servers);
    expect(blind.problems.map(({ object }) => object)).toEqual(['team-b']);
    expect(ids(blind)).toEqual(['team-a/one', 'team-a/two']);

    const knowing = await read(servers, { all: true }, [
      'team-b/three',
      'team-b/four',
      'team-b/renamed-since',
    ]);
    expect(ids(knowing)).toEqual(['team-a/one', 'team-a/two', 'team-b/four']);
    expect(knowing.problems.map(({ object }) => object)).toEqual(['team-b', 'team-b/three']);

    const named = await read(servers, { repositories: ['team-b/four', 'team-b/three'] });
    expect(ids(named)).toEqual(['team-b/four']);
    expect(named.problems.map(({ code }) => code)).toContain('repository-broken');
  });
});

test('a disabled account that owns a public repository is warned of, for its repositories are invisible', async () => {
  const servers = await smallServers();
  const { gitbucket } = servers;
  gitbucket.addUser({ login: 'gone', email: 'gone@example.com' });
  gitbucket.addRepository({ owner: 'gone', name: 'left-behind' });
  gitbucket.disable('gone');
  const inventory = await read(servers);

  expect(ids(inventory)).toEqual(['team-a/one', 'team-a/two', 'team-b/three']);
  expect(inventory.warnings).toHaveLength(1);
  expect(inventory.warnings[0]).toContain('at least one account that owns a public repository is disabled');
});

test('the wiki is listed beside the code, and one without refs is not looked for in the API', async () => {
  const { gitbucket } = await smallServers();
  const source = sourceOf(gitbucket);
  await source.connect();
  const repository = { owner: 'team-a', name: 'one' };
  const directory = gitbucket.wikiDir('team-a', 'one');
  rmSync(directory, { recursive: true, force: true });
  initBare(directory, 'main');
  gitbucket.server.requests.length = 0;
  expect((await source.refs(repository, 'wiki')).refs.size).toBe(0);
  expect(gitbucket.server.requests.map(({ url }) => url)).toEqual([
    '/git/team-a/one.wiki.git/info/refs?service=git-upload-pack',
  ]);

  const id = commitOn(directory, 'main', 'a page');
  expect(await source.refs(repository, 'wiki')).toMatchObject({
    refs: new Map([['refs/heads/main', id]]),
    head: 'refs/heads/main',
  });
});

test('a wiki that is gone looks empty, also where the server refuses it, before 4.31 (GB-132)', async () => {
  const { gitbucket } = await smallServers();
  const source = sourceOf(gitbucket);
  await source.connect();
  const repository = { owner: 'team-a', name: 'one' };
  rmSync(gitbucket.wikiDir('team-a', 'one'), { recursive: true, force: true });
  expect((await source.refs(repository, 'wiki')).refs.size).toBe(0);

  gitbucket.server.faults.add({
    url: /^\/git\/team-a\/one\.wiki\.git\/info\/refs/,
    action: { kind: 'status', status: 404 },
  });
  expect((await source.refs(repository, 'wiki')).refs.size).toBe(0);
});

describe('what git refuses is told apart', () => {
  test('a damaged directory, a repository that is gone, and a right that is missing', async () => {
    const servers = await smallServers();
    const { gitbucket } = servers;
    gitbucket.addUser({ login: 'alice', email: 'alice@example.com' });
    gitbucket.break('team-a', 'two');
    const root = sourceOf(gitbucket);
    await root.connect();
    await expect(root.refs({ owner: 'team-a', name: 'two' }, 'code')).rejects.toMatchObject({
      code: 'repository-broken',
    });
    await expect(root.refs({ owner: 'team-a', name: 'no-such' }, 'code')).rejects.toMatchObject({
      code: 'repository-unreadable',
    });
    const alice = sourceOf(gitbucket, 'alice');
    await alice.connect();
    await expect(alice.refs({ owner: 'team-b', name: 'three' }, 'code')).rejects.toMatchObject({
      code: 'repository-unreadable',
    });
  });

  test('an answer without refs is an error when the API lists branches', async () => {
    const servers = await smallServers();
    const empty = '001e# service=git-upload-pack\n00000000';
    servers.gitbucket.server.faults.add({
      url: /^\/git\/team-a\/one\.git\/info\/refs/,
      action: {
        kind: 'status',
        status: 200,
        headers: { 'content-type': 'application/x-git-upload-pack-advertisement' },
        body: empty,
      },
    });
    const source = sourceOf(servers.gitbucket);
    await source.connect();
    await expect(source.refs({ owner: 'team-a', name: 'one' }, 'code')).rejects.toMatchObject({
      code: expect.stringMatching(/^(listing-disagrees|fetch-failed)$/) as string,
    });
  });
});
