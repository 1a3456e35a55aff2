import { createReadStream } from 'node:fs';
import { open, readFile, stat } from 'node:fs/promises';
import { exportDamaged } from '../failures/carrier.ts';
import type { TrackerFile, TrackerGap, TrackerItem, TrackerReader } from '../model/tracker.ts';
import { TrackerItemSchema } from '../model/tracker-schema.ts';
import { sha256Of, sha256OfFile } from './files.ts';
import {
  assetKey,
  attachmentKey,
  CarriedTracker,
  fileOf,
  headOf,
  itemsOf,
  type CarriedFile,
} from './tracker-files.ts';

export type CarriedTrackerOptions = {
  directory: string;
  /** `owner/name` */
  id: string;
  /** SHA-256 of its `tracker.json`; undefined in exports of older versions, which are without trackers. */
  sha256: () => Promise<string | undefined>;
  signal: AbortSignal;
};

/** The tracker of one repository as it was exported. Each file is compared once. @throws export-damaged */
export function carriedTracker({ directory, id, sha256, signal }: CarriedTrackerOptions): TrackerReader {
  const damaged = (file: string, detail: string, cause?: unknown): Error =>
    exportDamaged(id, { file, detail }, cause);

  let gaps: TrackerGap[] = [];
  let readHead: Promise<CarriedTracker | null> | null = null;
  let checkedItems: Promise<string | null> | null = null;

  /** Null in an export that has none. */
  function head(): Promise<CarriedTracker | null> {
    return (readHead ??= readTracker());
  }

  /** The file of the items, compared before its first line is believed. */
  function lines(): Promise<string | null> {
    return (checkedItems ??= checkItems());
  }

  async function readTracker(): Promise<CarriedTracker | null> {
    const wanted = await sha256();
    if (wanted === undefined) return null;
    const file = headOf(directory, id);
    const text = await readFile(file, 'utf8').catch((error: Error) => {
      throw damaged(file, error.message, error);
    });
    if (sha256Of(text) !== wanted) throw damaged(file, 'it is not the file that was exported');
    const read = CarriedTracker.parse(JSON.parse(text));
    gaps = read.gaps;
    return read;
  }

  async function checkItems(): Promise<string | null> {
    const told = await head();
    if (told === null) return null;
    const file = itemsOf(directory, id);
    const sum = await sha256OfFile(file, signal).catch((error: Error) => {
      throw damaged(file, error.message, error);
    });
    if (sum !== told.items.sha256) throw damaged(file, 'it is not the file that was exported');
    return file;
  }

  async function* all(): AsyncGenerator<TrackerItem> {
    const file = await lines();
    if (file === null) return;
    const handle = await open(file);
    for await (const line of handle.readLines()) yield TrackerItemSchema.parse(JSON.parse(line));
  }

  async function carried(key: string): Promise<TrackerFile | null> {
    const file = (await head())?.files[key];
    return file === undefined ? null : opened(file);
  }

  async function opened(carriedFile: CarriedFile): Promise<TrackerFile> {
    const file = fileOf(directory, id, carriedFile);
    const there = await stat(file).catch(() => null);
    if (there?.size !== carriedFile.size)
      throw damaged(file, `it is missing, or has not its ${carriedFile.size} bytes`);
    return {
      size: carriedFile.size,
      type: carriedFile.type,
      open: () => Promise.resolve(createReadStream(file)),
    };
  }

  return {
    labels: async () => (await head())?.labels ?? [],
    milestones: async () => (await head())?.milestones ?? null,
    furnished: async () => (await head())?.furnished ?? false,
    async numbers() {
      const told = await head();
      if (told === null) gaps = [notCarried];
      return told?.numbers ?? [];
    },
    async *items(numbers) {
      const wanted = new Set(numbers);
      const sorted = numbers.every((number, at) => at === 0 || number > (numbers[at - 1] ?? 0));
      const kept = new Map<number, TrackerItem>();
      for await (const item of all()) {
        if (!wanted.has(item.number)) continue;
        if (sorted) yield item;
        else kept.set(item.number, item);
      }
      for (const number of numbers) {
        const item = kept.get(number);
        if (item !== undefined) yield item;
      }
    },
    commitComments: async () => (await head())?.commitComments ?? null,
    releases: async () => (await head())?.releases ?? null,
    asset: (release, asset) => carried(assetKey(release, asset)),
    attachment: (attachment) => carried(attachmentKey(attachment)),
    gaps: () => gaps,
  };
}

const notCarried: TrackerGap = {
  what: 'issue',
  count: null,
  of: '',
  detail: 'the export is of a version of gb2gl that left trackers out',
};
