import type { EmbeddedGitLab, GitLabOptions, User } from '../../../sandbox/gitlab.ts';
import { as, startGitLab } from './api-fixture.ts';

export type TrackerWorld = {
  gitlab: EmbeddedGitLab;
  /** The administrator. */
  root: ReturnType<typeof as>;
  /** Owner, Maintainer and Guest of the group `team`, and somebody outside of it. */
  people: Record<'olga' | 'mika' | 'gus' | 'stray', User>;
  call: Record<'olga' | 'mika' | 'gus' | 'stray', ReturnType<typeof as>>;
  /** `/projects/<id>` of `team/app`. */
  app: string;
};

const LEVELS = { olga: 50, mika: 40, gus: 10, stray: 0 };

/** A group `team` with a project `app` and one person of each kind. */
export async function trackerWorld(options: Partial<GitLabOptions> = {}): Promise<TrackerWorld> {
  const gitlab = await startGitLab(options);
  gitlab.addGroup({ path: 'team' });
  const { id } = gitlab.addProject({ namespace: 'team', path: 'app' });
  const names = Object.keys(LEVELS) as (keyof typeof LEVELS)[];
  const users = names.map((username) => {
    const user = gitlab.addUser({ username, email: `${username}@example.com` });
    if (LEVELS[username] > 0) gitlab.addMember('team', username, LEVELS[username]);
    return [username, user] as const;
  });
  const calls = names.map((username) => [username, as(gitlab, gitlab.token(username))] as const);
  return {
    gitlab,
    root: as(gitlab, gitlab.token('root')),
    people: Object.fromEntries(users) as TrackerWorld['people'],
    call: Object.fromEntries(calls) as TrackerWorld['call'],
    app: `/projects/${id}`,
  };
}
