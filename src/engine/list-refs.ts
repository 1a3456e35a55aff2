import { listSource } from '../steps/code.ts';
import { interruption } from '../failures/usage.ts';
import type { Config } from '../config/schema.ts';
import type { Runtime } from '../environment.ts';
import { noticeOf } from '../failures/index.ts';
import { Failure } from '../failures/failure.ts';
import type { Source } from '../model/source.ts';
import type { Target } from '../model/target.ts';
import type { Emit } from '../model/events.ts';
import type { RefListing, Repository } from '../model/forge.ts';
import type { Notice } from '../model/notice.ts';
import type { ProjectPath } from '../plan/input.ts';
import { keyOf } from '../plan/projects.ts';
import pLimit from 'p-limit';

/** Listings that are begun; how many are sent at once is for each server's own limit to say. */
const concurrency = 32;

type Listed = { refs: Map<string, RefListing>; problems: Notice[] };
type Options = { source: Source; target: Target; config: Config; runtime: Runtime; emit: Emit };

/**
 * One listing for each repository of the source. One that fails becomes a problem and the others go on; when git refuses
 * the token for every private repository, the token is at fault and nothing is begun.
 */
export async function listSourceRefs(repositories: readonly Repository[], options: Options): Promise<Listed> {
  const { runtime, emit } = options;
  const listed: Listed = { refs: new Map(), problems: [] };
  let refusal: Failure | null = null;
  const limit = pLimit(concurrency);
  let done = 0;
  emit({ type: 'phase', phase: 'plan', total: repositories.length });
  await Promise.all(
    repositories.map((repository) =>
      limit(async () => {
        const id = keyOf(repository);
        try {
          stopIfTold(runtime, id);
          listed.refs.set(id, await listSource(repository, options));
        } catch (error) {
          if (isFatal(error)) throw error;
          if (error instanceof Failure && error.code === 'git-token-refused') refusal = error;
          listed.problems.push(noticeOf(error, id));
        }
        done += 1;
        emit({ type: 'phase-progress', phase: 'plan', done, total: repositories.length, detail: id });
      }),
    ),
  );
  const readPrivate = repositories.some(
    (repository) => repository.private && listed.refs.has(keyOf(repository)),
  );
  if (refusal !== null && !readPrivate) throw refusal as Failure;
  return listed;
}

/** Listings of the projects that exist, also of empty ones: GitLab calls a repository with nothing but tags empty. */
export async function listTargetRefs(
  paths: ReadonlyMap<string, ProjectPath>,
  sourceRefs: ReadonlyMap<string, RefListing>,
  options: Options,
): Promise<Listed> {
  const { target, runtime } = options;
  const limit = pLimit(concurrency);
  const listed: Listed = { refs: new Map(), problems: [] };
  await Promise.all(
    [...paths].map(([id, { existing }]) =>
      limit(async () => {
        if (existing === null) return;
        try {
          stopIfTold(runtime, id);
          listed.refs.set(id, sharing(await target.listRefs(existing.fullPath), sourceRefs.get(id)));
        } catch (error) {
          if (isFatal(error)) throw error;
          listed.problems.push(noticeOf(error, id));
        }
      }),
    ),
  );
  return listed;
}

function stopIfTold(runtime: Runtime, id: string): void {
  if (runtime.stopping.aborted) throw interruption(id);
}

/** What concerns the whole server, not one repository. */
export function isFatal(error: unknown): boolean {
  if (!(error instanceof Failure)) return true;
  return ['interrupted', 'tls-untrusted', 'redirected', 'unreachable', 'maintenance'].includes(error.code);
}

/**
 * The listing with the strings of the other one where they are equal, and with its whole map when all are: most of what
 * a plan of a big server keeps in memory is names and ids of refs, and they are mostly the same on both sides.
 */
export function sharing(listing: RefListing, other: RefListing | undefined): RefListing {
  if (other === undefined) return listing;
  const sameIds = [...listing.refs].every(([ref, id]) => other.refs.get(ref) === id);
  if (sameIds && listing.refs.size === other.refs.size) return { ...listing, refs: other.refs };
  const names = new Map([...other.refs.keys()].map((ref) => [ref, ref]));
  const ids = new Map([...other.refs.values()].map((id) => [id, id]));
  const refs = new Map([...listing.refs].map(([ref, id]) => [names.get(ref) ?? ref, ids.get(id) ?? id]));
  return { ...listing, refs };
}
