import type { EmbeddedGitBucket } from '../../sandbox/gitbucket.ts';
import type { PlannedStep } from '../../src/model/plan.ts';
import type { StepResult } from '../../src/model/result.ts';
import { commitOn } from '../helpers/commits.ts';
import type { Migrated } from '../helpers/migrated.ts';
import { testServers, type TestServers, type TestServersOptions } from '../helpers/servers.ts';

/** An administrator of GitBucket whose password is known: everything can be told. */
export const asAdministrator = { password: 'root' };

/** Both servers, with repositories of one group; each has one commit. */
export async function settingServers(
  names: readonly string[] = ['app'],
  options: TestServersOptions = {},
): Promise<TestServers> {
  const servers = await testServers(options);
  const { gitbucket } = servers;
  gitbucket.addGroup({ login: 'team', members: [{ login: 'root', manager: true }] });
  for (const name of names) {
    gitbucket.addRepository({ owner: 'team', name, defaultBranch: 'main' });
    commitOn(gitbucket.gitDir('team', name), 'main', `first of ${name}`);
  }
  return servers;
}

/** The repository as the source has it, to be changed. */
export function repositoryOf(
  { gitbucket }: TestServers,
  name = 'app',
): ReturnType<EmbeddedGitBucket['addRepository']> {
  const found = gitbucket.context.repository('team', name);
  if (!found) throw new Error(`there is no repository ${name}`);
  return found;
}

/** What one step of a repository came to. */
export function stepOf(run: Migrated, step: string, id = 'team/app'): StepResult | undefined {
  return run.item(id).steps.find((each) => each.step === step);
}

/** What the plan says of it. */
export function plannedIn(run: Migrated, step: string, id = 'team/app'): PlannedStep | undefined {
  return run.planned(id).steps.find((each) => each.step === step);
}

/** The levels and methods that the project has, in GitLab's words. */
export function attributesOf({ gitlab }: TestServers, path = 'team/app'): Record<string, unknown> {
  return gitlab.project(path).attributes;
}
