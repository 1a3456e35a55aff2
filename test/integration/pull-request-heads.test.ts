import { expect, test } from 'vitest';
import { commitOn, git } from '../helpers/commits.ts';
import { migrated, verified } from '../helpers/migrated.ts';
import { refsIn } from '../helpers/servers.ts';
import { team } from '../helpers/team.ts';

const config = { migrate: { tracker: 'off', pullRequestHeads: 'pull-requests/' } };

function namesIn(dir: string): string[] {
  return refsIn(dir).map((line) => line.slice(41));
}

/** Questions about what holds a commit. */
function asked(requests: readonly string[]): number {
  return requests.filter((request) => request.includes('/branches-where-head')).length;
}

/** Opens a pull request whose head is a new commit; the branch is gone afterwards unless it is kept. */
function pull(dir: string, number: number, { keep = false } = {}): string {
  git(dir, 'update-ref', `refs/heads/work-${number}`, 'refs/heads/main');
  const id = commitOn(dir, `work-${number}`, `work ${number}`);
  git(dir, 'update-ref', `refs/pull/${number}/head`, id);
  if (!keep) git(dir, 'update-ref', '-d', `refs/heads/work-${number}`);
  return id;
}

test.each(['relay', 'mirror'] as const)(
  'only heads that nothing else holds become branches, and none is asked about twice (%s)',
  async (transport) => {
    const where = await team();
    const source = where.add('app', (dir) => {
      commitOn(dir, 'main', 'first');
      git(dir, 'update-ref', 'refs/pull/1/head', commitOn(dir, 'main', 'merged long ago'));
      commitOn(dir, 'main', 'later');
      pull(dir, 2, { keep: true });
      pull(dir, 3);
      git(dir, 'update-ref', 'refs/pull/3/merge', 'refs/heads/main');
      git(dir, 'update-ref', 'refs/tags/reviewed', pull(dir, 4));
    });
    const reviewed = git(source, 'rev-parse', 'refs/pull/3/head');
    const first = await migrated(where, { config, transport });
    const target = where.gitlab.gitDir('team/app');
    expect(first.item('team/app').state).toBe('proven');
    expect(namesIn(target).sort()).toEqual([
      'refs/heads/main',
      'refs/heads/pull-requests/3',
      'refs/heads/work-2',
      'refs/tags/reviewed',
    ]);
    expect(git(target, 'rev-parse', 'refs/heads/pull-requests/3')).toBe(reviewed);
    expect(first.told('team/app', 'code')).toEqual([
      '1 head of a pull request becomes a branch pull-requests/N; 3 need none, because a branch or tag holds the commit',
    ]);
    expect(first.planned('team/app').losses).toEqual([
      { kind: 'pull-requests', count: 4 },
      { kind: 'other-refs', count: 1 },
    ]);
    // The merged one, and the one that nothing holds.
    expect(asked(first.sourceRequests)).toBe(2);

    const second = await migrated(where, { config, transport });
    expect(second.writes).toEqual([]);
    expect(asked(second.sourceRequests)).toBe(0);

    commitOn(source, 'main', 'main goes on');
    const third = await migrated(where, { config, transport });
    expect(asked(third.sourceRequests)).toBe(1);
    const fourth = await migrated(where, { config, transport });
    expect(fourth.writes).toEqual([]);
    expect(asked(fourth.sourceRequests)).toBe(0);
    const proofs = await verified(where, { config });
    expect(proofs.map(({ state }) => state)).toEqual(['proven', 'proven']);
  },
);

test('a head that is rewritten is followed, and one whose holder is rewritten gets its branch after all', async () => {
  const where = await team();
  const source = where.add('app', (dir) => {
    commitOn(dir, 'main', 'first');
    commitOn(dir, 'release', 'reviewed', { orphan: true });
    git(dir, 'update-ref', 'refs/pull/1/head', 'refs/heads/release');
    commitOn(dir, 'release', 'released');
    pull(dir, 2);
  });
  expect((await migrated(where, { config })).item('team/app').state).toBe('proven');
  const target = where.gitlab.gitDir('team/app');
  const before = git(target, 'rev-parse', 'refs/heads/pull-requests/2');

  const rewritten = pull(source, 2);
  git(source, 'update-ref', 'refs/pull/2/head', commitOn(source, 'other', 'rewritten', { orphan: true }));
  git(source, 'update-ref', '-d', 'refs/heads/other');
  git(source, 'update-ref', '-d', 'refs/heads/release');
  commitOn(source, 'release', 'begun anew', { orphan: true });
  const second = await migrated(where, { config, prune: true });

  expect(second.item('team/app').state).toBe('proven');
  const after = git(target, 'rev-parse', 'refs/heads/pull-requests/2');
  expect(after).toBe(git(source, 'rev-parse', 'refs/pull/2/head'));
  expect([before, rewritten]).not.toContain(after);
  expect(git(target, 'rev-parse', 'refs/heads/pull-requests/1')).toBe(
    git(source, 'rev-parse', 'refs/pull/1/head'),
  );
});

test('where the usual name is taken the head gets another one, and the plan tells both', async () => {
  const where = await team();
  const source = where.add('app', (dir) => {
    commitOn(dir, 'main', 'first');
    commitOn(dir, 'pull-requests/1', "somebody's own branch");
    pull(dir, 1);
  });
  const { item, told } = await migrated(where, { config });
  expect(item('team/app').state).toBe('proven');
  expect(told('team/app', 'code')).toEqual([
    '1 head of a pull request becomes a branch pull-requests/N, under another name where that one is taken: refs/pull/1/head → refs/heads/pull-requests/1-head',
  ]);
  const target = where.gitlab.gitDir('team/app');
  for (const [name, ref] of [
    ['pull-requests/1', 'refs/heads/pull-requests/1'],
    ['pull-requests/1-head', 'refs/pull/1/head'],
  ])
    expect(git(target, 'rev-parse', `refs/heads/${name}`)).toBe(git(source, 'rev-parse', ref ?? ''));
});

test('without the key nothing is asked and no head travels', async () => {
  const where = await team();
  where.add('app', (dir) => {
    commitOn(dir, 'main', 'first');
    pull(dir, 1);
  });
  const { told, sourceRequests } = await migrated(where, { config: { migrate: { tracker: 'off' } } });
  expect(namesIn(where.gitlab.gitDir('team/app'))).toEqual(['refs/heads/main']);
  expect(told('team/app', 'code')).toEqual([]);
  expect(sourceRequests.filter((request) => request.includes('/commits/'))).toEqual([]);
});

test('a GitBucket that cannot tell what holds a head loses none: each gets its branch', async () => {
  const where = await team({ gitbucket: { version: '4.30' } });
  where.add('app', (dir) => {
    commitOn(dir, 'main', 'first');
    git(dir, 'update-ref', 'refs/pull/1/head', 'refs/heads/main');
    commitOn(dir, 'main', 'second');
    git(dir, 'update-ref', 'refs/pull/2/head', 'refs/heads/main');
  });
  const { item } = await migrated(where, { config });
  expect(item('team/app').state).toBe('proven');
  expect(namesIn(where.gitlab.gitDir('team/app')).sort()).toEqual([
    'refs/heads/main',
    'refs/heads/pull-requests/1',
  ]);
});
