import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pLimit from 'p-limit';
import * as z from 'zod';
import { sourceMoved } from '../failures/source.ts';
import { interruption } from '../failures/usage.ts';
import { walk } from '../git/object-walk.ts';
import { presentObjects } from '../git/objects.ts';
import type { GitRemote } from '../git/remote.ts';
import type { Git } from '../git/run.ts';
import type { RefMap } from '../model/forge.ts';
import type { LfsHistory, PointerBlob, PointerPlace } from '../model/lfs.ts';
import { lookIntoMirror } from '../transfer/look.ts';
import { nameOnDisk, type MirrorOptions } from '../transfer/mirror.ts';
import { placesOf } from './places.ts';
import { scanLfs } from './scan.ts';

/** What is looked for in which repository. */
export type LfsSearch = {
  /** `owner/name`. */
  id: string;
  source: GitRemote;
  /** The refs that travel, with their names on the target. */
  refs: RefMap;
  /** What a fetch asks for. */
  patterns: readonly string[];
  /** Stands for the refs: what was found for it once holds as long as it is the same. */
  key: string;
  progress: (stage: string, percent: number | null) => void;
  signal: AbortSignal;
};

/**
 * Finds pointers in the mirror, which it brings up to date. What was found is kept in a file, so that a repository whose
 * refs have not moved is neither fetched nor walked again.
 */
export type LfsFinder = {
  /** @throws source-moved when a ref is gone, git-failed, and what updating a mirror throws */
  history(search: LfsSearch): Promise<LfsHistory>;
  /** Where these pointers of that history are, by the id of the blob. */
  places(search: LfsSearch, pointers: readonly PointerBlob[]): Promise<Map<string, PointerPlace>>;
  /** Those of the pointers that a push would bring to somebody who has these objects. */
  unsent(
    search: LfsSearch,
    pointers: readonly PointerBlob[],
    range: { wanted: readonly string[]; there: readonly string[] },
  ): Promise<PointerBlob[]>;
};

export type LfsFinderOptions = {
  mirrors: MirrorOptions;
  /** Where the findings are kept, a file for each repository. */
  directory: string;
  /** Mirrors that are looked into at once. */
  atOnce: number;
  /** Aborts when no further mirror is to be looked into; what is under way comes to its end. */
  stopping: AbortSignal;
  /** Called before the first mirror is touched. @throws work-dir-locked when another run uses them */
  claim: () => Promise<void>;
};

const Pointer = z.object({
  oid: z.string(),
  size: z.number(),
  blob: z.string(),
  path: z.string(),
  commit: z.string(),
  plain: z.boolean(),
  valid: z.boolean(),
});
const Place = z.object({ refs: z.array(z.string()), commit: z.string(), tracked: z.boolean() });
/** A version of its own: what another one left is looked up again. */
const Kept = z.object({
  version: z.literal(1),
  key: z.string(),
  pointers: z.array(Pointer),
  configured: z.array(z.object({ branch: z.string(), address: z.string() })),
  places: z.record(z.string(), Place),
});
type Kept = z.infer<typeof Kept>;

export function createLfsFinder(options: LfsFinderOptions): LfsFinder {
  const { mirrors, directory, atOnce, stopping, claim } = options;
  const limit = pLimit(atOnce);
  let claimed: Promise<void> | null = null;

  async function look<T>(search: LfsSearch, work: (git: Git) => Promise<T>): Promise<T> {
    claimed ??= claim();
    await claimed;
    return limit(() => {
      if (stopping.aborted) throw interruption(search.id);
      return lookIntoMirror(search, mirrors, work);
    });
  }

  function fileOf({ id }: LfsSearch): string {
    return join(directory, `${nameOnDisk(id)}.json`);
  }

  /** Null when nothing is kept for these refs; what cannot be read counts as nothing. */
  async function kept(search: LfsSearch): Promise<Kept | null> {
    try {
      const found = Kept.parse(JSON.parse(await readFile(fileOf(search), 'utf8')));
      return found.key === search.key ? found : null;
    } catch {
      return null;
    }
  }

  /** It only saves work: a full disk ends nothing. */
  async function keep(search: LfsSearch, found: Omit<Kept, 'version' | 'key'>): Promise<void> {
    const file = fileOf(search);
    try {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      const text = JSON.stringify({ version: 1, key: search.key, ...found } satisfies Kept);
      await writeFile(`${file}.new`, text, { mode: 0o600 });
      await rename(`${file}.new`, file);
    } catch {
      // The next run looks again.
    }
  }

  async function history(search: LfsSearch): Promise<Kept> {
    const known = await kept(search);
    if (known !== null) return known;
    const found = await look(search, (git) => searched(git, search));
    const fresh = { ...found, places: {} };
    await keep(search, fresh);
    return { version: 1, key: search.key, ...fresh };
  }

  return {
    history,
    async places(search, pointers) {
      if (pointers.length === 0) return new Map();
      const known = await history(search);
      const open = pointers.filter(({ blob }) => known.places[blob] === undefined);
      if (open.length > 0) {
        const found = await look(search, (git) => placesOf(git, open, search.refs));
        Object.assign(known.places, Object.fromEntries(found));
        await keep(search, known);
      }
      return new Map(
        pointers.flatMap(({ blob }) => {
          const place = known.places[blob];
          return place === undefined ? [] : [[blob, place] as const];
        }),
      );
    },
    unsent: (search, pointers, range) => look(search, (git) => unsentOf(git, pointers, range)),
  };
}

async function searched(git: Git, { id, refs, progress }: LfsSearch): Promise<LfsHistory> {
  const tips = [...new Set(refs.values())];
  const present = await presentObjects(git, new Set(tips));
  const gone = [...refs].find(([, tip]) => !present.has(tip));
  if (gone !== undefined) throw sourceMoved(id, { detail: `${gone[0]} was ${gone[1].slice(0, 12)}` });
  const heads = [...refs].flatMap(([ref, tip]) =>
    ref.startsWith('refs/heads/') ? [{ branch: ref.slice('refs/heads/'.length), id: tip }] : [],
  );
  return scanLfs(git, { tips, heads, visited: (objects) => progress(`${objects} objects`, null) });
}

async function unsentOf(
  git: Git,
  pointers: readonly PointerBlob[],
  { wanted, there }: { wanted: readonly string[]; there: readonly string[] },
): Promise<PointerBlob[]> {
  const present = await presentObjects(git, new Set([...wanted, ...there]));
  const here = (ids: readonly string[]): string[] => ids.filter((id) => present.has(id));
  const sent = new Set<string>();
  await walk(git, { wanted: here(wanted), there: here(there) }, ({ id, type }) => {
    if (type === 'blob') sent.add(id);
  });
  return pointers.filter(({ blob }) => sent.has(blob));
}
