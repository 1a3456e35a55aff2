import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openJournal } from '../../src/journal/journal.ts';
import { git } from '../helpers/commits.ts';
import { refsIn, writesOf, type TestServers } from '../helpers/servers.ts';
import { commitPages } from '../helpers/wikis.ts';
import { migrateWikis, verifyWikis, wikiServers, writeWiki } from './wiki-setup.ts';

const pages = { 'Home.md': '# Home\n', 'Guide.md': 'Steps.\n' };

function level({ gitlab }: TestServers): unknown {
  return gitlab.project('team/docs').attributes['wiki_access_level'] ?? 'enabled';
}

/** The project is on GitLab with its code, and nothing of the wiki was looked at. */
async function withoutWikis(servers: TestServers): Promise<void> {
  const run = await migrateWikis(servers, { config: { migrate: { wiki: false } } });
  expect(run.item().state).toBe('proven');
}

function codesOf(notices: readonly { code: string }[]): string[] {
  return notices.map(({ code }) => code);
}

test('a project whose wiki is off, and was never there, gets it; then it is off again (W01)', async () => {
  const servers = await wikiServers();
  const tip = writeWiki(servers, 'docs', pages);
  await withoutWikis(servers);
  const project = servers.gitlab.project('team/docs');
  project.attributes['wiki_access_level'] = 'disabled';
  project.withoutWiki = true;
  rmSync(servers.gitlab.wikiDir('team/docs'), { recursive: true, force: true });

  const run = await migrateWikis(servers);
  expect(run.wiki()).toMatchObject({ state: 'proven', changed: true, check: { compared: 1 } });
  expect(codesOf(run.planned().notices)).toEqual(['wiki-off-on-target']);
  expect(level(servers)).toBe('disabled');
  expect(refsIn(servers.gitlab.wikiDir('team/docs'))).toEqual([`${tip} refs/heads/master`]);

  await servers.gitlab.settle();
  servers.gitlab.server.requests.length = 0;
  const again = await migrateWikis(servers);
  expect(again.item()).toMatchObject({ state: 'proven', changed: false });
  expect(writesOf(servers.gitlab.server.requests)).toEqual([]);
  expect(codesOf(again.wiki().check?.differences ?? [])).toEqual(['wiki-off']);
  expect((await verifyWikis(servers)).wiki()).toMatchObject({ state: 'proven', check: { compared: 0 } });
  // Without the journal nobody knows what is in it.
  const forgetful = await verifyWikis(servers, { forgetful: true });
  expect(forgetful.wiki()).toMatchObject({ state: 'refused' });
  expect(codesOf(forgetful.wiki().check?.differences ?? [])).toEqual(['wiki-off-refused']);
});

test('what comes later to a wiki that is off on GitLab goes there too', async () => {
  const servers = await wikiServers();
  writeWiki(servers, 'docs', pages);
  await migrateWikis(servers);
  servers.gitlab.project('team/docs').attributes['wiki_access_level'] = 'disabled';
  const tip = commitPages(servers.gitbucket.wikiDir('team', 'docs'), 'master', { 'Home.md': 'new' });
  expect((await migrateWikis(servers)).wiki()).toMatchObject({ state: 'proven', changed: true });
  expect(level(servers)).toBe('disabled');
  expect(refsIn(servers.gitlab.wikiDir('team/docs'))).toEqual([`${tip} refs/heads/master`]);
});

test('switched on by somebody, the wiki still has no repository: the page list makes it (GL-270)', async () => {
  const servers = await wikiServers();
  writeWiki(servers, 'docs', pages);
  await withoutWikis(servers);
  servers.gitlab.project('team/docs').withoutWiki = true;
  rmSync(servers.gitlab.wikiDir('team/docs'), { recursive: true, force: true });
  expect((await migrateWikis(servers)).wiki().state).toBe('proven');
  expect(level(servers)).toBe('enabled');
});

