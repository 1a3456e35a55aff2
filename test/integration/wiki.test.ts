import { rmSync } from 'node:fs';
import { expect, test } from 'vitest';
import { deadBranch, git } from '../helpers/commits.ts';
import { refsIn, writesOf, type TestServers } from '../helpers/servers.ts';
import { commitPages } from '../helpers/wikis.ts';
import { migrateWikis, verifyWikis, wikiServers, writeWiki } from './wiki-setup.ts';

const pages = { 'Home.md': '# Home\n\nSee [[How to|Guide]].\n', 'Guide.md': 'Steps.\n', 'logo.png': 'png' };

/** Requests about wikis since the list was emptied, without their queries. */
function aboutWikis({ gitbucket, gitlab }: TestServers): { source: string[]; target: string[] } {
  const [source = [], target = []] = [gitbucket, gitlab].map(({ server }) =>
    server.requests
      .map(({ method, url }) => `${method} ${url.replace(/\?.*/, '')}`)
      .filter((each) => /wiki/.test(each)),
  );
  return { source, target };
}

function forgetRequests({ gitbucket, gitlab }: TestServers): void {
  for (const { server } of [gitbucket, gitlab]) server.requests.length = 0;
}

async function listed({ gitlab }: TestServers, name = 'docs'): Promise<string[]> {
  const { id } = gitlab.project(`team/${name}`);
  const answer = await fetch(`${gitlab.url}/api/v4/projects/${id}/wikis`, {
    headers: { 'private-token': gitlab.token('root') },
  });
  return ((await answer.json()) as { slug: string }[]).map(({ slug }) => slug);
}

test('a wiki arrives with its history, ref by ref, and GitLab lists its pages', async () => {
  const servers = await wikiServers();
  writeWiki(servers, 'docs', pages);
  const run = await migrateWikis(servers);

  expect(run.planned()).toMatchObject({
    changes: true,
    counts: { create: 1 },
    part: { pages: { count: 2 } },
  });
  expect(run.wiki()).toMatchObject({ state: 'proven', changed: true, counts: { create: 1 } });
  expect(run.wiki().check).toMatchObject({ compared: 1 });
  expect(refsIn(servers.gitlab.wikiDir('team/docs'))).toEqual(
    refsIn(servers.gitbucket.wikiDir('team', 'docs')),
  );
  expect(await listed(servers)).toEqual(['Guide', 'Home']);
});

test('an untouched wiki is looked into once, and from then on told from its listing', async () => {
  const servers = await wikiServers();
  const first = await migrateWikis(servers);
  expect(first.wiki()).toMatchObject({ state: 'proven', changed: false });
  expect(first.planned().counts).toEqual({ untouched: 1 });
  expect(aboutWikis(servers)).toEqual({
    source: ['GET /git/team/docs.wiki.git/info/refs', 'POST /git/team/docs.wiki.git/git-upload-pack'],
    target: [],
  });
  forgetRequests(servers);
  expect((await migrateWikis(servers)).planned().counts).toEqual({ untouched: 1 });
  expect(aboutWikis(servers)).toEqual({ source: ['GET /git/team/docs.wiki.git/info/refs'], target: [] });
});

test.each([
  ['no directory', (dir: string) => rmSync(dir, { recursive: true, force: true })],
  ['no commit', (dir: string) => git(dir, 'update-ref', '-d', 'refs/heads/main')],
])('a wiki with %s is empty', async (_what, change) => {
  const servers = await wikiServers();
  change(servers.gitbucket.wikiDir('team', 'docs'));
  const run = await migrateWikis(servers);
  expect(run.planned()).toMatchObject({ counts: { empty: 1 }, state: 'proven', part: { skipped: 'empty' } });
  expect(run.item().state).toBe('proven');
  expect(aboutWikis(servers).target).toEqual([]);
});

test('before 4.31 a missing wiki is a 404, and no trouble (GB-132)', async () => {
  const servers = await wikiServers(['docs'], { gitbucket: { version: '4.30' } });
  servers.gitbucket.server.faults.add({
    url: /docs\.wiki\.git/,
    times: Infinity,
    action: { kind: 'status', status: 404, body: 'no such repository' },
  });
  expect((await migrateWikis(servers)).planned().counts).toEqual({ empty: 1 });
});

