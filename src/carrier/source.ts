import { readdir } from 'node:fs/promises';
import pLimit from 'p-limit';
import { Failure } from '../failures/failure.ts';
import type { Remote } from '../git/remote.ts';
import type { Git } from '../git/run.ts';
import type { Owner, Repository } from '../model/forge.ts';
import type { LeftOut } from '../model/plan.ts';
import {
  keyOf,
  partKey,
  type Account,
  type Inventory,
  type InventoryRequest,
  type RepositoryName,
  type RepositoryPart,
  type Source,
} from '../model/source.ts';
import type { TrackerReader } from '../model/tracker.ts';
import type { MirrorOptions } from '../transfer/mirror.ts';
import { remoteOf, requireBundle, requireWhole, hasObject, textOf, unbundle, wikiIn } from './bundled.ts';
import { carriedPeople } from './people.ts';
import { carriedTracker } from './tracker.ts';
import { lfsDamaged, missingLfs, openLfs, type HeldLfs } from './lfs-store.ts';
import { listingOf, readManifest, readRepository, type CarriedRepository, type Manifest } from './layout.ts';

/** Bundles that are read through at once: more of them only make a disk slow. */
const readAtOnce = 2;

export type CarriedOptions = {
  directory: string;
  /** Where bundles are unpacked when somebody asks about their objects. */
  mirrors: MirrorOptions;
  signal: AbortSignal;
};

/**
 * A server as an exported directory shows it: everything that reads a `Source` works on it, so that the plan, the steps
 * and the proof are the same as with the server itself.
 * @throws export-unreadable
 */
export async function openCarriedSource(options: CarriedOptions): Promise<Source> {
  const { directory } = options;
  const manifest = await readManifest(directory);
  const { source, inventory } = manifest;
  const descriptions = new Map<string, Promise<CarriedRepository>>();
  const mirrors = new Map<string, Promise<Git>>();
  const checked = new Map<string, Promise<void>>();
  const trackers = new Map<string, TrackerReader>();
  const reading = pLimit(readAtOnce);

  function described(name: RepositoryName): Promise<CarriedRepository> {
    const id = keyOf(name);
    const found = descriptions.get(id) ?? readRepository(directory, id, manifest);
    descriptions.set(id, found);
    return found;
  }

  function tracker(name: RepositoryName): TrackerReader {
    const id = keyOf(name);
    const found =
      trackers.get(id) ??
      carriedTracker({
        directory,
        id,
        sha256: async () => (await described(name)).tracker,
        signal: options.signal,
      });
    trackers.set(id, found);
    return found;
  }

  /** What was there when it was exported. */
  async function held(name: RepositoryName): Promise<HeldLfs> {
    return { id: keyOf(name), oids: new Set((await described(name)).lfs.map(({ oid }) => oid)) };
  }

  /** Reads a bundle once: one that is damaged is found before anything is built on it. */
  async function requireOnce(name: RepositoryName, part: RepositoryPart): Promise<void> {
    const { bundle } = (await described(name))[part];
    if (bundle === null) return;
    const id = keyOf(name);
    await requireBundle(directory, id, part, bundle);
    const key = partKey(id, part);
    const found =
      checked.get(key) ??
      reading(() => requireWhole(directory, id, part, { bundle, signal: options.signal }));
    checked.set(key, found);
    await found;
  }

  function remote(name: RepositoryName, part: RepositoryPart): Remote {
    /** What git makes of a damaged bundle is never the server's fault. */
    async function damage(): Promise<Failure | null> {
      const { bundle } = (await described(name))[part];
      if (bundle === null || options.signal.aborted) return null;
      try {
        await requireWhole(directory, keyOf(name), part, { bundle, signal: options.signal });
        return null;
      } catch (error) {
        if (error instanceof Failure) return error;
        throw error;
      }
    }
    return remoteOf(directory, keyOf(name), part, damage);
  }

  /** git in the repository as it lies in the bundle: only questions about objects need it. */
  function unbundled(name: RepositoryName, part: RepositoryPart = 'code'): Promise<Git> {
    const id = partKey(keyOf(name), part);
    const found = mirrors.get(id) ?? unbundle(id, remote(name, part), options);
    mirrors.set(id, found);
    return found;
  }

  const account: Account = { login: source.user, admin: manifest.admin, serverUrl: manifest.serverUrl };
  return {
    url: source.url,
    connect: () => Promise.resolve(account),
    inventory: (request) => Promise.resolve(selected(manifest, request)),
    parents: (repositories) => Promise.resolve(parentsIn(manifest, repositories)),
    repositoriesOf: (owner) =>
      Promise.resolve(inventory.repositories.filter((repository) => repository.owner === owner)),
    async refs(name, part) {
      await requireOnce(name, part);
      return listingOf((await described(name))[part]);
    },
    async unreadableRefs(name) {
      return (await described(name)).code.listing.unreadable;
    },
    remote,
    async branchTipsWith(name, commit) {
      const git = await unbundled(name);
      if (!(await hasObject(git, `${commit}^{commit}`))) return 'absent';
      const tips = await git.run(
        'for-each-ref',
        '--contains',
        commit,
        '--format=%(objectname)',
        'refs/heads',
      );
      return [...new Set(tips.split('\n').filter((line) => line !== ''))];
    },
    hasCommit: async (name, id) => hasObject(await unbundled(name), `${id}^{commit}`),
    hasFile: async (name, commit, path) => hasObject(await unbundled(name), `${commit}:${path}`),
    readFile: async (name, commit, path) => textOf(await unbundled(name), `${commit}:${path}`),
    wikiAt: async (name, tip) => wikiIn(await unbundled(name, 'wiki'), tip),
    async counts(name) {
      const { counts, warnings } = await described(name);
      return { counts: new Map(counts), warnings };
    },
    async lfsAvailability(name, objects) {
      return { answers: true, missing: await missingLfs(directory, await held(name), objects) };
    },
    lfs: (name) => ({
      open: async (object) => openLfs(directory, await held(name), object),
      damaged: ({ oid }, detail) => lfsDamaged(directory, keyOf(name), oid, detail),
    }),
    ...carriedPeople(directory, manifest.people?.sha256, async (name) => (await described(name)).settings),
    tracker,
    gitTakesLogin: () => Promise.resolve(true),
    clockMs: () => null,
    probes: {
      anonymousAccess: () => Promise.resolve(inventory.anonymousAccess),
      signIn: () => Promise.resolve(null),
      owners: () => Promise.resolve(inventory.owners.map(({ login }) => login)),
      hiddenOwners: () => Promise.resolve(null),
      lfs: () => Promise.resolve({ state: 'answers', status: 200 }),
      version: () => Promise.resolve({ text: 'an export', quirks: [] }),
    },
  };
}

