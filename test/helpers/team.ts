import type { Finding, Plan, PlannedProject } from '../../src/model/plan.ts';
import { git } from './commits.ts';
import { testServers, type TestServers, type TestServersOptions } from './servers.ts';

/** Both servers, and on the source a group of repositories that a test makes of raw objects. */
export type Team = TestServers & {
  /** Adds `team/<name>`; gives its directory. */
  add: (name: string, tell?: (gitDir: string) => void) => string;
};

export async function team(options: TestServersOptions = {}): Promise<Team> {
  const servers = await testServers(options);
  const { gitbucket } = servers;
  gitbucket.addGroup({ login: 'team', members: [{ login: 'root', manager: true }] });
  return {
    ...servers,
    add(name, tell) {
      gitbucket.addRepository({ owner: 'team', name, defaultBranch: 'main' });
      const dir = gitbucket.gitDir('team', name);
      tell?.(dir);
      return dir;
    },
  };
}

export function head(gitDir: string, branch: string, id: string): void {
  git(gitDir, 'update-ref', `refs/heads/${branch}`, id);
}

export function projectOf(plan: Plan, id: string): PlannedProject {
  const project = plan.projects.find((each) => each.id === id);
  if (!project) throw new Error(`the plan has no ${id}`);
  return project;
}

/** Repositories that have something in them that GitLab refuses, as the plan sees it. */
export function refusedIn(plan: Plan): string[] {
  return plan.projects.filter(({ findings }) => findings.some(({ refused }) => refused)).map(({ id }) => id);
}

export function findingsIn(plan: Plan, id: string): Pick<Finding, 'code' | 'object' | 'refused'>[] {
  return projectOf(plan, id).findings.map(({ code, object, refused }) => ({ code, object, refused }));
}
