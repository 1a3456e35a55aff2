import { expect, test } from 'vitest';
import { addAttachment, addRelease } from '../../sandbox/gitbucket.ts';
import { plannedStep } from '../../src/model/plan.ts';
import { commitOn, git } from '../helpers/commits.ts';
import {
  killed,
  migrated,
  verified,
  verifiedAfterRuns,
  type Migrated,
  type Migration,
} from '../helpers/migrated.ts';
import { testServers, type TestServers } from '../helpers/servers.ts';

const on: Migration = { password: 'root', config: { migrate: { releases: true } } };
const id = 'team/app';
const written = Date.UTC(2021, 4, 3, 9, 30, 15);
const bytes = Buffer.from('twelve bytes');

async function world(repository: { private?: boolean } = {}): Promise<TestServers> {
  const servers = await testServers();
  const { gitbucket } = servers;
  gitbucket.addUser({ login: 'ann', email: 'ann@example.com' });
  gitbucket.addGroup({ login: 'team', members: [{ login: 'ann', manager: true }] });
  gitbucket.addRepository({ owner: 'team', name: 'app', defaultBranch: 'main', ...repository });
  const dir = gitbucket.gitDir('team', 'app');
  const commit = commitOn(dir, 'main', 'one');
  for (const tag of ['v1', 'rel/2']) git(dir, 'update-ref', `refs/tags/${tag}`, commit);
  const link = await addAttachment(gitbucket.context, id, 'plan.txt', Buffer.from('the plan'));
  await addRelease(gitbucket.context, id, {
    tag: 'v1',
    name: 'First',
    body: `notes\r\nof it: [plan.txt](${link})`,
    author: 'ann',
    createdAt: written,
    assets: [
      { name: 'b i n ü.dat', bytes },
      { name: 'app.tar.gz', bytes: Buffer.from('one') },
      { name: 'app.tar.gz', bytes: Buffer.from('another') },
    ],
  });
  await addRelease(gitbucket.context, id, { tag: 'rel/2', author: 'ann', createdAt: written + 86_400_000 });
  return servers;
}

function stepIn(run: Migrated) {
  return run.item(id).steps.find(({ step }) => step === 'releases');
}

function toldIn(run: Migrated): string[] {
  const step = stepIn(run);
  return [...(step?.notices ?? []), ...(step?.check?.differences ?? [])].map(({ code }) => code);
}

function at({ gitlab }: TestServers) {
  const { tracker } = gitlab.project(id);
  if (tracker === undefined) throw new Error('it has no tracker yet');
  return tracker;
}

function sourceReleases({ gitbucket }: TestServers) {
  return gitbucket.context.state.tracker[id]?.releases ?? [];
}

test('releases keep tag, name, text, date and files, once', async () => {
  const servers = await world();
  const first = await migrated(servers, on);
  expect(plannedStep(first.planned(id), 'releases')).toMatchObject({ changes: true, counts: { create: 2 } });
  expect(first.plan.uncounted).not.toContain('releases');
  expect(stepIn(first)).toMatchObject({ state: 'proven', changed: true, counts: { create: 2 } });
  expect(toldIn(first)).toEqual([]);
  const [v1, second] = at(servers).releases;
  expect(v1).toMatchObject({ tag: 'v1', name: 'First', releasedAt: new Date(written).toISOString() });
  expect(v1?.description).toMatch(/Released by \[ann\].*2021-05-03 09:30 UTC/);
  expect(v1?.description).toMatch(/\[plan\.txt\]\(\/uploads\/[\da-f]{32}\/plan\.txt\)/);
  expect(second).toMatchObject({ tag: 'rel/2', name: 'rel/2' });
  // R03: two files of one name are two links.
  expect(v1?.links.map(({ name }) => name)).toEqual(['b i n ü.dat', 'app.tar.gz', 'app (2).tar.gz']);
  expect(servers.gitlab.mails).toEqual([]);

  const again = await migrated(servers, on);
  expect(again.writes).toEqual([]);
  expect(stepIn(again)).toMatchObject({ state: 'proven', changed: false, counts: { unchanged: 2 } });
  for (const proof of [verified, verifiedAfterRuns]) {
    const project = (await proof(servers, on)).find((item) => item.id === id);
    expect(project?.steps.find(({ step }) => step === 'releases')).toMatchObject({
      state: 'proven',
      check: { compared: 2, differences: [] },
    });
  }
});

