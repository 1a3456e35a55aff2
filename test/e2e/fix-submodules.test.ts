import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commitOn, git } from '../helpers/commits.ts';
import { planOf } from '../helpers/foresight.ts';
import { blobOf, commitOf, treeOf } from '../helpers/odd-objects.ts';
import { runProgram } from '../helpers/run-program.ts';
import { refsIn, writesOf } from '../helpers/servers.ts';
import { gb2gl, itemOf, resultOf, workplace } from '../helpers/small-server.ts';
import { head, projectOf, team, type Team } from '../helpers/team.ts';
import { tempDir } from '../helpers/temp-dir.ts';
import {
  allRequests,
  effectsOf,
  endState,
  freeze,
  openWorld,
  runUntilKilled,
  type Snapshot,
} from './resume-world.ts';

const branch = 'refs/heads/gb2gl/submodules';

/** `team/super` with submodules of all kinds at `main`; gives the commit. */
function superproject(servers: Team, dir: string, text = modules(servers)): string {
  const parents = refsIn(dir, ['refs/heads/main']).map((line) => line.slice(0, 40));
  const rows = [
    { mode: '100644', name: '.gitmodules', id: blobOf(dir, text) },
    { mode: '160000', name: 'lib', id: 'a'.repeat(40) },
    { mode: '100755', name: 'übung', id: blobOf(dir, 'run') },
  ];
  const commit = commitOf(dir, { tree: treeOf(dir, rows), parents });
  head(dir, 'main', commit);
  return commit;
}

function modules({ gitbucket }: Team): string {
  return [
    '# where they are',
    `[submodule "lib"]\n\tpath = lib\n\turl = ${gitbucket.url}/git/team/lib.git ; absolute`,
    '[submodule "tools"]\n\tpath = tools\n\turl = ../c++.git',
    '[submodule "follows"]\n\tpath = follows\n\turl = ../lib.git\n\tbranch = main',
    '[submodule "elsewhere"]\n\tpath = elsewhere\n\turl = https://git.example.com/x.git\n',
  ].join('\n');
}

async function world(): Promise<Team & { dir: string }> {
  const servers = await team();
  servers.add('lib', (dir) => commitOn(dir, 'main', 'a library'));
  servers.add('c++', (dir) => commitOn(dir, 'main', 'renamed on GitLab'));
  servers.add('plain', (dir) => commitOn(dir, 'main', 'without submodules'));
  const dir = servers.add('super', (place) => superproject(servers, place));
  return { ...servers, dir };
}

const flags = ['migrate', '--all', '--yes', '--json', '--fix-submodules'];

test('one branch with one commit gets the new addresses; the next run writes nothing, and follows what changes', async () => {
  const servers = await world();
  const { gitlab, dir } = servers;
  const plan = await planOf(servers, ['--fix-submodules']);
  const planned = projectOf(plan, 'team/super').steps.find(({ step }) => step === 'submodules');
  expect(planned).toMatchObject({ changes: true, counts: { changed: 2 } });
  expect(planned?.notices.map(({ message }) => message)).toEqual([
    `on the branch gb2gl/submodules, submodule lib leads to ${gitlab.url}/team/lib.git instead of ${servers.gitbucket.url}/git/team/lib.git`,
    'on the branch gb2gl/submodules, submodule tools leads to ../cplusplus.git instead of ../c++.git',
  ]);
  expect(projectOf(plan, 'team/plain').steps.map(({ step }) => step)).not.toContain('submodules');

  const first = resultOf(await gb2gl(servers, flags));
  expect(first.items.map(({ state }) => state)).toEqual(first.items.map(() => 'proven'));
  const target = gitlab.gitDir('team/super');
  const source = git(dir, 'rev-parse', 'main');
  expect(git(target, 'rev-parse', 'main')).toBe(source);
  expect(git(target, 'rev-list', '--parents', '-1', branch).split(' ')[1]).toBe(source);
  expect(git(target, 'diff', '--name-only', 'main', branch)).toBe('.gitmodules');
  expect(git(target, 'show', `${branch}:.gitmodules`)).toBe(
    modules(servers)
      .replace(`${servers.gitbucket.url}/git/team/lib.git ; absolute`, `${gitlab.url}/team/lib.git`)
      .replace('../c++.git', '../cplusplus.git')
      .trimEnd(),
  );
  const made = git(target, 'rev-parse', branch);

  gitlab.server.requests.length = 0;
  const second = resultOf(await gb2gl(servers, flags));
  expect(writesOf(gitlab.server.requests)).toEqual([]);
  expect(itemOf(second, 'team/super').state).toBe('proven');
  expect(second.totals.steps).toContainEqual({
    step: 'submodules',
    title: 'Submodules',
    counts: { unchanged: 2 },
  });
  // Neither the option nor the journal's branch makes it foreign or lets it be deleted.
  const without = resultOf(await gb2gl(servers, ['migrate', '--all', '--yes', '--json', '--prune']));
  expect(writesOf(gitlab.server.requests)).toEqual([]);
  expect(itemOf(without, 'team/super').steps.map(({ step }) => step)).toContain('submodules');

  commitOn(dir, 'main', 'without .gitmodules');
  superproject(servers, dir, modules(servers).replace('../c++.git', '../plain.git'));
  const moved = resultOf(await gb2gl(servers, flags));
  expect(itemOf(moved, 'team/super').state).toBe('proven');
  const again = git(target, 'rev-parse', branch);
  expect(again).not.toBe(made);
  expect(git(target, 'rev-parse', `${branch}^`)).toBe(git(dir, 'rev-parse', 'main'));

  // The work directory may be lost: the branch is no sign of somebody else's project.
  const elsewhere = resultOf(await gb2gl(servers, [...flags, '--work-dir', 'other']));
  expect(itemOf(elsewhere, 'team/super').state).toBe('proven');
  expect(git(target, 'rev-parse', branch)).toBe(again);
});

