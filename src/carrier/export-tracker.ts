import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readFile, rename, rm, stat, type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Repository } from '../model/forge.ts';
import { keyOf, type Source } from '../model/source.ts';
import type { TrackerFile, TrackerItem, TrackerReader } from '../model/tracker.ts';
import { replaceFile, sha256Of } from './files.ts';
import {
  assetKey,
  attachmentKey,
  CarriedTracker,
  fileOf,
  headOf,
  itemsOf,
  type CarriedFile,
} from './tracker-files.ts';

export type TrackerExport = {
  source: Source;
  directory: string;
  tell: (detail: string) => void;
  signal: AbortSignal;
};

/** SHA-256 of `tracker.json`, which has those of all other files, and of each file by its path. */
export type ExportedTracker = { sha256: string; sums: Map<string, string> };

/** Writes a repository's tracker: its items line by line, and every file that its texts and releases name. */
export async function exportTracker(
  repository: Repository,
  { source, directory, tell, signal }: TrackerExport,
): Promise<ExportedTracker> {
  const id = keyOf(repository);
  const reader = source.tracker(repository);
  const earlier = await earlierFiles(directory, id);
  const files = new Map<string, CarriedFile>();
  const tried = new Set<string>();

  async function take(key: string, ask: () => Promise<TrackerFile | null>): Promise<void> {
    if (tried.has(key)) return;
    tried.add(key);
    const before = earlier[key];
    if (before !== undefined && (await isThere(directory, id, before))) {
      files.set(key, before);
      return;
    }
    const file = await ask();
    if (file !== null) files.set(key, await store(directory, id, file, signal));
  }

  async function takeNamed(texts: readonly string[]): Promise<void> {
    for (const each of texts.flatMap((text) => attachmentsIn(text)))
      await take(attachmentKey(each), () => reader.attachment(each));
  }

  const numbers = await reader.numbers();
  const items = await writeItems(itemsOf(directory, id), reader, numbers, async (item, done) => {
    tell(`${id} ${item.kind === 'issue' ? 'issue' : 'pull request'} ${done} of ${numbers.length}`);
    await takeNamed(textsOf(item));
  });
  const [labels, milestones, commitComments, releases] = [
    await reader.labels(),
    await reader.milestones(),
    await reader.commitComments(),
    await reader.releases(),
  ];
  await takeNamed((milestones ?? []).map(({ description }) => description));
  await takeNamed([...(commitComments ?? []), ...(releases ?? [])].map(({ body }) => body));
  for (const release of releases ?? [])
    for (const asset of release.assets)
      await take(assetKey(release, asset), () => reader.asset(release, asset));
  const gaps = reader.gaps();
  const head: CarriedTracker = {
    labels,
    milestones,
    furnished: await reader.furnished(),
    numbers,
    commitComments,
    releases,
    gaps,
    items,
    files: Object.fromEntries(files),
  };
  const text = `${JSON.stringify(head)}\n`;
  await replaceFile(headOf(directory, id), text);
  const sha256 = sha256Of(text);
  const stored = [...files.values()].map((file) => [fileOf(directory, id, file), file.sha256] as const);
  const sums = new Map([[headOf(directory, id), sha256], [itemsOf(directory, id), items.sha256], ...stored]);
  return { sha256, sums };
}

/** Every text of an item that people have written. */
function textsOf(item: TrackerItem): string[] {
  const lines = item.kind === 'pull' ? (item.lineComments ?? []) : [];
  return [item.body, ...[...item.comments, ...lines].map(({ body }) => body)];
}

/** Ids of the files that a text embeds, under whatever address the server had then (GB-216). */
function attachmentsIn(text: string): string[] {
  return [...text.matchAll(/\/_attached\/([\w-]+)/g)].map(([, id = '']) => id);
}

/** One line for each item, whole or not at all. */
async function writeItems(
  file: string,
  reader: TrackerReader,
  numbers: readonly { number: number }[],
  written: (item: TrackerItem, done: number) => Promise<void>,
): Promise<CarriedTracker['items']> {
  const hash = createHash('sha256');
  const unfinished = `${file}.new`;
  let handle: FileHandle | null = await open(unfinished, 'w', 0o600);
  let bytes = 0;
  let done = 0;
  try {
    for await (const item of reader.items(numbers.map(({ number }) => number))) {
      const line = Buffer.from(`${lineOf(item)}\n`);
      await handle.write(line);
      hash.update(line);
      bytes += line.length;
      done += 1;
      await written(item, done);
    }
    await handle.close();
    handle = null;
  } finally {
    if (handle !== null) {
      await handle.close();
      await rm(unfinished, { force: true });
    }
  }
  await rename(unfinished, file);
  return { bytes, sha256: hash.digest('hex') };
}

/** Two characters that JSON leaves as they are end a line for some readers. */
function lineOf(item: TrackerItem): string {
  return JSON.stringify(item)
    .replaceAll('\u2028', String.raw`\u2028`)
    .replaceAll('\u2029', String.raw`\u2029`);
}

async function earlierFiles(directory: string, id: string): Promise<CarriedTracker['files']> {
  const text = await readFile(headOf(directory, id), 'utf8').catch(() => 'null');
  try {
    return CarriedTracker.parse(JSON.parse(text)).files;
  } catch {
    return {};
  }
}

async function isThere(directory: string, id: string, file: CarriedFile): Promise<boolean> {
  return (await stat(fileOf(directory, id, file)).catch(() => null))?.size === file.size;
}

/** A file is named by what is in it, so it gets its name last. */
async function store(
  directory: string,
  id: string,
  file: TrackerFile,
  signal: AbortSignal,
): Promise<CarriedFile> {
  const hash = createHash('sha256');
  let size = 0;
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, callback) {
      hash.update(chunk);
      size += chunk.length;
      callback(null, chunk);
    },
  });
  const unfinished = fileOf(directory, id, { sha256: 'file.new' });
  await mkdir(dirname(unfinished), { recursive: true, mode: 0o700 });
  await pipeline(await file.open(), measure, createWriteStream(unfinished, { mode: 0o600 }), { signal });
  const carried = { sha256: hash.digest('hex'), size, type: file.type };
  await rename(unfinished, fileOf(directory, id, carried));
  return carried;
}