test('a server that makes projects without wikis is no obstacle, and their wikis stay off (GL-279)', async () => {
  const servers = await wikiServers(['docs'], { gitlab: { settings: { wikiByDefault: false } } });
  writeWiki(servers, 'docs', pages);
  expect((await migrateWikis(servers)).wiki()).toMatchObject({ state: 'proven', check: { compared: 1 } });
  expect(level(servers)).toBe('disabled');
});

test('a wiki that is off on GitBucket is moved, and off on GitLab (GB-136)', async () => {
  const servers = await wikiServers(['docs', 'hidden']);
  const { gitbucket, gitlab } = servers;
  for (const name of ['docs', 'hidden']) {
    writeWiki(servers, name, pages);
    const repository = gitbucket.context.repository('team', name);
    if (repository) Object.assign(repository, { wikiOption: 'DISABLE', private: name === 'hidden' });
  }
  const run = await migrateWikis(servers);
  expect(run.wiki('docs')).toMatchObject({ state: 'proven', check: { compared: 1 } });
  expect(codesOf(run.planned('docs').notices)).toEqual(['wiki-off-on-source']);
  expect(level(servers)).toBe('disabled');
  // Of a private repository a token cannot tell: the wiki stays as GitLab made it, and nothing is said.
  expect(run.planned('hidden').notices).toEqual([]);
  expect(gitlab.project('team/hidden').attributes['wiki_access_level'] ?? 'enabled').toBe('enabled');
});

test('with a login the option of a private repository is known too', async () => {
  const servers = await wikiServers();
  writeWiki(servers, 'docs', pages);
  const { context } = servers.gitbucket;
  const repository = context.repository('team', 'docs');
  if (repository) Object.assign(repository, { wikiOption: 'DISABLE', private: true });
  await migrateWikis(servers, { login: true });
  expect(level(servers)).toBe('disabled');
});

test('a wiki that GitLab shows on another branch gets the pages there', async () => {
  const servers = await wikiServers();
  const { gitbucket, gitlab } = servers;
  writeWiki(servers, 'docs', pages, 'master');
  await withoutWikis(servers);
  // Somebody has brought an older state of the wiki there.
  const dir = gitlab.wikiDir('team/docs');
  gitlab.context.ensureWiki(gitlab.project('team/docs'));
  git(dir, 'fetch', '-q', gitbucket.wikiDir('team', 'docs'), 'master:refs/heads/trunk');
  git(dir, 'update-ref', 'refs/heads/trunk', 'trunk~1');
  git(dir, 'symbolic-ref', 'HEAD', 'refs/heads/trunk');

  const run = await migrateWikis(servers);
  expect(run.wiki()).toMatchObject({ state: 'proven', changed: true, counts: { update: 1 } });
  expect(codesOf(run.planned().notices)).toEqual(['wiki-branch', 'wiki-forward-only']);
  const tip = git(gitbucket.wikiDir('team', 'docs'), 'rev-parse', 'master');
  expect(refsIn(dir)).toEqual([`${tip} refs/heads/trunk`]);
  expect((await migrateWikis(servers)).item()).toMatchObject({ state: 'proven', changed: false });
  expect((await verifyWikis(servers, { forgetful: true })).wiki().state).toBe('proven');
});

test('a wiki that somebody edited on GitLab is not overwritten', async () => {
  const servers = await wikiServers();
  const { gitbucket, gitlab } = servers;
  writeWiki(servers, 'docs', pages);
  await migrateWikis(servers);
  const theirs = commitPages(gitlab.wikiDir('team/docs'), 'master', { 'Home.md': 'edited on GitLab' });
  const kept = await migrateWikis(servers);
  expect(kept.wiki().state).toBe('diverged');
  expect(kept.planned()).toMatchObject({ changes: false, state: 'diverged', counts: { diverged: 1 } });
  commitPages(gitbucket.wikiDir('team', 'docs'), 'master', { 'Home.md': 'edited on GitBucket' });
  const run = await migrateWikis(servers);

  expect(run.wiki()).toMatchObject({ state: 'diverged', changed: false });
  expect(run.item().state).toBe('diverged');
  expect(run.wiki().check?.differences[0]).toMatchObject({
    code: 'ref-diverged',
    object: 'refs/heads/master of the wiki of team/docs',
  });
  expect(refsIn(gitlab.wikiDir('team/docs'))).toEqual([`${theirs} refs/heads/master`]);
});

