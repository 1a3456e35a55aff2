import { expect, test } from 'vitest';
import { mergedFixes } from '../../src/report/merged-fixes.ts';
import { commitOn, git } from '../helpers/commits.ts';
import { migrated, verified } from '../helpers/migrated.ts';
import { refsIn } from '../helpers/servers.ts';
import { team } from '../helpers/team.ts';

const everything = ['refs'];
const review = { migrate: { refs: ['refs/review/*', 'refs/meta/config', 'refs/meta/absent'] } };

/** `id ref` lines of what the patterns of `review` move. */
function travelling(dir: string): string[] {
  return refsIn(dir, ['refs/heads', 'refs/review', 'refs/meta']);
}

test.each(['relay', 'mirror'] as const)(
  'refs of the patterns in the config travel as notes do, and are followed (%s)',
  async (transport) => {
    const where = await team();
    const source = where.add('app', (dir) => {
      commitOn(dir, 'main', 'first');
      for (const ref of ['refs/review/1', 'refs/review/deep/er', 'refs/meta/config', 'refs/changes/01'])
        git(dir, 'update-ref', ref, commitOn(dir, 'work', ref));
      git(dir, 'update-ref', '-d', 'refs/heads/work');
    });

    const first = await migrated(where, { config: review, transport });
    const target = where.gitlab.gitDir('team/app');

    expect(first.item('team/app').state).toBe('proven');
    expect(first.planned('team/app').losses).toEqual([{ kind: 'other-refs', count: 1 }]);
    expect(travelling(target)).toEqual(travelling(source));
    expect(travelling(target)).toHaveLength(4);

    git(source, 'update-ref', 'refs/review/1', commitOn(source, 'main', 'rewritten', { orphan: true }));
    git(source, 'update-ref', '-d', 'refs/review/deep/er');
    const second = await migrated(where, { config: review, transport, prune: true });
    expect(second.item('team/app').state).toBe('proven');
    expect(travelling(target)).toEqual(travelling(source));
    expect((await verified(where, { config: review })).map(({ state }) => state)).toEqual([
      'proven',
      'proven',
    ]);
    const third = await migrated(where, { config: review, transport, prune: true });
    expect(third.writes).toEqual([]);
  },
);

test('what GitLab hides and what git refuses is foreseen, and the fixes make branches of it', async () => {
  const where = await team();
  const refs = ['refs/remotes/origin/old', 'refs/environments/prod', 'refs/tmp/x', 'refs/stash'];
  where.add('app', (dir) => {
    commitOn(dir, 'main', 'first');
    for (const ref of refs) git(dir, 'update-ref', ref, 'refs/heads/main');
  });
  const patterns = { refs: ['refs/remotes/*', 'refs/environments/*', 'refs/tmp/*', 'refs/stash'] };

  const first = await migrated(where, { config: { migrate: patterns } });
  expect(first.item('team/app').state).toBe('refused');
  const said = first.plan.projects[0]?.steps.find(({ step }) => step === 'code')?.notices ?? [];
  expect(said.map(({ object, message }) => `${object}: ${message}`).sort()).toEqual([
    'refs/environments/prod: deny updating a hidden ref',
    'refs/remotes/origin/old: deny updating a hidden ref',
    'refs/stash: funny refname',
    'refs/tmp/x: deny updating a hidden ref',
  ]);
  expect(refsIn(where.gitlab.gitDir('team/app'), everything)).toHaveLength(1);

  const fixes = mergedFixes(first.plan) as { map: object };
  const config = { migrate: patterns, ...fixes };
  const fixed = await migrated(where, { config });
  expect(fixed.item('team/app').state).toBe('proven');
  expect(refsIn(where.gitlab.gitDir('team/app')).map((line) => line.slice(41))).toEqual([
    'refs/heads/branch-environments/prod',
    'refs/heads/branch-remotes/origin/old',
    'refs/heads/branch-stash',
    'refs/heads/branch-tmp/x',
    'refs/heads/main',
  ]);
  expect((await migrated(where, { config })).writes).toEqual([]);
});

test('refs of GitLab itself are neither taken for foreign content nor for leftovers, whatever the patterns say', async () => {
  const where = await team();
  where.add('app', (dir) => void commitOn(dir, 'main', 'first'));
  where.gitlab.addGroup({ path: 'team' });
  where.gitlab.addProject({ path: 'app', namespace: 'team' });
  const target = where.gitlab.gitDir('team/app');
  git(target, 'update-ref', 'refs/merge-requests/1/head', commitOn(target, 'theirs', 'a merge request'));
  git(target, 'update-ref', '-d', 'refs/heads/theirs');

  const config = { migrate: { refs: ['refs/merge-requests/*'] } };
  const { item } = await migrated(where, { config, prune: true });
  expect(item('team/app').state, JSON.stringify(item('team/app').problem)).toBe('proven');
  expect(refsIn(target, ['refs/merge-requests'])).toHaveLength(1);
});

test('a new name of map.refs for which nothing travels has no effect, and the plan says so', async () => {
  const where = await team();
  where.add('app', (dir) => void commitOn(dir, 'main', 'first'));
  const config = { map: { refs: { 'team/app': { 'refs/heads/main': 'refs/kept/main' } } } };
  const { told, item } = await migrated(where, { config });
  expect(told('team/app', 'code')).toEqual([
    '"map.refs" cannot rename refs/heads/main to refs/kept/main: "migrate.refs" does not name such refs',
  ]);
  expect(item('team/app').state).toBe('proven');
  expect(refsIn(where.gitlab.gitDir('team/app'))).toHaveLength(1);
});
