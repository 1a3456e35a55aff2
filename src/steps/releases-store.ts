import type { Readable } from 'node:stream';
import type { Package, PackageFile } from '../model/target-tracker.ts';
import { uploadTaken, orTold } from './attachments.ts';
import { freeName, type ReleasesWork } from './releases-part.ts';
import type { Place } from './step.ts';

type Kept = { size: number; sha256: string };
type Keeping = { name: string; size: number; open: () => Promise<Readable> };

/** Where GitLab keeps the files of one release. */
export type FileStore = {
  /** Keeps a file and gives its address; null, and a word of why, when GitLab refuses it. */
  keep(file: Keeping, refused: (why: string) => void): Promise<string | null>;
  /** Where these bytes lie that a run was sending when it ended; null when they did not arrive, or nobody can tell. */
  find(wanted: () => Promise<Kept>): Promise<string | null>;
};

export function storeOf(tag: string, place: Place, work: ReleasesWork): FileStore {
  const { releaseFiles } = work.context.config.migrate;
  return releaseFiles === 'packages' ? packageStore(tag, place, work) : uploadStore(place, work);
}

function uploadStore(place: Place, { context: { target } }: ReleasesWork): FileStore {
  return {
    async keep(file, refused) {
      const upload = await uploadTaken(target, place, file, refused);
      return upload === null ? null : new URL(upload.fullPath, target.url).href;
    },
    find: async () => null,
  };
}

/** A package of the release. What others have put there keeps its name, which a second file of it would hide (GL-456). */
function packageStore(tag: string, place: Place, work: ReleasesWork): FileStore {
  const { target } = work.context;
  const wanted = packageOf(tag, place);
  let asked: Promise<PackageFile[]> | null = null;
  const files = (): Promise<PackageFile[]> => (asked ??= target.packageFiles(place, wanted));
  const names = new Set<string>();
  return {
    async keep(file, refused) {
      for (const { name } of await files()) names.add(name);
      const name = freeName(
        fileName(file.name),
        (free) => names.has(free),
        (number) => `-${number}`,
      );
      const send = (): Promise<string> => target.addPackageFile(place, wanted, { ...file, name });
      const url = await orTold(send, ['target-refused', 'target-forbidden'], ({ status, text }) =>
        refused(status === 403 || status === 404 ? `the project takes no packages (${text})` : text),
      );
      if (url !== null) names.add(name);
      return url;
    },
    async find(bytes) {
      const there = await files();
      if (there.length === 0) return null;
      const { size, sha256 } = await bytes();
      const known = new Set(
        Object.values(work.known()?.releases ?? {}).flatMap((release) =>
          Object.values(release.files ?? {}).map(({ url }) => url),
        ),
      );
      const found = there.find(
        (each) => each.size === size && each.sha256 === sha256 && !known.has(each.url),
      );
      return found?.url ?? null;
    },
  };
}

/** Called like the project, its version like the tag, with `_` for what GitLab takes in neither (GL-452). */
function packageOf(tag: string, { fullPath }: Place): Package {
  const name = fullPath.split('/').at(-1) ?? fullPath;
  return {
    name: name.replaceAll(/[^A-Za-z0-9._+-]/g, '_'),
    version: tag.replaceAll(/[^A-Za-z0-9._+-]/g, '_').replaceAll(/\.{2,}/g, '_'),
  };
}

const longestName = 255;

function fileName(name: string): string {
  const clean = name.replaceAll(/[^A-Za-z0-9._+~@-]/g, '_').slice(-longestName);
  return clean.replaceAll(/^[~@]+|[~@]+$|^\.*$/g, '_');
}