test('a wiki with one page that somebody wrote is no untouched one', async () => {
  const servers = await wikiServers(['said', 'early']);
  const edited = servers.gitbucket.wikiDir('team', 'said');
  commitPages(edited, 'main', { 'Home.md': 'Ours' });
  const early = servers.gitbucket.wikiDir('team', 'early');
  git(early, 'update-ref', 'refs/tags/kept', 'refs/heads/main');
  const run = await migrateWikis(servers);
  expect(run.planned('said').counts).toEqual({ create: 1 });
  expect(run.planned('early').counts).toEqual({ create: 1 });
  expect(run.items.map(({ state }) => state)).not.toContain('failed');
});

test('a second run writes nothing, and asks little: both listings and the pages', async () => {
  const servers = await wikiServers();
  writeWiki(servers, 'docs', pages);
  await migrateWikis(servers);
  await servers.gitlab.settle();
  forgetRequests(servers);
  const run = await migrateWikis(servers);

  expect(run.item()).toMatchObject({ state: 'proven', changed: false });
  expect(run.planned().counts).toEqual({ unchanged: 1 });
  expect(writesOf(servers.gitlab.server.requests)).toEqual([]);
  const { id } = servers.gitlab.project('team/docs');
  expect(aboutWikis(servers)).toEqual({
    source: ['GET /git/team/docs.wiki.git/info/refs'],
    target: ['GET /team/docs.wiki.git/info/refs', `GET /api/v4/projects/${id}/wikis`],
  });
});

test('what is written on GitBucket later follows, rewritten history too, and what is deleted with --prune', async () => {
  const servers = await wikiServers();
  const dir = servers.gitbucket.wikiDir('team', 'docs');
  writeWiki(servers, 'docs', pages);
  git(dir, 'update-ref', 'refs/heads/draft', 'refs/heads/master');
  await migrateWikis(servers);

  commitPages(dir, 'master', { 'Home.md': 'new' });
  git(dir, 'update-ref', '-d', 'refs/heads/draft');
  const later = await migrateWikis(servers, { prune: true });
  expect(later.wiki()).toMatchObject({ state: 'proven', changed: true, counts: { update: 1 } });
  expect(refsIn(servers.gitlab.wikiDir('team/docs'))).toEqual(refsIn(dir));

  writeWiki(servers, 'docs', { 'Other.md': 'rewritten' });
  expect((await migrateWikis(servers)).wiki().state).toBe('proven');
  expect(await listed(servers)).toEqual(['Other']);
});

test.each(['relay', 'mirror'] as const)(
  'the %s moves all branches and tags, the shown one first (GL-273)',
  async (transport) => {
    const servers = await wikiServers();
    writeWiki(servers, 'docs', pages, 'master');
    const dir = servers.gitbucket.wikiDir('team', 'docs');
    commitPages(dir, 'main', { 'Old.md': 'what nobody sees on GitBucket' });
    git(dir, 'tag', '-a', '-m', 'one', 'v1', 'master');
    const run = await migrateWikis(servers, { transport });

    expect(run.wiki()).toMatchObject({ state: 'proven', changed: true });
    expect(refsIn(servers.gitlab.wikiDir('team/docs'))).toEqual(refsIn(dir));
    expect(await listed(servers)).toEqual(['Guide', 'Home']);
  },
);

test('the target’s own default branch is no matter: the pages of master are shown (W02)', async () => {
  const servers = await wikiServers(['docs'], { gitlab: { settings: { defaultBranchName: 'trunk' } } });
  writeWiki(servers, 'docs', pages, 'master');
  expect((await migrateWikis(servers)).wiki().state).toBe('proven');
  expect(await listed(servers)).toEqual(['Guide', 'Home']);
});

