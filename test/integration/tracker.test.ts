import { expect, test } from 'vitest';
import { trackerOf } from '../../sandbox/gitlab.ts';
import { plannedStep } from '../../src/model/plan.ts';
import { migrated, verified, type Migrated, type Migration } from '../helpers/migrated.ts';
import type { TestServers } from '../helpers/servers.ts';
import { trackerWorld } from '../helpers/tracker-world.ts';

const on: Migration = { password: 'root', config: { migrate: { tracker: 'auto', createUsers: true } } };
const id = 'team/app';

async function world(): Promise<TestServers> {
  const servers = await trackerWorld();
  servers.gitlab.settings.importSources = ['gitlab_project'];
  return servers;
}

function stepIn(run: Migrated) {
  return run.item(id).steps.find(({ step }) => step === 'tracker');
}

function trackerAt({ gitlab }: TestServers) {
  return trackerOf(gitlab.project(id));
}

test('issues and pull requests keep number, dates, state, texts and comments, once', async () => {
  const servers = await world();
  const first = await migrated(servers, on);
  expect(plannedStep(first.planned(id), 'tracker')).toMatchObject({ changes: true, counts: { create: 65 } });
  expect(stepIn(first)).toMatchObject({ state: 'proven', changed: true });
  expect(stepIn(first)?.check?.differences).toEqual([]);
  expect(trackerAt(servers).issues.map(({ iid }) => iid)).toHaveLength(59);
  const second = await migrated(servers, on);
  expect(second.writes).toEqual([]);
  expect(stepIn(second)).toMatchObject({ state: 'proven', changed: false });
  const project = (await verified(servers, on)).find((item) => item.id === id);
  expect(project?.steps.find(({ step }) => step === 'tracker')).toMatchObject({ state: 'proven' });
});
