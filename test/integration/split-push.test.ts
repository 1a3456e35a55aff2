import { expect, test } from 'vitest';
import { sourceOf, targetOf } from '../helpers/adapters.ts';
import { commitOn, git, noisyCommits } from '../helpers/commits.ts';
import { refsIn } from '../helpers/servers.ts';
import { mirrorSetup, type MirrorSetup } from './mirror-setup.ts';

const ALL = ['refs/heads', 'refs/tags', 'refs/notes'];
const LIMIT = 300_000;

/** Adds a commit with one file of that many bytes. */
function commitBytes(gitDir: string, branch: string, seed: string, bytes: number): string {
  return noisyCommits(gitDir, branch, [seed], bytes).join();
}

function commits(gitDir: string, branch: string, count: number, bytes?: number): string[] {
  const seeds = Array.from({ length: count }, (_, index) => `${branch} ${index}`);
  return noisyCommits(gitDir, branch, seeds, bytes);
}

function branchFrom(gitDir: string, branch: string, start: string): void {
  git(gitDir, 'update-ref', `refs/heads/${branch}`, start);
}

/** 40 commits on two branches that share the first 20, with tags and notes. */
function fill(gitDir: string): void {
  commits(gitDir, 'main', 20);
  branchFrom(gitDir, 'topic', 'refs/heads/main');
  const main = commits(gitDir, 'main', 10);
  commits(gitDir, 'topic', 10);
  git(gitDir, 'tag', 'light', main[3] ?? '');
  git(gitDir, 'tag', '-a', '-m', 'one', 'v1', 'topic');
  git(gitDir, 'notes', 'add', '-m', 'a note', main[3] ?? '');
}

async function limited(limit: number | null = LIMIT): Promise<MirrorSetup> {
  const setup = await mirrorSetup();
  setup.gitlab.settings.git.receiveMaxInputSize = limit;
  return setup;
}

function pushes({ gitlab }: MirrorSetup): { bytesIn: number }[] {
  return gitlab.server.requests.filter(
    ({ method, url }) => method === 'POST' && url.endsWith('git-receive-pack'),
  );
}

function reasonOf(
  results: readonly { ref: string; outcome: string; reason?: string }[],
  ref: string,
): string {
  return results.find((result) => result.ref === ref)?.reason ?? '';
}

test('a repository larger than the server takes in one push arrives whole, in portions', async () => {
  const setup = await limited();
  fill(setup.source);

  const { results } = await setup.transfer(setup.changes());

  expect(results.filter(({ outcome }) => outcome !== 'written')).toEqual([]);
  expect(refsIn(setup.target, ['refs/'])).toEqual(refsIn(setup.source, ALL));
  expect(pushes(setup).length).toBeLessThan(20);
});

test('a commit that alone is too large keeps back its branch only, with the commit and its size', async () => {
  const setup = await limited();
  commits(setup.source, 'main', 5);
  branchFrom(setup.source, 'heavy', 'refs/heads/main');
  const [before = ''] = commits(setup.source, 'heavy', 1);
  const big = commitBytes(setup.source, 'heavy', 'big', 500_000);
  commits(setup.source, 'heavy', 1);
  git(setup.source, 'tag', 'on-heavy', 'heavy');
  git(setup.source, 'tag', 'on-main', 'main');
  branchFrom(setup.source, 'zebra', 'refs/heads/main');
  commits(setup.source, 'zebra', 3);

  const { results } = await setup.transfer(setup.changes());

  const refused = results.filter(({ outcome }) => outcome !== 'written').map(({ ref }) => ref);
  expect(refused).toEqual(['refs/heads/heavy', 'refs/tags/on-heavy']);
  expect(reasonOf(results, 'refs/heads/heavy')).toMatch(
    new RegExp(`pack exceeds maximum allowed size.*commit ${big} alone .*about [4-6]\\d\\d kB`),
  );
  expect(reasonOf(results, 'refs/tags/on-heavy')).toMatch(/a tag is pushed whole/);
  expect(refsIn(setup.target)).toEqual(
    refsIn(setup.source)
      .filter((line) => !line.endsWith('/on-heavy'))
      .map((line) => (line.endsWith('/heavy') ? `${before} refs/heads/heavy` : line))
      .sort(),
  );
});

