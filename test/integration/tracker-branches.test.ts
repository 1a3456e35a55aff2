import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { addComment, addPull } from '../../sandbox/gitbucket.ts';
import { commitOn, git } from '../helpers/commits.ts';
import { killed, verified, verifiedAfterRuns, type Migration } from '../helpers/migrated.ts';
import { filesOf } from '../helpers/odd-objects.ts';
import { refIn, setRef } from '../helpers/refs.ts';
import { app, at, branchOff, run, smallTracker, sourceItem, stepIn, trackerAt } from './tracker-setup.ts';
import type { SmallTracker } from './tracker-setup.ts';

// The fork is there for its requests.
const select = { include: ['*/*'], exclude: ['bob/*'] };
const migrate = { tracker: 'auto', createUsers: true };
const off: Migration = { password: 'root', config: { select, migrate } };
const on: Migration = { ...off, config: { select, migrate: { ...migrate, sourceBranches: true } } };

type World = SmallTracker & { ids: Record<3 | 5 | 6 | 7 | 8, string>; /** Loadings. */ steps: string[] };

/** Beside the small tracker an open and a closed request of a fork (!5, !6), and of deleted branches (!7, !8); !3 is merged. */
async function world(): Promise<World> {
  const where = await smallTracker();
  const { gitbucket, gitlab } = where;
  gitbucket.fork('team', 'app', 'bob');
  const dir = gitbucket.gitDir('team', 'app');
  const fork = gitbucket.gitDir('bob', 'app');
  const ids = {
    3: where.heads.merged,
    5: branchOff(fork, 'topic'),
    6: branchOff(fork, 'idea'),
    7: branchOff(dir, 'left'),
    8: branchOff(dir, 'gone'),
  };
  const usual = { author: 'bob', base: 'main', createdAt: at(7), endedAt: at(8) };
  const pull = (more: Omit<Parameters<typeof addPull>[2], 'author' | 'base'>) =>
    addPull(gitbucket.context, app, { ...usual, ...more });
  await pull({ title: 'Fork', head: { owner: 'bob', branch: 'topic' } });
  await pull({ title: 'Closed fork', head: { owner: 'bob', branch: 'idea' }, state: 'closed' });
  await pull({ title: 'Left', head: { branch: 'left' } });
  await pull({ title: 'Gone', head: { branch: 'gone' }, state: 'closed' });
  for (const branch of ['merged', 'left', 'gone']) git(dir, 'update-ref', '-d', `refs/heads/${branch}`);
  gitbucket.server.requests.length = 0;
  // The jobs after a push come in time: tests do not wait for them.
  const steps: string[] = [];
  const call = (): Promise<void> => {
    steps.push('load');
    return gitlab.settle();
  };
  gitlab.server.faults.add({ url: /\/import-relation/, times: Infinity, action: { kind: 'notice', call } });
  return { ...where, ids, steps };
}

/** Names of the branches that GitLab has. */
function branchesIn({ gitlab }: SmallTracker): string[] {
  const listed = git(gitlab.gitDir(app), 'for-each-ref', '--format=%(refname)', 'refs/heads', 'refs/pull');
  return listed.split('\n').map((ref) => ref.replace('refs/heads/', ''));
}

function requestOf(where: SmallTracker, number: number) {
  const found = trackerAt(where).mergeRequests.find(({ iid }) => iid === number);
  if (!found) throw new Error(`no !${number}`);
  return found;
}

/** What people get who fetch `merge-requests/N/head`, by its number. */
async function headsIn({ gitlab }: SmallTracker): Promise<Record<string, string>> {
  const remote = `${gitlab.url.replace('//', `//root:${gitlab.token('root')}@`)}/${app}.git`;
  const { stdout } = await promisify(execFile)('git', ['ls-remote', remote, 'refs/merge-requests/*/head']);
  return Object.fromEntries(
    stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => line.split('\t'))
      .map(([id = '', ref = '']) => [ref.split('/')[2] ?? '', id]),
  );
}

function told(ran: Awaited<ReturnType<typeof run>>): string[] {
  return (stepIn(ran)?.notices ?? [])
    .filter(({ code }) => code.startsWith('tracker-branch-'))
    .map(({ code, message }) => `${code} ${message}`);
}

const staying = ['main', 'open', 'left', 'pr-5-bob-topic'];