test('R02: links of files open, with a session where the project is not public', async () => {
  const servers = await world();
  await migrated(servers, on);
  const { gitlab } = servers;
  const [release] = at(servers).releases;
  for (const { name, url } of release?.links ?? []) {
    expect(url).toMatch(new RegExp(`^${gitlab.url}/-/project/\\d+/uploads/[\\da-f]{32}/`));
    const [, secret, file] = /uploads\/([\da-f]{32})\/(.+)$/.exec(url) ?? [];
    const path = `/api/v4/projects/${gitlab.project(id).id}/uploads/${secret}/${file}`;
    const answer = await fetch(gitlab.url + path, { headers: { 'private-token': gitlab.token('root') } });
    expect(answer.status, name).toBe(200);
  }
  const [binary] = release?.links ?? [];
  gitlab.project(id).visibility = 'private';
  expect((await fetch(binary?.url ?? '', { redirect: 'manual' })).status).not.toBe(200);
  gitlab.project(id).visibility = 'public';
  expect(Buffer.from(await (await fetch(binary?.url ?? '')).arrayBuffer())).toEqual(bytes);
});

test('R03: a file that is truncated on GitBucket moves as it is, and is told', async () => {
  const servers = await world();
  const [asset] = sourceReleases(servers)[0]?.assets ?? [];
  if (asset !== undefined) asset.size = 5000;
  const run = await migrated(servers, on);
  expect(stepIn(run)).toMatchObject({ state: 'proven' });
  expect(stepIn(run)?.check?.differences.map(({ message }) => message)).toEqual([
    'release v1: b i n ü.dat: GitBucket has 12 of the 5000 bytes that it announces',
  ]);
});

test('R04: a release whose date has yet to come by the clock of GitLab is none that is upcoming', async () => {
  const servers = await world();
  const [release] = sourceReleases(servers);
  if (release !== undefined) release.createdAt = Date.now() + 3600_000;
  const run = await migrated(servers, on);
  expect(toldIn(run)).toEqual(['release-date']);
  expect(stepIn(run)).toMatchObject({ state: 'proven' });
  expect(at(servers).releases[0]?.releasedAt.localeCompare(new Date().toISOString())).toBeLessThanOrEqual(0);
  expect((await migrated(servers, on)).writes).toEqual([]);
});

test('a release without a tag stays on GitBucket, with the reason, and its files too', async () => {
  const servers = await world();
  await addRelease(servers.gitbucket.context, id, {
    tag: 'gone',
    author: 'ann',
    assets: [{ name: 'lost.bin', bytes }],
  });
  const run = await migrated(servers, on);
  expect(stepIn(run)).toMatchObject({ state: 'refused' });
  expect(stepIn(run)?.check?.differences).toMatchObject([
    {
      code: 'release-refused',
      message: 'release gone: GitLab does not take it: the project has no such tag',
    },
  ]);
  expect(at(servers).uploads.map(({ name }) => name)).not.toContain('lost.bin');
  expect((await migrated(servers, on)).writes).toEqual([]);
});

test('what somebody made or changed on GitLab stays, what changed on GitBucket alone is written', async () => {
  const servers = await world();
  await migrated(servers, { password: 'root', config: { migrate: { releases: false } } });
  const { gitlab } = servers;
  const api = `${gitlab.url}/api/v4/projects/${gitlab.project(id).id}/releases`;
  const headers = { 'private-token': gitlab.token('root'), 'content-type': 'application/json' };
  const theirs = JSON.stringify({ tag_name: 'v1', name: 'Theirs', description: 'by hand' });
  expect((await fetch(api, { method: 'POST', headers, body: theirs })).status).toBe(201);
  const run = await migrated(servers, on);
  expect(at(servers).releases.find(({ tag }) => tag === 'v1')).toMatchObject({ name: 'Theirs', links: [] });
  expect(toldIn(run)).toEqual(['release-taken']);

  const source = sourceReleases(servers).find(({ tag }) => tag === 'rel/2');
  if (source !== undefined) source.name = 'Renamed';
  await migrated(servers, on);
  const ours = at(servers).releases.find(({ tag }) => tag === 'rel/2');
  expect(ours).toMatchObject({ name: 'Renamed' });
  if (ours !== undefined) ours.description = 'better words';
  const touched = await migrated(servers, on);
  expect(touched.writes).toEqual([]);
  expect(toldIn(touched)).toContain('release-kept');
  if (source !== undefined) source.name = 'Once more';
  expect(toldIn(await migrated(servers, on))).toContain('release-diverged');
  expect(ours).toMatchObject({ name: 'Renamed', description: 'better words' });
});

test('a file that GitLab does not take is told, and linked by a later run that may', async () => {
  const servers = await world();
  servers.gitlab.settings.maxAttachmentSize = 11;
  const run = await migrated(servers, on);
  expect(stepIn(run)).toMatchObject({ state: 'refused' });
  expect(toldIn(run)).toEqual(['release-file-left']);
  servers.gitlab.settings.maxAttachmentSize = 1000;
  const next = await migrated(servers, on);
  expect(stepIn(next)).toMatchObject({ state: 'proven', changed: true });
  expect(at(servers).releases[0]?.links).toHaveLength(3);
});