test('many refs above a commit that is too large do not each try it again', async () => {
  const setup = await limited();
  commits(setup.source, 'main', 2);
  branchFrom(setup.source, 'heavy', 'refs/heads/main');
  commitBytes(setup.source, 'heavy', 'big', 500_000);
  for (let index = 0; index < 12; index += 1) {
    branchFrom(setup.source, `heavy-${index}`, 'refs/heads/heavy');
    commits(setup.source, `heavy-${index}`, 1, 100);
    git(setup.source, 'tag', `t${index}`, `heavy-${index}`);
  }

  const { results } = await setup.transfer(setup.changes());

  expect(results.filter(({ outcome }) => outcome === 'refused').length).toBe(25);
  expect(pushes(setup).filter(({ bytesIn }) => bytesIn > 200_000).length).toBeLessThan(8);
});

test('a branch is tried again once another one has brought in what was too large for it', async () => {
  const setup = await limited();
  const [base = ''] = commits(setup.source, 'main', 1);
  branchFrom(setup.source, 'side', base);
  commits(setup.source, 'side', 30);
  commits(setup.source, 'main', 1);
  const tree = git(setup.source, 'rev-parse', 'main^{tree}');
  const merge = git(setup.source, 'commit-tree', tree, '-p', 'main', '-p', 'side', '-m', 'merge');
  git(setup.source, 'update-ref', 'refs/heads/main', merge);

  const { results } = await setup.transfer(setup.changes());

  expect(results.map(({ outcome }) => outcome)).toEqual(['written', 'written']);
  expect(refsIn(setup.target)).toEqual(refsIn(setup.source));
});

test.each([
  ['the merged history', 2, 30],
  ['the history that it was merged into', 30, 2],
])('a merge of a history whose branch is gone arrives when %s is the long one', async (_case, own, side) => {
  const setup = await limited();
  const [base = ''] = commits(setup.source, 'main', 1);
  branchFrom(setup.source, 'side', base);
  commits(setup.source, 'side', side);
  commits(setup.source, 'main', own);
  const tree = git(setup.source, 'rev-parse', 'main^{tree}');
  const merge = git(setup.source, 'commit-tree', tree, '-p', 'main', '-p', 'side', '-m', 'merge');
  git(setup.source, 'update-ref', 'refs/heads/main', merge);
  git(setup.source, 'update-ref', '-d', 'refs/heads/side');
  commits(setup.source, 'main', 3);

  const { results } = await setup.transfer(setup.changes());

  expect(results).toMatchObject([{ outcome: 'written' }]);
  expect(refsIn(setup.target)).toEqual(refsIn(setup.source));
});

test('a proxy that answers 413 once makes the push smaller, not fail', async () => {
  const setup = await limited(null);
  fill(setup.source);
  setup.gitlab.server.faults.add({
    method: 'POST',
    url: /git-receive-pack/,
    action: { kind: 'status', status: 413 },
  });

  const { results } = await setup.transfer(setup.changes());

  expect(results.filter(({ outcome }) => outcome !== 'written')).toEqual([]);
  expect(refsIn(setup.target, ['refs/'])).toEqual(refsIn(setup.source, ALL));
  expect(pushes(setup).length).toBeGreaterThan(2);
});

test.each([
  ['waits no longer', { kind: 'status', status: 504 } as const],
  ['hangs up', { kind: 'reset' } as const],
])('a proxy that %s on a big push gets smaller ones', async (_case, action) => {
  const setup = await limited(null);
  commits(setup.source, 'main', 30, 50_000);
  // Before a large body git asks with an empty one.
  setup.gitlab.server.faults.add({ method: 'POST', url: /git-receive-pack/, skip: 1, action });

  const { results } = await setup.transfer(setup.changes());

  expect(results).toMatchObject([{ outcome: 'written' }]);
  expect(refsIn(setup.target)).toEqual(refsIn(setup.source));
  expect(pushes(setup).length).toBeGreaterThan(3);
});

test('a push that breaks off and cannot be made smaller is tried again before its ref is kept back', async () => {
  const setup = await limited(null);
  commitBytes(setup.source, 'main', 'big', 2_000_000);
  const { faults } = setup.gitlab.server;
  faults.add({
    method: 'POST',
    url: /git-receive-pack/,
    times: Infinity,
    action: { kind: 'status', status: 504 },
  });

  await expect(setup.transfer(setup.changes())).rejects.toMatchObject({ code: 'push-failed' });
  const second = await setup.transfer(setup.changes(), { attempt: 2 });
  faults.clear();
  const third = await setup.transfer(setup.changes());

  expect(second.results).toMatchObject([{ outcome: 'refused' }]);
  expect(reasonOf(second.results, 'refs/heads/main')).toMatch(
    /504.* alone requires a push of about 2\.\d MB/,
  );
  expect(third.results).toMatchObject([{ outcome: 'written' }]);
});

