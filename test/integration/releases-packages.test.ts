import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { addRelease } from '../../sandbox/gitbucket.ts';
import { commitOn, git } from '../helpers/commits.ts';
import { killed, migrated, verified, verifiedAfterRuns, type Migration } from '../helpers/migrated.ts';
import { testServers, type TestServers } from '../helpers/servers.ts';

const on: Migration = { password: 'root', config: { migrate: { releaseFiles: 'packages' } } };
const id = 'team/app';
const assets = ['b i n ü.dat', 'app.tar.gz', 'app.tar.gz', '~odd@', '..'];

async function world(): Promise<TestServers> {
  const servers = await testServers();
  const { gitbucket } = servers;
  gitbucket.addUser({ login: 'ann', email: 'ann@example.com' });
  gitbucket.addGroup({ login: 'team', members: [{ login: 'ann', manager: true }] });
  gitbucket.addRepository({ owner: 'team', name: 'app', defaultBranch: 'main' });
  const dir = gitbucket.gitDir('team', 'app');
  const commit = commitOn(dir, 'main', 'one');
  for (const tag of ['v1', 'rel/2']) git(dir, 'update-ref', `refs/tags/${tag}`, commit);
  await addRelease(gitbucket.context, id, {
    tag: 'v1',
    author: 'ann',
    createdAt: Date.UTC(2021, 4, 3),
    assets: assets.map((name, index) => ({ name, bytes: Buffer.from(`bytes ${index}`) })),
  });
  await addRelease(gitbucket.context, id, {
    tag: 'rel/2',
    author: 'ann',
    createdAt: Date.UTC(2021, 5, 3),
    assets: [{ name: 'app.tar.gz', bytes: Buffer.from('the second') }],
  });
  return servers;
}

type Step = { step: string; notices?: { code: string; message: string }[] } & Record<string, unknown>;

function stepIn(run: { item(id: string): { steps: readonly object[] } }): Step | undefined {
  return (run.item(id).steps as Step[]).find(({ step }) => step === 'releases');
}

function packagesAt({ gitlab }: TestServers) {
  return gitlab.project(id).tracker?.packages ?? [];
}

function linksAt({ gitlab }: TestServers) {
  return gitlab.project(id).tracker?.releases.flatMap(({ links }) => links) ?? [];
}

async function read({ gitlab }: TestServers, url: string): Promise<string> {
  const answer = await fetch(url, { headers: { 'private-token': gitlab.token('root') } });
  expect(answer.status, url).toBe(200);
  return answer.text();
}

/** Puts a file there as somebody who uses GitLab does. */
async function putByHand({ gitlab }: TestServers, path: string, body: string): Promise<void> {
  const url = `${gitlab.url}/api/v4/projects/${gitlab.project(id).id}/packages/generic/${path}`;
  const headers = { 'private-token': gitlab.token('root'), 'content-type': 'application/octet-stream' };
  expect((await fetch(url, { method: 'PUT', headers, body })).status).toBe(201);
}

test('files of releases lie in packages called like the project and the tag, under names that GitLab takes', async () => {
  const servers = await world();
  const first = await migrated(servers, on);
  expect(stepIn(first)).toMatchObject({ state: 'proven', counts: { create: 2 } });
  expect(
    packagesAt(servers).map(({ name, version, files }) => [name, version, files.map((file) => file.name)]),
  ).toEqual([
    ['app', 'v1', ['b_i_n__.dat', 'app.tar.gz', 'app-2.tar.gz', '_odd_', '_']],
    ['app', 'rel_2', ['app.tar.gz']],
  ]);
  expect(linksAt(servers).map(({ name, linkType }) => [name, linkType])).toEqual(
    ['b i n ü.dat', 'app.tar.gz', 'app (2).tar.gz', '~odd@', '..', 'app.tar.gz'].map((name) => [
      name,
      'package',
    ]),
  );
  for (const [index, { url }] of linksAt(servers).entries())
    expect(await read(servers, url)).toBe(index === 5 ? 'the second' : `bytes ${index}`);
  expect(servers.gitlab.project(id).tracker?.uploads).toEqual([]);

  const again = await migrated(servers, on);
  expect(again.writes).toEqual([]);
  for (const proof of [verified, verifiedAfterRuns]) {
    const project = (await proof(servers, on)).find((item) => item.id === id);
    expect(project?.steps.find(({ step }) => step === 'releases')).toMatchObject({
      state: 'proven',
      check: { compared: 2, differences: [] },
    });
  }
});

