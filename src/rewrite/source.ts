import { diskRemote } from '../git/remote.ts';
import type { RefListing } from '../model/forge.ts';
import { keyOf, type RepositoryName, type Source } from '../model/source.ts';
import type { TrackerReader } from '../model/tracker.ts';
import type { MirrorOptions } from '../transfer/mirror.ts';
import { plural } from '../text/format.ts';
import { rewrittenFor } from './repository.ts';
import { withNewIds } from './tracker.ts';
import { readIds, storeOf, type State, type Store } from './store.ts';

export type RewriteOptions = {
  /** `owner/name` of the repositories whose history is rewritten. */
  repositories: readonly string[];
  /** Holds the rewritten repositories, and the new ids beside them. */
  directory: string;
  mirrors: MirrorOptions;
  progress(id: string, stage: string, percent: number | null): void;
  /** Called before the first look into the work directory. */
  claim: () => Promise<void>;
  signal: AbortSignal;
};

/** Commits that have another id on the target. */
type Ids = { forward: ReadonlyMap<string, string>; back: ReadonlyMap<string, string> };

/**
 * The source as it looks when what git refuses in these repositories is put right: listings, objects and questions about
 * commits all have the new ids, so that plan, transports and proof know only the rewritten history.
 */
export function withRewriting(source: Source, options: RewriteOptions): Source {
  const wanted = new Set(options.repositories);
  if (wanted.size === 0) return source;
  const running = new Map<string, Promise<unknown>>();
  const known = new Map<string, Promise<Ids>>();
  const trackers = new Map<string, TrackerReader>();
  const isRewritten = (name: RepositoryName): boolean => wanted.has(keyOf(name));
  const store = (name: RepositoryName): Store => storeOf(options.directory, keyOf(name));

  /** One rewriting of a repository at a time. */
  async function rewritten(name: RepositoryName, listing: RefListing): Promise<State> {
    const id = keyOf(name);
    const before = running.get(id) ?? Promise.resolve();
    const job = {
      id,
      source: source.remote(name, 'code'),
      listing,
      store: store(name),
      progress: (stage: string, percent: number | null) => options.progress(id, stage, percent),
      signal: options.signal,
    };
    const next = before.then(options.claim).then(() => rewrittenFor(job, options.mirrors));
    running.set(
      id,
      next.catch(() => {}),
    );
    known.delete(id);
    return next;
  }

  function idsOf(name: RepositoryName): Promise<Ids> {
    const id = keyOf(name);
    const found = known.get(id) ?? readBoth(store(name));
    known.set(id, found);
    return found;
  }

  /** The commit on the source; null when the rewritten history does not have it. */
  async function before(name: RepositoryName, commit: string): Promise<string | null> {
    if (!isRewritten(name)) return commit;
    const { forward, back } = await idsOf(name);
    return back.get(commit) ?? (forward.has(commit) ? null : commit);
  }

  /** One reader for each repository, as the source has it. */
  function tracker(name: RepositoryName): TrackerReader {
    const reader = source.tracker(name);
    if (!isRewritten(name)) return reader;
    const id = keyOf(name);
    const found = trackers.get(id) ?? withNewIds(reader, async () => (await idsOf(name)).forward);
    trackers.set(id, found);
    return found;
  }

  return {
    ...source,
    tracker,
    async refs(name, part) {
      const listing = await source.refs(name, part);
      if (part !== 'code' || !isRewritten(name)) return listing;
      const state = await rewritten(name, listing);
      return withState(listing, state, store(name));
    },
    remote(name, part) {
      const remote = source.remote(name, part);
      if (part !== 'code' || !isRewritten(name)) return remote;
      const { silenceMs } = remote;
      const detail = 'its rewritten history is on disk';
      return diskRemote(store(name).git, { id: keyOf(name), detail, silenceMs });
    },
    async branchTipsWith(name, commit) {
      const old = await before(name, commit);
      if (old === null) return 'absent';
      const tips = await source.branchTipsWith(name, old);
      if (!isRewritten(name) || !Array.isArray(tips)) return tips;
      const { forward } = await idsOf(name);
      return tips.map((tip) => forward.get(tip) ?? tip);
    },
    async hasCommit(name, id) {
      const old = await before(name, id);
      return old === null ? false : source.hasCommit(name, old);
    },
    async hasFile(name, commit, path) {
      return source.hasFile(name, (await before(name, commit)) ?? commit, path);
    },
    async readFile(name, commit, path) {
      return source.readFile(name, (await before(name, commit)) ?? commit, path);
    },
  };
}

async function readBoth(store: Store): Promise<Ids> {
  const forward = await readIds(store);
  return { forward, back: new Map([...forward].map(([old, written]) => [written, old])) };
}

function withState(listing: RefListing, state: State, { ids }: Store): RefListing {
  const refs = new Map([...listing.refs].map(([ref, id]) => [ref, state.refs[ref] ?? id]));
  const lost =
    state.signatures === 0
      ? ''
      : `; ${plural(state.signatures, 'signature')} of the old ids ${state.signatures === 1 ? 'is' : 'are'} left out`;
  const message =
    state.changed === 0
      ? 'its history is listed in "migrate.rewrite", but git refuses nothing in it: nothing is rewritten'
      : `its history is rewritten: ${plural(state.changed, 'commit or tag', 'commits and tags')} have other ids on GitLab, because git refuses ${plural(state.bad, 'object')}${lost}; both ids are in ${ids}`;
  return { ...listing, refs, remarks: [{ code: 'history-rewritten', message }] };
}
