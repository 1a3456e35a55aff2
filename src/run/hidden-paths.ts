import { lastPart } from '../plan/owners.ts';
import type { TargetIdentity } from '../target/connect.ts';
import type { ExistenceLookup } from '../target/existence.ts';
import type { Found } from './look-at-paths.ts';

/** Two plans a minute stay within the 20 questions that GitLab answers (gitlab-contract §2.2). */
const MOST_QUESTIONS = 10;

export type HiddenPaths = {
  /** What was found, with the paths that belong to somebody whom the token cannot see. */
  unhide(found: ReadonlyMap<string, Found>): Promise<Map<string, Found>>;
  /** Paths that look free but were not asked for any more. */
  readonly unasked: readonly string[];
};

/**
 * A private group of other people is invisible to all but administrators, and yet its path is taken: GitLab is asked about
 * paths that look free.
 */
export function createHiddenPaths(target: ExistenceLookup, { user }: TargetIdentity): HiddenPaths {
  const unasked: string[] = [];
  let asked = 0;

  async function look(path: string, found: Found): Promise<Found> {
    const { namespace, parent, takenBy, blocked } = found;
    if (user.admin || namespace !== null || takenBy !== null || blocked !== null) return found;
    if (asked === MOST_QUESTIONS) {
      unasked.push(path);
      return found;
    }
    asked += 1;
    const exists = await target.namespaceExists(lastPart(path), parent?.id ?? null);
    return exists === true ? { ...found, takenBy: 'a group that the token cannot see' } : found;
  }

  return {
    unasked,
    async unhide(found) {
      const paths = [...found].sort(([a], [b]) => (a < b ? -1 : 1));
      const looked = await Promise.all(
        paths.map(async ([path, at]) => [path, await look(path, at)] as const),
      );
      return new Map(looked);
    },
  };
}