test('a branch that somebody has changed, merged or removed is left alone', async () => {
  const servers = await world();
  const { gitlab, dir } = servers;
  await gb2gl(servers, flags);
  const target = gitlab.gitDir('team/super');
  const theirs = commitOn(target, 'gb2gl/submodules', 'somebody went on');
  superproject(servers, dir, modules(servers).replace('../c++.git', '../plain.git'));
  const kept = resultOf(await gb2gl(servers, flags));
  expect(git(target, 'rev-parse', branch)).toBe(theirs);
  expect(itemOf(kept, 'team/super').state).toBe('proven');
  const check = itemOf(kept, 'team/super').steps.find(({ step }) => step === 'submodules')?.check;
  expect(check?.differences.map(({ message }) => message)).toEqual([
    'the branch with the new addresses was changed by somebody else: it is left alone',
  ]);

  git(target, 'update-ref', '-d', branch);
  // Plan, run and report say one thing: nothing leads to GitLab on a branch that is not there.
  const gone = 'the branch with the new addresses was merged or removed: it is not made again';
  const plan = await planOf(servers, ['--fix-submodules']);
  const planned = projectOf(plan, 'team/super').steps.find(({ step }) => step === 'submodules');
  expect(planned).toMatchObject({ changes: false, counts: {} });
  expect(planned?.notices.map(({ message }) => message)).toEqual([gone]);
  const removed = resultOf(await gb2gl(servers, flags));
  const step = itemOf(removed, 'team/super').steps.find(({ step: name }) => name === 'submodules');
  expect(step).toMatchObject({ counts: {}, notices: [] });
  expect(step?.check?.differences.map(({ message }) => message)).toEqual([gone]);
  expect(refsIn(target, [branch])).toEqual([]);
  expect(itemOf(removed, 'team/super').state).toBe('proven');
});

test('a source with a branch of that name keeps it, and what leads nowhere is told', async () => {
  const servers = await world();
  git(servers.dir, 'branch', 'gb2gl', 'main');
  const text = modules(servers).replace('../c++.git', '../gone.git');
  servers.add('lost', (dir) =>
    superproject(servers, dir, text.replaceAll(/\turl = http:.*/g, '\turl = ../gone.git')),
  );
  const result = resultOf(await gb2gl(servers, flags));
  expect(result.items.map(({ state }) => state)).toEqual(result.items.map(() => 'proven'));
  const said = (id: string): string[] =>
    itemOf(result, id).steps.flatMap(({ step, notices }) =>
      step === 'submodules' ? notices.map(({ code }) => code) : [],
    );
  expect(said('team/super')).toEqual(['submodules-branch-taken']);
  expect(said('team/lost')).toEqual(['submodule-lost', 'submodule-lost']);
  const journal = await readFile(join(await workplace(servers), '.gb2gl', 'journal.jsonl'), 'utf8');
  expect(journal).not.toContain('gb2gl/submodules');
});

/** Everything is on both sides but the branch; its commit depends on no address of these servers. */
async function almostThere(folder: string): Promise<Snapshot> {
  const world = await openWorld(join(folder, 'first'));
  const { gitbucket } = world;
  gitbucket.addGroup({ login: 'team', members: [{ login: 'root', manager: true }] });
  for (const name of ['c++', 'super'])
    gitbucket.addRepository({ owner: 'team', name, defaultBranch: 'main' });
  commitOn(gitbucket.gitDir('team', 'c++'), 'main', 'renamed on GitLab');
  const dir = gitbucket.gitDir('team', 'super');
  const id = blobOf(dir, '[submodule "lib"]\n\tpath = lib\n\turl = ../c++.git\n');
  head(dir, 'main', commitOf(dir, { tree: treeOf(dir, [{ mode: '100644', name: '.gitmodules', id }]) }));
  expect((await runProgram(['migrate', '--all', '--yes'], world)).code).toBe(0);
  return freeze(world);
}

test('killed at any write, the next run ends as if nothing had happened', async () => {
  const folder = await tempDir();
  const snapshot = await almostThere(folder);
  const undisturbed = await openWorld(join(folder, 'undisturbed'), snapshot);
  expect((await runProgram(flags, undisturbed)).code).toBe(0);
  const wanted = await endState(undisturbed);
  expect(JSON.stringify(wanted)).toContain(branch);
  const writes = effectsOf(allRequests(undisturbed)).length;
  await undisturbed.close();
  expect(writes).toBeGreaterThan(0);
  for (let number = 1; number <= writes; number += 1) {
    for (const mode of ['unserved', 'served'] as const) {
      const world = await openWorld(join(folder, `${number}-${mode}`), snapshot);
      expect(await runUntilKilled(world, flags, { among: 'writes', number, mode })).not.toBeNull();
      const again = await runProgram(flags, world);
      expect(again.code, again.stderr).toBe(0);
      expect(await endState(world), `${number} ${mode}`).toEqual(wanted);
      world.gitlab.server.requests.length = 0;
      expect((await runProgram(flags, world)).code).toBe(0);
      expect(writesOf(world.gitlab.server.requests)).toEqual([]);
      await world.close();
    }
  }
});