test('a page that somebody wrote by REST before the first run is not overwritten either', async () => {
  const servers = await wikiServers();
  const { gitlab } = servers;
  writeWiki(servers, 'docs', pages);
  await withoutWikis(servers);
  await fetch(`${gitlab.url}/api/v4/projects/${gitlab.project('team/docs').id}/wikis`, {
    method: 'POST',
    headers: { 'private-token': gitlab.token('root'), 'content-type': 'application/json' },
    body: JSON.stringify({ title: 'Home', content: 'theirs' }),
  });
  const before = refsIn(gitlab.wikiDir('team/docs'));
  expect((await migrateWikis(servers)).wiki().state).toBe('diverged');
  expect(refsIn(gitlab.wikiDir('team/docs'))).toEqual(before);
});

test('a wiki that arrived where nobody is shown it is not proven', async () => {
  const servers = await wikiServers();
  const { gitlab } = servers;
  writeWiki(servers, 'docs', pages, 'master');
  await migrateWikis(servers);
  const dir = gitlab.wikiDir('team/docs');
  commitPages(dir, 'main', { 'Else.md': 'x' });
  gitlab.project('team/docs').wikiBranch = 'main';
  const run = await verifyWikis(servers);
  expect(run.wiki()).toMatchObject({ state: 'failed' });
  const [difference] = run.wiki().check?.differences ?? [];
  expect(difference?.code).toBe('wiki-pages-differ');
  expect(difference?.message).toContain('1 pages where the branch master has 2 (missing: Guide, Home)');
});

test('150 pages come in one push, so that the feed gets one batch of events and nobody a mail (W07)', async () => {
  const servers = await wikiServers();
  const many = Object.fromEntries(
    Array.from({ length: 150 }, (_, index) => [`Page ${index}.md`, `${index}`]),
  );
  writeWiki(servers, 'docs', many);
  const run = await migrateWikis(servers);
  expect(run.planned().part).toMatchObject({ pages: { count: 150 } });
  expect(run.wiki().state).toBe('proven');
  expect(servers.gitlab.context.pushes.filter(({ wiki }) => wiki)).toHaveLength(1);
});

/** Somebody edited the wiki on GitLab and switched it off; GitBucket's went on too. Gives the tip on GitLab. */
async function editedAndClosed(servers: TestServers): Promise<string> {
  const { gitbucket, gitlab } = servers;
  writeWiki(servers, 'docs', pages);
  await migrateWikis(servers);
  const theirs = commitPages(gitlab.wikiDir('team/docs'), 'master', { 'Home.md': 'edited on GitLab' });
  gitlab.project('team/docs').attributes['wiki_access_level'] = 'disabled';
  commitPages(gitbucket.wikiDir('team', 'docs'), 'master', { 'Home.md': 'edited on GitBucket' });
  return theirs;
}

/** As if the work directory were a new one. */
function forget({ folder }: TestServers): void {
  rmSync(join(folder, 'journal.jsonl'));
}

