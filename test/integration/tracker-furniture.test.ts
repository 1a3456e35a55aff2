import { expect, test } from 'vitest';
import { addLabel, addMilestone, sourceTrackerOf } from '../../sandbox/gitbucket.ts';
import { trackerOf } from '../../sandbox/gitlab.ts';
import { plannedStep } from '../../src/model/plan.ts';
import { commitOn } from '../helpers/commits.ts';
import { migrated, verified, type Migrated, type Migration } from '../helpers/migrated.ts';
import { testServers, type TestServers } from '../helpers/servers.ts';

const config = { migrate: { tracker: 'auto' } };
const withSession: Migration = { password: 'root', config };

/** Repositories without issues: as GitBucket creates them, with another label, with one less, and with a milestone. */
async function world(): Promise<TestServers> {
  const servers = await testServers();
  const { gitbucket, gitlab } = servers;
  const { context } = gitbucket;
  gitlab.settings.importSources = ['gitlab_project'];
  gitbucket.addGroup({ login: 'team', members: [{ login: 'root', manager: true }] });
  for (const name of ['stock', 'more', 'less', 'planned']) {
    gitbucket.addRepository({ owner: 'team', name, defaultBranch: 'main' });
    commitOn(gitbucket.gitDir('team', name), 'main', 'one');
  }
  addLabel(context, 'team/more', { name: 'Area/API', color: '0000ff' });
  const less = context.repository('team', 'less');
  if (less) sourceTrackerOf(context, less).labels.pop();
  addMilestone(context, 'team/planned', { title: 'Sprint', dueOn: '2023-06-30' });
  addMilestone(context, 'team/planned', { title: 'Over', closed: true });
  return servers;
}

function furnitureAt({ gitlab }: TestServers, name: string): string[] {
  const project = gitlab.project(`team/${name}`);
  const { milestones } = trackerOf(project);
  return [
    ...project.labels.map((label) => label.name),
    ...milestones.map(({ title, state }) => `${title} ${state}`),
  ];
}

function stepIn(run: Migrated, name: string) {
  return run.item(`team/${name}`).steps.find(({ step }) => step === 'tracker');
}

test.each([
  ['a session', withSession],
  ['a token alone', { config }],
] as const)(
  'a repository without issues gets its labels and milestones, unless GitBucket made them by itself (GB-190), with %s',
  async (_how, options) => {
    const servers = await world();
    const run = await migrated(servers, options);
    expect(plannedStep(run.planned('team/stock'), 'tracker')).toBe(null);
    expect(furnitureAt(servers, 'stock')).toEqual([]);
    expect(furnitureAt(servers, 'more').toSorted()).toEqual(
      ['Area/API', 'bug', 'duplicate', 'enhancement', 'invalid', 'question', 'wontfix'].toSorted(),
    );
    expect(furnitureAt(servers, 'less')).toHaveLength(5);
    expect(furnitureAt(servers, 'planned').slice(-2).toSorted()).toEqual(['Over closed', 'Sprint active']);
    expect(stepIn(run, 'more')).toMatchObject({ state: 'proven', changed: true, check: { compared: 7 } });
    expect(plannedStep(run.planned('team/more'), 'tracker')).toMatchObject({ changes: true });
    // Nothing is loaded, and nobody is kept from closing issues that there are not.
    expect(run.targetRequests.filter((request) => /relation|issues|autoclose/.test(request))).toEqual(
      run.targetRequests.filter((request) => request.includes('/projects/-%2F-/')),
    );
    const again = await migrated(servers, options);
    expect(again.writes).toEqual([]);
    expect(plannedStep(again.planned('team/more'), 'tracker')).toMatchObject({ changes: false });
  },
);

test('one that is missing on GitLab is told: somebody removed it, or it was never made', async () => {
  const servers = await world();
  await migrated(servers, withSession);
  const project = servers.gitlab.project('team/more');
  project.labels = project.labels.filter(({ name }) => name !== 'Area/API');
  const again = await migrated(servers, withSession);
  expect(again.writes).toEqual([]);
  expect(stepIn(again, 'more')).toMatchObject({
    state: 'proven',
    check: { compared: 6, differences: [{ code: 'tracker-kept' }] },
  });
  const item = (await verified(servers, withSession)).find(({ id }) => id === 'team/more');
  expect(item?.steps.find(({ step }) => step === 'tracker')).toMatchObject({
    state: 'failed',
    check: { differences: [{ code: 'tracker-missing' }] },
  });
});

/** How often the plan asked the database, with so many more repositories that are as GitBucket creates them. */
async function questionsWith(more: number): Promise<number> {
  const servers = await world();
  const { gitbucket } = servers;
  for (let number = 1; number <= more; number += 1)
    gitbucket.addRepository({ owner: 'team', name: `stock-${number}`, defaultBranch: 'main' });
  const { requests } = gitbucket.server;
  requests.length = 0;
  let asked = 0;
  await migrated(servers, {
    ...withSession,
    between() {
      asked = requests.filter(({ url }) => url.includes('dbviewer')).length;
      expect(requests.filter(({ url }) => url.includes('/labels'))).toEqual([]);
    },
  });
  return asked;
}

test('with a session a repository costs no more than the two questions for its numbers', async () => {
  expect((await questionsWith(3)) - (await questionsWith(0))).toBe(3 * 2);
});