test('each request has its branch while it is loaded, and open ones keep it', async () => {
  const where = await world();
  const first = await run(where, on);
  expect(stepIn(first)).toMatchObject({ state: 'proven', counts: { create: 8 } });
  expect(told(first)).toEqual([]);
  expect(await headsIn(where)).toEqual({ ...where.ids, 4: where.heads.open });
  expect(branchesIn(where).toSorted()).toEqual(staying.toSorted());
  await where.gitlab.settle();
  expect([5, 6, 7, 8].map((number) => requestOf(where, number).state)).toEqual([
    'opened',
    'closed',
    'opened',
    'closed',
  ]);
  for (const number of [5, 7]) {
    expect(requestOf(where, number).versions).toHaveLength(1);
    expect(requestOf(where, number).notes.filter(({ system }) => system)).toEqual([]);
  }
  const second = await run(where, on);
  expect(second.writes).toEqual([]);
  expect(second.item(app).state).toBe('proven');
  expect(second.planned(app).steps.find(({ step }) => step === 'code')?.part).toMatchObject({
    refs: expect.arrayContaining([
      expect.objectContaining({
        ref: 'refs/heads/pr-5-bob-topic',
        outcome: 'kept',
        reason: 'only on the target; the branch of a pull request',
      }),
    ]),
  });
  for (const prove of [verified, verifiedAfterRuns])
    expect((await prove(where, on)).find(({ id }) => id === app)?.state).toBe('proven');
  expect((await run(where, { ...on, prune: true })).writes).toEqual([]);
});

test('without the key the run that loads them tells which open requests have no branch', async () => {
  const where = await world();
  const first = await run(where, off);
  expect(stepIn(first)).toMatchObject({ state: 'proven' });
  expect(told(first)).toEqual([
    expect.stringMatching(/^tracker-branch-absent .*sourceBranches.*: !5 \(pr-5-bob-topic\), !7 \(left\)$/),
  ]);
  expect(branchesIn(where).toSorted()).toEqual(['main', 'open']);
  expect(await headsIn(where)).toEqual({ 4: where.heads.open });
  const second = await run(where, off);
  expect(second.writes).toEqual([]);
  expect(told(second)).toEqual([]);

  // With its branch !7 would change, and be closed when that goes.
  const dir = where.gitbucket.gitDir('team', 'app');
  branchOff(dir, 'left');
  const usual = { title: 'Later', author: 'ann', base: 'main', head: { branch: 'left' }, createdAt: at(20) };
  await addPull(where.gitbucket.context, app, { ...usual, state: 'closed', endedAt: at(21) });
  git(dir, 'update-ref', '-d', 'refs/heads/left');
  expect(told(await run(where, on))).toEqual([expect.stringMatching(/^tracker-branch-shared .*: !9 .*!7/)]);
  await where.gitlab.settle();
  expect(requestOf(where, 7)).toMatchObject({ state: 'opened', versions: [{}] });
});

test('requests are loaded when GitLab is done with the push of their branches', async () => {
  const where = await world();
  const { steps } = where;
  const slept = (ms: number): void => {
    if (ms > 20_000) steps.push('wait');
  };
  await run(where, { ...on, config: { ...on.config, limits: { quietSeconds: 30 } }, slept });
  expect(steps.slice(0, 3)).toEqual(['load', 'wait', 'load']);
});

test('the branch of a request that is closed on GitBucket goes with the next run, a moved one follows', async () => {
  const where = await world();
  await run(where, on);
  const { gitbucket } = where;
  addComment(gitbucket.context, app, 7, { author: 'bob', body: 'Close', action: 'close', at: at(20) });
  sourceItem(where, 7).closed = true;
  const dir = gitbucket.gitDir('team', 'app');
  const moved = branchOff(gitbucket.gitDir('bob', 'app'), 'later');
  git(dir, 'fetch', '-q', gitbucket.gitDir('bob', 'app'), `+${moved}:refs/pull/5/head`);
  addComment(gitbucket.context, app, 5, { author: 'ann', body: 'news', at: at(21) });
  const second = await run(where, { ...on, transport: 'mirror' });
  expect(stepIn(second)).toMatchObject({ state: 'proven', counts: { update: 2 } });
  expect(branchesIn(where).toSorted()).toEqual(['main', 'open', 'pr-5-bob-topic']);
  expect(await headsIn(where)).toMatchObject({ 5: moved, 7: where.ids[7] });
  await where.gitlab.settle();
  expect([requestOf(where, 5).state, requestOf(where, 7).state]).toEqual(['opened', 'closed']);
  expect((await run(where, on)).writes).toEqual([]);
});

test.each([
  // The second push to the project brings heads, the third branches; then heads are removed, and branches.
  ['branches are pushed', 3, /team\/app\.git\/git-receive-pack/],
  ['requests are loaded', 2, /import-relation/],
  ['branches are removed', 5, /team\/app\.git\/git-receive-pack/],
])('a run that is killed after %s is finished by the next one', async (_when, write, of) => {
  const where = await world();
  where.gitlab.server.faults.clear();
  expect(await killed(where, { ...on, killAt: { write, served: true, of } })).toBe(true);
  await where.gitlab.settle();
  expect(stepIn(await run(where, on))).toMatchObject({ state: 'proven' });
  await where.gitlab.settle();
  expect(branchesIn(where).toSorted()).toEqual(staying.toSorted());
  expect(await headsIn(where)).toEqual({ ...where.ids, 4: where.heads.open });
  expect([5, 7].map((number) => requestOf(where, number).state)).toEqual(['opened', 'opened']);
  expect((await run(where, on)).writes).toEqual([]);
});