/** The address that the export is of. @throws export-unreadable */
export async function exportedFrom(directory: string): Promise<string> {
  return (await readManifest(directory)).source.url;
}

function parentsIn(
  { parents }: Manifest,
  repositories: readonly RepositoryName[],
): Map<string, string | null> {
  const told = new Map(Object.entries(parents));
  return new Map(
    repositories.flatMap((name) => {
      const parent = told.get(keyOf(name));
      return parent === undefined ? [] : [[keyOf(name), parent] as const];
    }),
  );
}

/** What of the export is wanted, as the server itself would have answered. */
function selected({ source, inventory }: Manifest, request: InventoryRequest): Inventory {
  const { selection } = request;
  const kinds = new Map(inventory.owners.map(({ login, kind }) => [login, kind]));
  const kindOf = ({ owner }: RepositoryName): Owner['kind'] => kinds.get(owner) ?? 'user';
  const leftOut = inventory.repositories.flatMap((repository): LeftOut[] => {
    const by = selection.leftOutBy(repository, kindOf(repository));
    return by === null ? [] : [{ object: keyOf(repository), by, message: '' }];
  });
  const kept = inventory.repositories.filter((repository: Repository) =>
    selection.repositorySelected(repository, kindOf(repository)),
  );
  request.progress(inventory.owners.length, inventory.owners.length, source.url);
  return {
    ...inventory,
    url: source.url,
    repositories: kept,
    listed: new Map(Object.entries(inventory.listed)),
    problems: inventory.problems.map((problem) => ({ ...problem, fix: exportedAgain(problem.fix) })),
    leftOut: [...inventory.leftOut, ...leftOut],
  };
}

/** What could not be exported is not mended by importing once more. */
function exportedAgain(fix: string): string {
  return fix.replaceAll(/\brun (?:the same command )?again\b/g, 'run the same gb2gl export again');
}

/** True for a directory in which nothing lies that an export did not write. */
export async function isFree(directory: string): Promise<boolean> {
  const names: string[] = await readdir(directory).catch(() => []);
  return names.length === 0 || names.includes('repositories') || names.includes('export.json');
}