test('a small push that breaks off is no matter of size: it fails and can be tried again', async () => {
  const setup = await limited(null);
  commits(setup.source, 'main', 2);
  setup.gitlab.server.faults.add({
    method: 'POST',
    url: /git-receive-pack/,
    action: { kind: 'status', status: 504 },
  });

  await expect(setup.transfer(setup.changes())).rejects.toMatchObject({ code: 'push-failed' });
  const before = pushes(setup).length;
  const { results } = await setup.transfer(setup.changes());

  expect(results).toMatchObject([{ outcome: 'written' }]);
  expect(pushes(setup).length - before).toBe(1);
});

test.each([
  ['a new branch', false],
  ['a branch whose history was rewritten', true],
])('%s that was cut off between two portions is completed by the next run', async (_case, rewritten) => {
  const setup = await limited();
  setup.gitlab.project('team/one').protectedBranches = [];
  commits(setup.source, 'main', 1);
  if (rewritten) {
    commits(setup.source, 'topic', 1);
    await setup.transfer(setup.changes());
    git(setup.source, 'update-ref', '-d', 'refs/heads/topic');
  }
  commits(setup.source, 'topic', 40);
  const last = git(setup.source, 'rev-parse', 'topic');
  const stop = new AbortController();
  setup.gitlab.server.faults.add({
    method: 'POST',
    url: /git-receive-pack/,
    skip: 3,
    action: { kind: 'notice', call: () => stop.abort() },
  });

  const attempt = setup.transfer(setup.changes({ ours: true }), { signal: stop.signal });
  await expect(attempt).rejects.toMatchObject({ code: 'interrupted' });
  const half = git(setup.target, 'rev-parse', 'topic');
  expect(half).not.toBe(last);
  const planned = setup.changes();
  expect(planned.map(({ outcome }) => outcome)).not.toContain('diverged');
  const { results } = await setup.transfer(planned, { unverifiedIds: [half] });

  expect(results).toMatchObject([{ ref: 'refs/heads/topic', outcome: 'written' }]);
  expect(refsIn(setup.target)).toEqual(refsIn(setup.source));
});

test('a ref that somebody moves between two portions is left alone', async () => {
  const setup = await limited();
  commits(setup.source, 'main', 40);
  let foreign = '';
  setup.gitlab.server.faults.add({
    method: 'GET',
    url: /service=git-receive-pack/,
    skip: 2,
    action: {
      kind: 'notice',
      call: () => {
        foreign = commitOn(setup.target, 'main', 'work on GitLab');
      },
    },
  });

  const { results } = await setup.transfer(setup.changes());

  expect(results).toMatchObject([{ ref: 'refs/heads/main', outcome: 'moved' }]);
  expect(foreign).not.toBe('');
  expect(git(setup.target, 'rev-parse', 'main')).toBe(foreign);
});

test('the next repository starts with the size that worked for the last one', async () => {
  const setup = await limited();
  const { gitbucket, gitlab } = setup;
  gitbucket.addRepository({ owner: 'team', name: 'two', private: true });
  gitlab.addProject({ namespace: 'team', path: 'two' });
  fill(setup.source);
  await setup.transfer(setup.changes());
  const first = pushes(setup).length;
  const two = gitbucket.gitDir('team', 'two');
  const ids = commits(two, 'main', 40);
  const repository = sourceOf(gitbucket);
  await repository.connect();
  const refusedBefore = refused(setup);

  const { results } = await setup.transfer(
    [
      {
        ref: 'refs/heads/main',
        outcome: 'create',
        old: null,
        new: ids.at(-1) ?? '',
        force: false,
        afterOthers: false,
      },
    ],
    {
      id: 'team/two',
      source: repository.remote({ owner: 'team', name: 'two' }, 'code'),
      target: targetOf(gitlab).remote('team/two'),
    },
  );

  expect(results).toMatchObject([{ outcome: 'written' }]);
  expect(refsIn(gitlab.gitDir('team/two'))).toEqual(refsIn(two));
  expect(refusedBefore).toBeGreaterThan(0);
  expect(refused(setup)).toBe(refusedBefore);
  expect(pushes(setup).length - first).toBeLessThan(8);
});

/** Pushes that were larger than the server takes. */
function refused(setup: MirrorSetup): number {
  return pushes(setup).filter(({ bytesIn }) => bytesIn > LIMIT).length;
}
