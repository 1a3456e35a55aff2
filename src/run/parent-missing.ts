import { nearest } from '../config/nearest.ts';
import { MigrationError } from '../errors.ts';
import type { Target } from '../target/gitlab.ts';
import { createSimilar } from '../target/similar.ts';

/** The error for a parent group that is not there, with the nearest group that is. */
export async function parentMissing(
  { http }: Pick<Target, 'http'>,
  fullPath: string,
): Promise<MigrationError> {
  const close = nearest(fullPath, await createSimilar(http).similarGroups(fullPath));
  return new MigrationError('parent-group-missing', fullPath, close === null ? {} : { nearest: close });
}
