import { DEVELOPER, REPORTER, type Actor } from '../access.ts';
import type { Context } from '../context.ts';
import type { Project, Scope } from '../state.ts';

/** Does the token open git at all for this direction? */
export function mayWithToken(actor: Actor, push: boolean): boolean {
  const sufficient: Scope[] = push
    ? ['api', 'write_repository']
    : ['api', 'read_api', 'read_repository', 'write_repository'];
  return actor.token.scopes.some((scope) => sufficient.includes(scope));
}

/** Users who cannot log in have no valid credentials at all; deactivated ones are told why. */
export function canLogIn(actor: Actor): boolean {
  return actor.user.state === 'active' || actor.user.state === 'deactivated';
}

/** Level by membership or administration that the repository feature leaves to the actor. */
export function canPushCode(context: Context, actor: Actor, project: Project): boolean {
  if (project.attributes['repository_access_level'] === 'disabled') return false;
  return context.accessLevel(actor, project) >= DEVELOPER;
}

/** May the actor (or anybody) fetch the code? */
export function canDownloadCode(context: Context, actor: Actor | null, project: Project): boolean {
  return featureReadable(context, actor, project, project.attributes['repository_access_level']);
}

/** A feature may be closed to all, or to all but members. */
export function featureReadable(
  context: Context,
  actor: Actor | null,
  project: Project,
  level: unknown,
): boolean {
  if (level === 'disabled') return false;
  const held = context.accessLevel(actor, project);
  if (level === 'private' && held === 0) return false;
  if (project.visibility === 'private') return held >= REPORTER;
  return context.canRead(actor, project);
}
