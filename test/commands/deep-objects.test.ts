import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { skipListName } from '../../src/gitlab/rules/object-checks.ts';
import { differencesOf } from '../helpers/code-of.ts';
import { expect, test } from 'vitest';
import { commitOn, git } from '../helpers/commits.ts';
import { planOf } from '../helpers/foresight.ts';
import { blobOf, commitOf, faults, filesOf, noiseOf, treeOf } from '../helpers/odd-objects.ts';
import { writesOf } from '../helpers/servers.ts';
import { gb2gl, itemOf, migrateAll, resultOf, workplace } from '../helpers/small-server.ts';
import { findingsIn, head, projectOf, refusedIn, team, type Team } from '../helpers/team.ts';

test('what --deep calls refused is what GitLab then refuses, object by object and check by check', async () => {
  const servers = await team();
  for (const name of ['refused', 'accepted']) {
    servers.add(name, (dir) => {
      commitOn(dir, 'main', 'sound');
      for (const [check, { refused, make }] of Object.entries(faults))
        if (refused === (name === 'refused')) head(dir, check, make(dir));
    });
  }

  const plan = await planOf(servers, ['--deep']);
  expect(writesOf(servers.gitlab.server.requests)).toEqual([]);
  const result = resultOf(await migrateAll(servers));

  expect(plan.problems).toEqual([]);
  expect(findingsIn(plan, 'team/accepted')).toEqual([]);
  expect(itemOf(result, 'team/accepted').state).toBe('proven');
  const told = projectOf(plan, 'team/refused').findings.map(
    ({ object, message }) => `${object}: ${message.split(':')[0]}`,
  );
  const met = differencesOf(itemOf(result, 'team/refused')).map(({ ref, reason }) => {
    const check = ref.replace('refs/heads/', '');
    return new RegExp(`[0-9a-f]{40}: ${check}\\b`).exec(reason)?.[0] ?? `${ref} ${reason}`;
  });
  expect(met).toHaveLength(Object.values(faults).filter(({ refused }) => refused).length);
  expect(told.sort()).toEqual(met.sort());

  // Ready to use: with the list that the plan has written everything gets through.
  const [planned = ''] = await skipLists(servers, 'plan');
  const [migrated = ''] = await skipLists(servers, 'migrate');
  expect(planned.split('\n').filter(Boolean)).toEqual(
    [...new Set(told.map((line) => line.slice(0, 40)))].sort(),
  );
  expect(migrated).toBe(planned);
  const list = join(servers.folder, 'copy-on-gitaly');
  await writeFile(list, planned);
  servers.gitlab.settings.git.fsckSkipList = list;
  const afterwards = resultOf(await migrateAll(servers));
  expect(itemOf(afterwards, 'team/refused').state).toBe('proven');
});

async function skipLists(servers: Team, kind: string): Promise<string[]> {
  const reports = join(await workplace(servers), '.gb2gl', 'reports');
  const folders = (await readdir(reports)).filter((name) => name.endsWith(kind));
  return Promise.all(folders.map((name) => readFile(join(reports, name, skipListName), 'utf8')));
}

test('only objects count that travelling refs reach and GitLab does not have', async () => {
  const servers = await team();
  const { make } = faults['badDate']!;
  servers.add('pull', (dir) => {
    commitOn(dir, 'main', 'sound');
    git(dir, 'update-ref', 'refs/pull/1/head', make(dir));
    git(dir, 'update-ref', 'refs/heads/HEAD', make(dir));
  });
  servers.add('let-through', (dir) => {
    commitOn(dir, 'main', 'sound');
    head(dir, 'odd', make(dir));
  });
  servers.gitlab.settings.git.fsckIgnore = ['badDate'];
  await gb2gl(servers, ['migrate', '--yes', '--repo', 'team/let-through', '--quiet']);
  servers.gitlab.settings.git.fsckIgnore = [];

  const plan = await planOf(servers, ['--deep']);
  expect(plan.projects.map(({ id }) => id)).toEqual(['team/let-through', 'team/pull']);
  for (const { findings } of plan.projects) expect(findings).toEqual([]);

  const dir = servers.gitbucket.gitDir('team', 'let-through');
  const newer = faults['missingEmail']!.make(dir);
  head(
    dir,
    'odd',
    commitOf(dir, {
      tree: git(dir, 'rev-parse', 'odd^{tree}'),
      parents: [git(dir, 'rev-parse', 'odd'), newer],
    }),
  );
  head(dir, 'odd-too', git(dir, 'rev-parse', 'odd'));
  const next = await planOf(servers, ['--deep']);
  const [finding] = projectOf(next, 'team/let-through').findings;
  expect(finding?.message).toContain('such as refs/heads/odd and one other ref');
  expect(findingsIn(next, 'team/let-through')).toEqual([
    { code: 'bad-object', object: newer, refused: true },
  ]);
});