test('bytes that are others on GitLab are found by a later proof', async () => {
  const servers = await world();
  await migrated(servers, on);
  const asset = sourceReleases(servers)[0]?.assets[0];
  const upload = at(servers).uploads.find(({ name }) => name.endsWith('.dat'));
  const other = at(servers).uploads.find(({ name }) => name === 'plan.txt');
  const link = at(servers).releases[0]?.links.find(({ name }) => name === asset?.name);
  if (link !== undefined && upload && other)
    link.url = link.url.replace(/[\da-f]{32}\/.*$/, `${other.secret}/plan.txt`);
  const project = (await verified(servers, on)).find((item) => item.id === id);
  const step = project?.steps.find((each) => each.step === 'releases');
  expect(step).toMatchObject({ state: 'failed', check: { differences: [{ code: 'release-file-differs' }] } });
});

test('without a session on GitBucket its files and dates are missing, which is told', async () => {
  const servers = await world({ private: true });
  const run = await migrated(servers, { config: { migrate: { releases: true } } });
  expect(new Set(toldIn(run))).toEqual(
    new Set(['release-undated', 'tracker-text-attachment-left', 'release-file-left']),
  );
  expect(stepIn(run)).toMatchObject({ state: 'refused' });
  expect(at(servers).releases.map(({ tag, links }) => [tag, links.length])).toEqual([
    ['v1', 0],
    ['rel/2', 0],
  ]);
});

test('a file that a text embeds and GitLab does not take keeps no release from moving', async () => {
  const servers = await world();
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ error: '413 Request Entity Too Large' });
  servers.gitlab.server.faults.add({
    url: /\/uploads$/,
    method: 'POST',
    skip: 3,
    action: { kind: 'status', status: 413, body, headers },
  });
  const run = await migrated(servers, on);
  expect(stepIn(run)).toMatchObject({ state: 'proven', counts: { create: 2 } });
  expect(toldIn(run)).toEqual(expect.arrayContaining(['tracker-file-refused']));
  expect(at(servers).releases[0]?.description).toContain(`[plan.txt](${servers.gitbucket.url}/`);
});

test('a file that ends early on its way is sent again, whole', async () => {
  const servers = await world();
  const url = /\/releases\/v1\/assets\//;
  servers.gitbucket.server.faults.add({ url, method: 'GET', action: { kind: 'cut', bytes: 5 } });
  const run = await migrated(servers, on);
  expect(stepIn(run)).toMatchObject({ state: 'proven' });
  expect(at(servers).releases[0]?.links).toHaveLength(3);
});

test.each([
  [
    'its own refusal',
    404,
    JSON.stringify({ error: '404 Not Found' }),
    { 'content-type': 'application/json' },
  ],
  ["a proxy's page", 404, '404 page not found', { 'content-type': 'text/plain' }],
  ['a way to its object storage', 302, '', { location: 'https://storage.example.com/uploads/x?signature=1' }],
])(
  'where GitLab does not let files be read by REST, their bytes count as not compared: %s',
  async (_, status, body, headers) => {
    const servers = await world();
    const url = /\/uploads\/[\da-f]{32}\//;
    const action = { kind: 'status' as const, status, body, headers };
    servers.gitlab.server.faults.add({ url, method: 'GET', times: Infinity, action });
    const run = await migrated(servers, on);
    expect(stepIn(run)).toMatchObject({ state: 'proven' });
    expect(toldIn(run)).toEqual(Array.from({ length: 3 }, () => 'release-file-unread'));
  },
);

/** What GitLab has in the end, without its own numbers. */
function endOf(servers: TestServers): object {
  const { releases, uploads } = at(servers);
  return {
    releases: releases.map(({ tag, name, releasedAt, links }) => ({
      tag,
      name,
      releasedAt,
      links: links.map((link) => link.name),
    })),
    uploads: new Set(uploads.map(({ name, size }) => `${name} ${size}`)),
    mails: servers.gitlab.mails.length,
  };
}

const ownWrites = /\/uploads$|\/releases/;

test('a run that is killed at one of its writes, before or after it is served, is finished by the next one: no release twice, no file twice in it', async () => {
  const undisturbed = await world();
  const { writes } = await migrated(undisturbed, on);
  const own = writes.filter((write) => ownWrites.test(write)).length;
  const end = endOf(undisturbed);
  expect(own).toBe(6);
  for (let write = 1; write <= own; write += 1) {
    const servers = await world();
    const killAt = { write, served: write % 2 === 0, of: ownWrites };
    expect(await killed(servers, { ...on, killAt })).toBe(true);
    const next = await migrated(servers, on);
    expect(stepIn(next)?.state, `after write ${write}`).toBe('proven');
    expect(endOf(servers), `after write ${write}`).toEqual(end);
    // One whose answer nobody heard has no address that anybody knows.
    expect(at(servers).uploads.length - 4, `after write ${write}`).toBeLessThanOrEqual(1);
    expect((await migrated(servers, on)).writes, `after write ${write}`).toEqual([]);
  }
});