test.each([
  ['the journal of the first move', () => {}],
  ['a new work directory', forget],
])('with %s, a wiki that diverged and is off on GitLab stays diverged', async (_what, prepare) => {
  const servers = await wikiServers();
  const theirs = await editedAndClosed(servers);
  prepare(servers);
  expect((await migrateWikis(servers)).wiki().state).toBe('diverged');
  await servers.gitlab.settle();
  servers.gitlab.server.requests.length = 0;
  const again = await migrateWikis(servers);
  expect(again.planned()).toMatchObject({ state: 'diverged', changes: false, counts: { diverged: 1 } });
  expect(again.wiki()).toMatchObject({ state: 'diverged', changed: false, counts: { diverged: 1 } });
  expect(writesOf(servers.gitlab.server.requests)).toEqual([]);
  const verified = (await verifyWikis(servers)).wiki();
  expect(verified.state).toBe('diverged');
  expect(codesOf(verified.check?.differences ?? [])).toEqual(['ref-diverged']);
  expect(refsIn(servers.gitlab.wikiDir('team/docs'))).toEqual([`${theirs} refs/heads/master`]);
  expect(level(servers)).toBe('disabled');
});

test('a merged wiki is moved though it was left as diverged and is off', async () => {
  const servers = await wikiServers();
  const { gitbucket, gitlab } = servers;
  await editedAndClosed(servers);
  await migrateWikis(servers);
  const dir = gitbucket.wikiDir('team', 'docs');
  git(dir, 'fetch', '-q', gitlab.wikiDir('team/docs'), 'master:refs/heads/theirs');
  const tree = git(dir, 'rev-parse', 'theirs^{tree}');
  const merged = git(dir, 'commit-tree', '-m', 'merge', '-p', 'master', '-p', 'theirs', tree);
  git(dir, 'update-ref', 'refs/heads/master', merged);
  git(dir, 'update-ref', '-d', 'refs/heads/theirs');
  expect((await migrateWikis(servers)).wiki()).toMatchObject({ state: 'proven', changed: true });
  expect((await migrateWikis(servers)).item()).toMatchObject({ state: 'proven', changed: false });
});

test('once GitLab has been put right, a wiki that was left as diverged goes on', async () => {
  const servers = await wikiServers();
  const { gitlab } = servers;
  await editedAndClosed(servers);
  forget(servers);
  expect((await migrateWikis(servers)).wiki().state).toBe('diverged');
  gitlab.project('team/docs').attributes['wiki_access_level'] = 'enabled';
  git(gitlab.wikiDir('team/docs'), 'update-ref', 'refs/heads/master', 'refs/heads/master~1');
  expect((await migrateWikis(servers)).wiki()).toMatchObject({ state: 'proven', changed: true });
  gitlab.project('team/docs').attributes['wiki_access_level'] = 'disabled';
  expect((await verifyWikis(servers)).wiki().state).toBe('proven');
});

test('what was only about to be sent when a run was killed is no proof: the next run has a look', async () => {
  const servers = await wikiServers();
  const { gitbucket, gitlab } = servers;
  writeWiki(servers, 'docs', pages);
  await migrateWikis(servers);
  gitlab.project('team/docs').attributes['wiki_access_level'] = 'disabled';
  const tip = commitPages(gitbucket.wikiDir('team', 'docs'), 'master', { 'Home.md': 'later' });
  forget(servers);
  await recordStarted(servers, tip);
  expect((await verifyWikis(servers)).wiki().state).toBe('refused');
  expect((await migrateWikis(servers)).wiki()).toMatchObject({ state: 'proven', changed: true });
  expect(refsIn(gitlab.wikiDir('team/docs'))).toEqual([`${tip} refs/heads/master`]);
  expect((await migrateWikis(servers)).item()).toMatchObject({ state: 'proven', changed: false });
});

/** What a run leaves that is killed between its record and its push. */
async function recordStarted({ folder, gitbucket, gitlab }: TestServers, tip: string): Promise<void> {
  const journal = await openJournal({
    directory: folder,
    servers: { source: gitbucket.url, target: gitlab.url },
    run: 'killed',
    now: Date.now,
  });
  const data = { refs: { 'refs/heads/master': [tip] } };
  await journal.record({ item: 'team/docs', step: 'wiki', status: 'started', data });
  await journal.close();
}