test('verify proves a wiki with the journal and without it, and finds what is unequal', async () => {
  const servers = await wikiServers();
  writeWiki(servers, 'docs', pages);
  await migrateWikis(servers);
  for (const forgetful of [false, true]) {
    const verified = await verifyWikis(servers, { forgetful });
    expect(verified.wiki()).toMatchObject({ state: 'proven', check: { compared: 1 } });
  }
  git(servers.gitlab.wikiDir('team/docs'), 'update-ref', 'refs/heads/master', 'refs/heads/master~1');
  expect((await verifyWikis(servers)).wiki().state).toBe('diverged');
  const verified = await verifyWikis(servers, { forgetful: true });
  expect(verified.wiki().state).toBe('failed');
  expect(verified.wiki().check?.differences[0]?.object).toBe('refs/heads/master of the wiki of team/docs');
});

test('with "migrate.wiki" false no wiki is asked for', async () => {
  const servers = await wikiServers();
  writeWiki(servers, 'docs', pages);
  const run = await migrateWikis(servers, { config: { migrate: { wiki: false } } });
  expect(run.item().steps.map(({ step }) => step)).not.toContain('wiki');
  expect(run.plan.uncounted).toContain('wiki-pages');
  expect(aboutWikis(servers)).toEqual({ source: [], target: [] });
});

test('a repository x.wiki beside x has the directory of the wiki: it is moved as a repository, and no wiki is', async () => {
  const servers = await wikiServers(['docs', 'docs.wiki']);
  const run = await migrateWikis(servers);
  expect(run.planned('docs')).toMatchObject({ changes: false, part: { skipped: 'shared' } });
  expect(run.planned('docs').notices).toMatchObject([
    {
      code: 'wiki-shared',
      message:
        'its wiki is not moved: on GitBucket it has the same directory as the repository team/docs.wiki',
    },
  ]);
  expect(run.item('docs').state).toBe('proven');
  expect(run.item('docs.wiki').target.path).toBe('team/docs-wiki');
});

test('a wiki that GitBucket cannot show fails its repository, not the others, and the code is there all the same', async () => {
  const servers = await wikiServers(['docs', 'other']);
  writeWiki(servers, 'docs', pages);
  const dir = servers.gitbucket.wikiDir('team', 'docs');
  deadBranch(dir, 'lost');
  const run = await migrateWikis(servers);

  expect(run.planned()).toMatchObject({ state: 'failed', changes: false });
  expect(run.planned().notices).toMatchObject([{ code: 'wiki-unreadable', object: 'wiki of team/docs' }]);
  expect(run.item().state).toBe('failed');
  expect(run.item().steps.find(({ step }) => step === 'code')).toMatchObject({
    state: 'proven',
    changed: true,
  });
  expect(run.item('other').state).toBe('proven');
  git(dir, 'update-ref', '-d', 'refs/heads/lost');
  expect((await migrateWikis(servers)).item().state).toBe('proven');
});

test('a wiki that moves while it is migrated is taken as it is then, or proven not to be', async () => {
  const servers = await wikiServers();
  writeWiki(servers, 'docs', pages);
  const dir = servers.gitbucket.wikiDir('team', 'docs');
  let tip = '';
  servers.gitlab.server.faults.add({
    method: 'POST',
    url: /docs\.wiki\.git\/git-receive-pack/,
    action: {
      kind: 'notice',
      call: () => void (tip = commitPages(dir, 'master', { 'Late.md': 'while it was pushed' })),
    },
  });
  const run = await migrateWikis(servers);
  expect(run.wiki().state).toBe('proven');
  expect(refsIn(servers.gitlab.wikiDir('team/docs'))).toEqual([`${tip} refs/heads/master`]);
  expect(await listed(servers)).toEqual(['Late']);
  expect((await migrateWikis(servers)).item()).toMatchObject({ state: 'proven', changed: false });
});

test('what a plan names of the pages is in the plan of the repository', async () => {
  const servers = await wikiServers();
  writeWiki(servers, 'docs', { 'Home.md': '[a](/team/docs/wiki/Home)', '_Footer.md': 'x', 'home.txt': 'y' });
  const run = await migrateWikis(servers);
  expect(run.planned().notices.map(({ code }) => code)).toEqual([
    'wiki-page-hidden',
    'wiki-footer',
    'wiki-links',
  ]);
  expect(run.wiki().state).toBe('proven');
});
