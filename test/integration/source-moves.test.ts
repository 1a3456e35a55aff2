import { expect, test } from 'vitest';
import type { Runtime } from '../../src/environment.ts';
import { migrate } from '../../src/engine/migrate.ts';
import { openJournal } from '../../src/journal/journal.ts';
import type { Check, ItemResult } from '../../src/model/result.ts';
import { chooseTransport } from '../../src/transfer/auto.ts';
import { commitOn, git } from '../helpers/commits.ts';
import { preparedWith, quietRuntime } from '../helpers/prepared.ts';
import { refsIn, writesOf, type TestServers } from '../helpers/servers.ts';
import { smallServers } from '../helpers/small-server.ts';

type Between = {
  /** Comes after the plan. */
  between?: () => void;
  /** By how much the clock is ahead from then on. */
  later?: number;
  /** Carries the plan out as the file of one. */
  exact?: true;
};

/** One run with the journal of the folder; gives the item `team-a/one`. */
async function run(where: TestServers, { between, later = 0, ...exact }: Between = {}): Promise<ItemResult> {
  let ahead = 0;
  const now = (): number => Date.now() + ahead;
  const runtime: Runtime = { ...quietRuntime(where.folder), now, sleep: async () => {} };
  const addresses = { source: where.gitbucket.url, target: where.gitlab.url };
  const journal = await openJournal({ directory: where.folder, servers: addresses, run: 'run', now });
  try {
    const { prepared, options } = await preparedWith(where, where.gitlab.token('root'), {
      history: journal.history,
      runtime,
    });
    between?.();
    ahead = later;
    const transport = chooseTransport('relay', { workDir: where.folder, runtime, pushSeconds: 20 });
    const items = await migrate({ ...prepared, ...exact }, { ...options, journal, transport });
    const item = items.find(({ id }) => id === 'team-a/one');
    if (item === undefined) throw new Error('the plan has no team-a/one');
    return item;
  } finally {
    await journal.close();
  }
}

function checkOf({ steps }: ItemResult): Check {
  const check = steps.find(({ step }) => step === 'code')?.check;
  if (!check) throw new Error('it was not proven');
  return check;
}

function sides({ gitbucket, gitlab }: TestServers): { source: string[]; target: string[] } {
  return {
    source: refsIn(gitbucket.gitDir('team-a', 'one')),
    target: refsIn(gitlab.gitDir('team-a/one')),
  };
}

/** Somebody pushes to the source whenever GitLab gets a push, so many times. */
function pushAlong({ gitbucket, gitlab }: TestServers, times: number): () => number {
  let pushes = 0;
  gitlab.server.faults.add({
    method: 'POST',
    url: /^\/team-a\/one\.git\/git-receive-pack$/,
    times,
    action: {
      kind: 'notice',
      call: () => {
        pushes += 1;
        commitOn(gitbucket.gitDir('team-a', 'one'), 'main', `meanwhile ${pushes}`);
      },
    },
  });
  return () => pushes;
}

test('what is pushed to the source between the plan and the push is moved as well', async () => {
  const where = await smallServers();
  const { gitbucket } = where;
  const before = Date.now();

  const item = await run(where, {
    between: () => {
      commitOn(gitbucket.gitDir('team-a', 'one'), 'main', 'while the question stood');
      commitOn(gitbucket.gitDir('team-a', 'one'), 'new', 'while the question stood');
      git(gitbucket.gitDir('team-a', 'one'), 'update-ref', '-d', 'refs/heads/topic');
    },
  });

  const { source, target } = sides(where);
  expect(item.state, item.problem?.message).toBe('proven');
  expect(target).toEqual(expect.arrayContaining(source));
  expect(Date.parse(checkOf(item).asOf ?? '')).toBeGreaterThanOrEqual(before);
});

test('what is pushed to the source while it is pushed to the target is moved by another try', async () => {
  const where = await smallServers();
  const pushes = pushAlong(where, 1);

  const item = await run(where);

  expect(pushes()).toBe(1);
  expect(item.state, item.problem?.message).toBe('proven');
  const { source, target } = sides(where);
  expect(target).toEqual(source);
});

test('a source that moves at every try is not called proven, and the next run moves the rest', async () => {
  const where = await smallServers();
  const pushes = pushAlong(where, Infinity);

  const item = await run(where);

  expect(pushes()).toBeGreaterThanOrEqual(3);
  expect(item).toMatchObject({ state: 'failed', problem: { code: 'source-moved', object: 'team-a/one' } });
  expect(item.problem?.message).toMatch(/refs\/heads\/main was [0-9a-f]{12} and is now [0-9a-f]{12}$/);
  const after = sides(where);
  expect(after.target).not.toEqual(after.source);

  where.gitlab.server.faults.clear();
  expect((await run(where)).state).toBe('proven');
  const { source, target } = sides(where);
  expect(target).toEqual(source);
});

test('an unchanged repository is looked at again when the plan is old', async () => {
  const where = await smallServers();
  await run(where);
  const push = (): void => void commitOn(where.gitbucket.gitDir('team-a', 'one'), 'main', 'much later');

  const item = await run(where, { between: push, later: 61_000 });

  expect(item).toMatchObject({ state: 'proven', changed: true });
  const { source, target } = sides(where);
  expect(target).toEqual(source);
});

test('the proof of what is not read again says of when it is', async () => {
  const where = await smallServers();
  await run(where);
  where.gitlab.server.requests.length = 0;
  let planned = 0;
  const push = (): void => {
    planned = Date.now();
    commitOn(where.gitbucket.gitDir('team-a', 'one'), 'main', 'a moment later');
  };

  const item = await run(where, { between: push, later: 30_000 });

  expect(writesOf(where.gitlab.server.requests)).toEqual([]);
  expect(item).toMatchObject({ state: 'proven', changed: false });
  expect(Date.parse(checkOf(item).asOf ?? '')).toBeLessThanOrEqual(planned);
});

test('of a plan file nothing more is carried out than it says, and what moved meanwhile has drifted', async () => {
  const where = await smallServers();
  const planned = refsIn(where.gitbucket.gitDir('team-a', 'one'));
  const push = (): void => void commitOn(where.gitbucket.gitDir('team-a', 'one'), 'main', 'meanwhile');

  const item = await run(where, { between: push, exact: true });
  expect(item).toMatchObject({ state: 'drifted', problem: { code: 'plan-drifted' } });
  expect(sides(where).target).toEqual(planned);

  const old = await run(where, { between: push, later: 61_000, exact: true });
  expect(old).toMatchObject({ state: 'drifted', problem: { code: 'plan-drifted' } });
  expect(sides(where).target).toEqual(planned);
});
