import { readFile, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import * as z from 'zod';
import { exportDamaged, exportUnreadable } from '../failures/carrier.ts';
import { ObjectId, Owner, Repository, SourceView, type RefListing } from '../model/forge.ts';
import { Notice } from '../model/notice.ts';
import { LossKind } from '../model/losses.ts';
import { LeftOut } from '../model/plan.ts';
import type { RepositoryPart } from '../model/source.ts';
import { nameOnDisk } from '../transfer/mirror.ts';
import { replaceFile, sha256Of } from './files.ts';
import { CarriedSettings, filesOfPeople, PeopleFiles } from './people.ts';

/** The files of an exported directory, their schemas, and how they are read and written. */

const count = z.int().nonnegative();
const texts = z.array(z.string());

const Listing = z.object({
  refs: z.record(z.string(), ObjectId),
  head: z.string().nullable(),
  tagged: texts,
  warnings: texts,
  unreadable: z.array(z.object({ ref: z.string(), detail: z.string(), lost: z.boolean().exactOptional() })),
});

/** One git repository: what the server showed, and the bundle that holds it. */
export const CarriedPart = z.object({
  listing: Listing,
  readAt: count.describe('When the server showed it, in milliseconds since the epoch'),
  bundle: z
    .object({ bytes: count, sha256: z.string() })
    .nullable()
    .describe('Null when there is nothing to hold'),
});
export type CarriedPart = z.infer<typeof CarriedPart>;

/** Everything of one repository; `repository.json` in its folder. */
export const CarriedRepository = z.object({
  id: z.string(),
  code: CarriedPart,
  wiki: CarriedPart,
  lfs: z
    .array(z.object({ oid: z.string(), size: count }))
    .describe('LFS objects that it needs and that are here'),
  counts: z.array(z.tuple([LossKind, count.nullable()])),
  warnings: texts,
  settings: CarriedSettings.optional().describe('Absent in exports of older versions'),
  tracker: z
    .string()
    .optional()
    .describe('SHA-256 of tracker.json beside it; absent in exports of older versions'),
});
export type CarriedRepository = z.infer<typeof CarriedRepository>;

/** What the server holds as a whole; `export.json`, written last. */
export const Manifest = z.object({
  format: z.literal(1),
  program: z.string().describe('Version of gb2gl'),
  exportedAt: z.iso.datetime(),
  source: SourceView,
  admin: z.boolean().nullable(),
  serverUrl: z.string().nullable(),
  inventory: z.object({
    anonymousAccess: z.boolean(),
    allOwners: z.boolean(),
    owners: z.array(Owner),
    repositories: z.array(Repository),
    listed: z.record(z.string(), texts),
    problems: z.array(Notice),
    leftOut: z.array(LeftOut),
    warnings: texts,
  }),
  parents: z
    .record(z.string(), z.string().nullable())
    .default({})
    .describe('What the forks were forked from, as far as the server told'),
  people: PeopleFiles.optional().describe('Absent in exports of older versions'),
  files: z
    .record(z.string(), z.string())
    .describe('SHA-256 of the repository.json of each repository, by owner/name'),
});
export type Manifest = z.infer<typeof Manifest>;

const manifestName = 'export.json';
const descriptionName = 'repository.json';

/** The folder of a repository. */
export function folderOf(directory: string, id: string): string {
  return join(directory, 'repositories', nameOnDisk(id));
}

/** The bundle of one part of a repository. */
export function bundleOf(directory: string, id: string, part: RepositoryPart): string {
  return join(folderOf(directory, id), `${part}.bundle`);
}

/** Where an LFS object lies; `oid` has been checked to be one. */
export function lfsFileOf(directory: string, oid: string): string {
  return join(directory, 'lfs', oid.slice(0, 2), oid);
}

/** @throws export-unreadable */
export async function readManifest(directory: string): Promise<Manifest> {
  const text = await textOf(join(directory, manifestName), directory);
  const parsed = Manifest.safeParse(jsonIn(text));
  if (parsed.success) return parsed.data;
  const detail = `${manifestName} is not one that this version reads: ${z.prettifyError(parsed.error)}`;
  throw exportUnreadable(directory, { detail });
}

/** The description of a repository, compared with what the manifest says of it. @throws export-damaged */
export async function readRepository(
  directory: string,
  id: string,
  { files }: Manifest,
): Promise<CarriedRepository> {
  const file = join(folderOf(directory, id), descriptionName);
  const text = await readFile(file, 'utf8').catch((error: Error) => {
    throw exportDamaged(id, { file, detail: error.message }, error);
  });
  if (sha256Of(text) !== files[id])
    throw exportDamaged(id, { file, detail: 'it is not the file that was exported' });
  return CarriedRepository.parse(JSON.parse(text));
}

/** What an earlier export left of a repository; null when it left nothing that can be used. */
export async function earlierRepository(directory: string, id: string): Promise<CarriedRepository | null> {
  const text = await readFile(join(folderOf(directory, id), descriptionName), 'utf8').catch(() => '');
  return CarriedRepository.safeParse(jsonIn(text)).data ?? null;
}

/** Writes the description of a repository, whole or not at all; gives its SHA-256. */
export async function writeRepository(directory: string, carried: CarriedRepository): Promise<string> {
  const text = `${JSON.stringify(carried)}\n`;
  await replaceFile(join(folderOf(directory, carried.id), descriptionName), text);
  return sha256Of(text);
}

/** Lines of `SHA256SUMS`, by file. */
export type Sums = ReadonlyMap<string, string>;

/** The files of a repository, with the SHA-256 of its description. */
export function sumsOf(directory: string, carried: CarriedRepository, description: string): Sums {
  const { id } = carried;
  const sums = new Map([[join(folderOf(directory, id), descriptionName), description]]);
  for (const part of ['code', 'wiki'] as const) {
    const { bundle } = carried[part];
    if (bundle !== null) sums.set(bundleOf(directory, id, part), bundle.sha256);
  }
  for (const { oid } of carried.lfs) sums.set(lfsFileOf(directory, oid), oid);
  return sums;
}

/** Writes what the export holds as a whole, and `SHA256SUMS` for whoever copies it. */
export async function writeManifest(directory: string, manifest: Manifest, sums: Sums): Promise<void> {
  const text = `${JSON.stringify(manifest, null, 2)}\n`;
  const people = manifest.people === undefined ? [] : filesOfPeople(directory, manifest.people);
  const all = [[join(directory, manifestName), sha256Of(text)], ...people, ...sums] as const;
  const lines = all.map(([file, sum]) => `${sum}  ${relative(directory, file ?? '')}\n`);
  await replaceFile(join(directory, manifestName), text);
  await replaceFile(join(directory, 'SHA256SUMS'), lines.join(''));
}

/** Until the next `writeManifest` the directory is no export. */
export function removeManifest(directory: string): Promise<void> {
  return rm(join(directory, manifestName), { force: true });
}

/** What the server showed, as the rest of the program knows it. */
export function listingOf({ listing, readAt }: CarriedPart): RefListing {
  const { refs, head, tagged, warnings, unreadable } = listing;
  return {
    refs: new Map(Object.entries(refs)),
    head,
    readAt,
    ...(tagged.length > 0 ? { tagged: new Set(tagged) } : {}),
    ...(warnings.length > 0 ? { warnings } : {}),
    ...(unreadable.length > 0 ? { unreadable } : {}),
  };
}

/** The opposite of `listingOf`. */
export function carriedListing(listing: RefListing): CarriedPart['listing'] {
  const { refs, head, tagged = [], warnings = [], unreadable = [] } = listing;
  return {
    refs: Object.fromEntries(refs),
    head,
    tagged: [...tagged],
    warnings: [...warnings],
    unreadable: unreadable.map(({ ref, detail, lost }) => ({ ref, detail, ...(lost ? { lost } : {}) })),
  };
}

async function textOf(file: string, directory: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const absent = (error as NodeJS.ErrnoException).code === 'ENOENT';
    const detail = absent
      ? `it has no ${manifestName}: the export has not come to its end, or this is another directory`
      : (error as Error).message;
    throw exportUnreadable(directory, { detail }, error);
  }
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