test('what somebody has put into a package of that name is not hidden, and other bytes are found', async () => {
  const servers = await world();
  await migrated(servers, { password: 'root', config: { migrate: { releases: false } } });
  await putByHand(servers, 'app/v1/app.tar.gz', 'by hand');
  await migrated(servers, on);
  const v1 = packagesAt(servers).find(({ version }) => version === 'v1');
  expect(v1?.files.map(({ name }) => name)).toEqual([
    'app.tar.gz',
    'b_i_n__.dat',
    'app-2.tar.gz',
    'app-3.tar.gz',
    '_odd_',
    '_',
  ]);
  await putByHand(servers, 'app/v1/app-2.tar.gz', 'other');
  const project = (await verified(servers, on)).find((item) => item.id === id);
  expect(project?.steps.find(({ step }) => step === 'releases')).toMatchObject({
    state: 'failed',
    check: { differences: [{ code: 'release-file-differs' }] },
  });
});

test('a file that is too large, and a project without packages, are told; a later run goes on', async () => {
  const servers = await world();
  servers.gitlab.settings.maxPackageSize = 8;
  const large = await migrated(servers, on);
  expect(stepIn(large)?.['check']).toMatchObject({
    differences: [
      {
        code: 'release-file-left',
        message: 'release rel/2: app.tar.gz: 400 Bad request - File is too large',
      },
    ],
  });
  servers.gitlab.settings.maxPackageSize = 100;
  servers.gitlab.project(id).attributes['packages_enabled'] = false;
  const off = await migrated(servers, on);
  expect(stepIn(off)?.['check']).toMatchObject({
    differences: [{ message: 'release rel/2: app.tar.gz: the project takes no packages (403 Forbidden)' }],
  });
  servers.gitlab.project(id).attributes['packages_enabled'] = true;
  expect(stepIn(await migrated(servers, on))?.['state']).toBe('proven');
  expect(linksAt(servers).map(({ linkType }) => linkType)).toEqual(
    Array.from({ length: 6 }, () => 'package'),
  );
});

test.each([
  ['the first file', 1, true],
  ['the first file', 1, false],
  ['the release', 6, true],
  ['the file of another release', 7, true],
])(
  'a run that is killed at %s is finished by the next one: no file lies there twice',
  async (_, write, served) => {
    const servers = await world();
    const of = /\/packages\/generic\/|\/releases/;
    expect(await killed(servers, { ...on, killAt: { write, served, of } })).toBe(true);
    const next = await migrated(servers, on);
    expect(stepIn(next)?.['state']).toBe('proven');
    expect(packagesAt(servers).map(({ files }) => files.length)).toEqual([5, 1]);
    expect((await migrated(servers, on)).writes).toEqual([]);
  },
);

test('two files of the same bytes are two files, also after a run that was killed between them', async () => {
  const servers = await world();
  const bytes = Buffer.from('the same');
  await addRelease(servers.gitbucket.context, id, {
    tag: 'v1.1',
    author: 'ann',
    createdAt: Date.UTC(2021, 6, 3),
    assets: ['a', 'b'].map((name) => ({ name, bytes })),
  });
  const dir = servers.gitbucket.gitDir('team', 'app');
  git(dir, 'update-ref', 'refs/tags/v1.1', commitOn(dir, 'main', 'two'));
  expect(
    await killed(servers, { ...on, killAt: { write: 1, served: true, of: /generic\/app\/v1\.1\/b/ } }),
  ).toBe(true);
  await migrated(servers, on);
  const files = packagesAt(servers).find(({ version }) => version === 'v1.1')?.files;
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  expect(files).toMatchObject([
    { name: 'a', sha256 },
    { name: 'b', sha256 },
  ]);
  expect(new Set(linksAt(servers).map(({ url }) => url)).size).toBe(8);
});
