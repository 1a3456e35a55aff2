import { join } from 'node:path';
import * as z from 'zod';
import type { TrackerAsset } from '../model/tracker.ts';
import { TrackerHead } from '../model/tracker-schema.ts';
import { folderOf } from './layout.ts';

/** The files of the tracker of one exported repository, and what is in them. */

/** A file that a text embeds, or one of a release; it is named by its SHA-256. */
const CarriedFile = z.object({ sha256: z.string().regex(/^[0-9a-f]{64}$/), size: z.int(), type: z.string() });
export type CarriedFile = z.infer<typeof CarriedFile>;

/** `tracker.json`; the items are lines of `tracker.ndjson` beside it. */
export const CarriedTracker = TrackerHead.extend({
  items: z.object({ bytes: z.int(), sha256: z.string() }),
  files: z.record(z.string(), CarriedFile).describe('By what attachmentKey and assetKey make of them'),
});
export type CarriedTracker = z.infer<typeof CarriedTracker>;

export function headOf(directory: string, id: string): string {
  return join(folderOf(directory, id), 'tracker.json');
}

export function itemsOf(directory: string, id: string): string {
  return join(folderOf(directory, id), 'tracker.ndjson');
}

export function fileOf(directory: string, id: string, { sha256 }: Pick<CarriedFile, 'sha256'>): string {
  return join(folderOf(directory, id), 'files', sha256);
}

export function attachmentKey(id: string): string {
  return `attachment ${id}`;
}

export function assetKey({ tag }: { tag: string }, asset: Pick<TrackerAsset, 'id'>): string {
  return `asset ${asset.id} ${tag}`;
}
