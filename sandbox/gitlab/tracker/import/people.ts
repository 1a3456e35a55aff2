import type { Context } from '../../context.ts';
import type { Project, User } from '../../state.ts';
import type { Line } from './archive.ts';
import { integerOf, objectOf, textOf } from './values.ts';

/** Whom the numbers of an archive mean. */
export type People = {
  /** Has the number an account here? */
  knows(number: unknown): boolean;
  /** Their account, else the importer's; null where no number is given. */
  of(number: unknown): number | null;
};

const LEVELS = new Set([5, 10, 15, 20, 30, 40, 50]);
const HIGHEST = 40;

/**
 * Finds accounts by their primary address, exactly as it is kept, blocked ones too, and makes them direct members;
 * only an administrator's import does so (GL-425).
 */
export function mapPeople(
  context: Context,
  project: Project,
  importer: User,
  members: readonly Line[],
): People {
  const found = new Map<unknown, number>();
  for (const member of importer.admin ? members : []) {
    const given = objectOf(member, 'user');
    const number = given?.['id'];
    const address = given && (textOf(given, 'public_email') || textOf(given, 'email'));
    const user = address && context.state.users.find(({ email }) => email === address);
    if (user && number !== undefined && isMember(context, project, member, user)) found.set(number, user.id);
  }
  return {
    knows: (number) => found.has(number),
    of: (number) => (number === null || number === undefined ? null : (found.get(number) ?? importer.id)),
  };
}

/** A membership that is there stays as it is; false when none can be made. */
function isMember(context: Context, project: Project, line: Line, user: User): boolean {
  if (project.members.some(({ userId }) => userId === user.id)) return true;
  const level = integerOf(line, 'access_level') ?? 0;
  if (!LEVELS.has(level)) return false;
  project.members.push({
    userId: user.id,
    accessLevel: Math.min(level, HIGHEST),
    createdAt: new Date().toISOString(),
    expiresAt: null,
    createdBy: null,
  });
  context.changed();
  return true;
}