test('what GitLab has or refuses is left as it is and told, and the requests come all the same', async () => {
  const where = await world();
  const { gitlab, gitbucket } = where;
  await run(where, { config: { select, migrate: { tracker: 'off' } } });
  const dir = gitlab.gitDir(app);
  const main = refIn(dir, 'refs/heads/main') ?? '';
  for (const name of ['pr-5-bob-topic', 'merged/it']) setRef(dir, `refs/heads/${name}`, main);
  const nobody = { pushAccessLevel: 0, mergeAccessLevel: 0, allowForcePush: false };
  const rules = gitlab.protectedBranches(app);
  rules.push(
    { id: 900, name: 'left*', ...nobody },
    { id: 901, name: 'gone*', ...nobody, pushAccessLevel: 40 },
  );
  const usual = { author: 'ann', base: 'main', createdAt: at(9), endedAt: at(9), state: 'closed' } as const;
  const source = gitbucket.gitDir('team', 'app');
  setRef(source, 'refs/heads/gone', refIn(source, 'refs/heads/main') ?? '');
  const again = commitOn(source, 'gone', 'begun anew');
  await addPull(gitbucket.context, app, { ...usual, title: 'Again', head: { branch: 'gone' } });
  git(source, 'update-ref', '-d', 'refs/heads/gone');
  const first = await run(where, on);
  expect(stepIn(first)).toMatchObject({ state: 'proven', counts: { create: 9 } });
  expect(told(first)).toEqual([
    'tracker-branch-taken GitLab has another branch of that name, which stays as it is: !5 (pr-5-bob-topic)',
    'tracker-branch-shared another request has its branch, so it has none: !8 (gone: that of !9)',
    expect.stringMatching(
      /^tracker-branch-refused .*: !3 \(merged: refname conflict.*!7 \(left: .*protected/,
    ),
    expect.stringMatching(/^tracker-branch-stays .*protected/),
  ]);
  const stays = ['gone', 'main', 'merged/it', 'open', 'pr-5-bob-topic'];
  expect(branchesIn(where).toSorted()).toEqual(stays);
  expect(refIn(dir, 'refs/heads/pr-5-bob-topic')).toBe(main);
  expect(await headsIn(where)).toMatchObject({ 6: where.ids[6], 9: again });
  rules.splice(
    rules.findIndex(({ name }) => name === 'gone*'),
    1,
  );
  expect(told(await run(where, on))).toEqual([]);
  expect(branchesIn(where).toSorted()).toEqual(stays.slice(1));
  expect((await run(where, on)).writes).toEqual([]);
});

test('a branch that comes back on GitBucket is moved like any other', async () => {
  const where = await world();
  await run(where, on);
  const dir = where.gitbucket.gitDir('team', 'app');
  setRef(dir, 'refs/heads/left', refIn(dir, 'refs/heads/main') ?? '');
  const again = commitOn(dir, 'left', 'begun anew');
  const second = await run(where, { ...on, prune: true });
  expect(second.item(app).state).toBe('proven');
  expect(refIn(where.gitlab.gitDir(app), 'refs/heads/left')).toBe(again);
  expect((await run(where, on)).writes).toEqual([]);
});

test('a CI file that only a pull request has starts no pipeline, and a commit that names an issue is noted', async () => {
  const where = await world();
  const { gitbucket, gitlab } = where;
  const fork = gitbucket.gitDir('bob', 'app');
  const parents = [refIn(fork, 'refs/heads/main') ?? ''];
  const files = { '.gitlab-ci.yml': 'job: { script: make }\n' };
  const ci = filesOf(fork, files, { parents, message: 'see #1' });
  setRef(fork, 'refs/heads/ci', ci);
  const head = { owner: 'bob', branch: 'ci' };
  await addPull(gitbucket.context, app, { title: 'CI', author: 'bob', base: 'main', head, createdAt: at(9) });
  expect(stepIn(await run(where, on))).toMatchObject({ state: 'proven' });
  await gitlab.settle();
  expect(branchesIn(where)).toContain('pr-9-bob-ci');
  expect(gitlab.context.pipelines).toEqual([]);
  expect(gitlab.project(app).attributes['builds_access_level'] ?? 'enabled').toBe('enabled');
  const notes = trackerAt(where).issues.find(({ iid }) => iid === 1)?.notes ?? [];
  expect(notes.map(({ body }) => body)).toContain(`mentioned in commit ${ci}`);
});
