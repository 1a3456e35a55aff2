import type { Prepared } from '../run/prepare.ts';
import type { Target } from '../target/gitlab.ts';
import { createReader } from './reader.ts';
import { readNamespaces } from './read-namespaces.ts';
import { readProjects } from './read-projects.ts';
import { readSettings, scopesOf } from './read-settings.ts';
import { readMyself } from './read-users.ts';
import type { SeenTarget } from './seen.ts';

/** Everything that the rehearsal must know of the real GitLab; sends nothing but GET. */
export async function readTarget(
  { plan, listings, identity }: Prepared,
  target: Target,
): Promise<SeenTarget> {
  const reader = createReader(target.http);
  const [me, settings] = await Promise.all([
    readMyself(reader),
    readSettings(reader, { url: target.url, admin: identity.user.admin }),
  ]);
  const namespaces = await readNamespaces(plan, { reader, target, me });
  const projects = await readProjects(plan.projects, namespaces.projects, {
    reader,
    userId: me.id,
    listings: listings.target,
  });
  return { me, scopes: scopesOf(identity), ...settings, ...namespaces, projects };
}