test('what is too large for one push is named with path and commit, and is what GitLab then refuses', async () => {
  const servers = await team();
  servers.gitlab.settings.git.receiveMaxInputSize = 1024 * 1024;
  servers.add('file', (dir) => {
    const first = filesOf(dir, { 'README.md': 'small\n' });
    const model = blobOf(dir, noiseOf('model', 1_300_000));
    const data = treeOf(dir, [{ mode: '100644', name: 'model.bin', id: model }]);
    const tree = treeOf(dir, [{ mode: '40000', name: 'data', id: data }]);
    const second = commitOf(dir, { tree, parents: [first] });
    head(dir, 'main', filesOf(dir, { 'README.md': 'gone again\n' }, { parents: [second] }));
  });
  servers.add('commit', (dir) => {
    const names = ['a', 'b', 'c', 'd'];
    head(dir, 'main', filesOf(dir, Object.fromEntries(names.map((name) => [name, noiseOf(name, 400_000)]))));
  });
  servers.add('history', (dir) => {
    const first = filesOf(dir, { a: noiseOf('a', 700_000) });
    head(dir, 'main', filesOf(dir, { b: noiseOf('b', 700_000) }, { parents: [first] }));
  });

  // Each commit fits, but neither line of the merge can be pushed without the whole of the other.
  servers.add('merged', (gitDir) => {
    const first = filesOf(gitDir, { a: 'a' });
    const [left = '', right = ''] = ['left', 'right'].map((side) => {
      const older = filesOf(gitDir, { a: noiseOf(`older ${side}`, 700_000) }, { parents: [first] });
      return filesOf(gitDir, { a: noiseOf(`newer ${side}`, 700_000) }, { parents: [older] });
    });
    head(gitDir, 'main', filesOf(gitDir, { a: 'merged' }, { parents: [left, right] }));
    head(gitDir, 'other', first);
  });
  servers.add('tagged', (gitDir) => {
    head(gitDir, 'main', filesOf(gitDir, { a: 'a' }));
    const older = filesOf(gitDir, { a: noiseOf('older', 700_000) });
    const newer = filesOf(gitDir, { a: noiseOf('newer', 700_000) }, { parents: [older] });
    git(gitDir, 'tag', '-a', '-m', 'on no branch', 'v1', newer);
    git(gitDir, 'tag', 'v0', older);
  });

  const plan = await planOf(servers, ['--deep']);
  const result = resultOf(await migrateAll(servers));

  const dir = servers.gitbucket.gitDir('team', 'file');
  const [file] = projectOf(plan, 'team/file').findings;
  expect(file).toMatchObject({ code: 'large-file', refused: true, object: 'data/model.bin' });
  expect(file?.message).toContain('1.2 MiB');
  expect(file?.message).toContain(`commit ${git(dir, 'rev-parse', 'main~1')}`);
  const tip = git(servers.gitbucket.gitDir('team', 'commit'), 'rev-parse', 'main');
  expect(findingsIn(plan, 'team/commit')).toEqual([{ code: 'large-file', object: tip, refused: true }]);
  expect(findingsIn(plan, 'team/history')).toEqual([]);
  for (const id of ['team/merged', 'team/tagged']) {
    const foreseen = projectOf(plan, id).findings.map(({ object }) => object);
    expect(foreseen).toEqual(differencesOf(itemOf(result, id)).map(({ ref }) => ref));
  }
  expect(refusedIn(plan)).toEqual(['team/commit', 'team/file', 'team/merged']);
  expect(result.items.filter(({ state }) => state === 'refused').map(({ id }) => id)).toEqual(
    refusedIn(plan),
  );
});
