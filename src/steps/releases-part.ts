import * as z from 'zod';
import { Notice } from '../model/notice.ts';
import type { PlannedProject } from '../model/plan.ts';
import type { TrackerAsset } from '../model/tracker.ts';
import type { Work, WritingWork } from './step.ts';

const count = z.int().nonnegative();

export const ReleasesPart = z.object({
  count: count.describe('Releases of the source'),
  add: count.describe('Those that are not on the target yet'),
  unread: Notice.nullable().describe('Why the source could not be read'),
});
export type ReleasesPart = z.infer<typeof ReleasesPart>;

/** A file of a release that lies on the target. */
const Moved = z.object({
  name: z.string().describe('Of the link: unique within the release'),
  url: z.string(),
  size: count.describe('Bytes that the source gave'),
  sha256: z.string().describe('Of these bytes'),
  read: z
    .enum(['same', 'other', 'untold'])
    .describe('What the target gave when it was read back; untold: it does not let it be read'),
});
export type Moved = z.infer<typeof Moved>;

const Known = z.object({
  open: z.literal(true).optional().describe('It is being made: one that is there is ours'),
  source: z.string().optional().describe('Digest of what the source had when it was sent'),
  sent: z.string().optional().describe('Digest of what was sent'),
  seen: z.string().optional().describe('Digest of what the target showed then'),
  files: z.record(z.string(), Moved).optional().describe('By the ids of the source'),
  uploading: z.record(z.string(), z.literal(true)).optional(),
  linked: z.record(z.string(), z.literal(true)).optional().describe('Files that the release links'),
  lacking: z.record(z.string(), z.string()).optional().describe('Files that did not move, and why'),
  left: z.string().optional().describe('Why the target does not take it'),
});
export type KnownRelease = z.infer<typeof Known>;

export const ReleasesData = z.object({
  releases: z.record(z.string(), Known).optional().describe('By tag'),
  files: z
    .record(z.string(), z.string())
    .optional()
    .describe('Where an attachment of a text lies on the target, by its id on the source'),
});
export type ReleasesData = z.infer<typeof ReleasesData>;

export const releasesRecords = { name: 'releases', data: ReleasesData };

export type ReleasesWork = WritingWork<ReleasesData, PlannedProject>;
export type ReleasesChecking = Work<ReleasesData, PlannedProject>;

/** Names of the links by the ids of the files: GitLab wants them distinct within a release (GL-450). */
export function linkNames(assets: readonly TrackerAsset[]): Map<string, string> {
  const taken = new Set<string>();
  const names = new Map<string, string>();
  // What is distinct by itself keeps its name, wherever it stands.
  const own = new Set(assets.map(({ name }) => name));
  for (const { id, name } of assets) {
    const isTaken = (free: string): boolean => taken.has(free) || (free !== name && own.has(free));
    const free = freeName(name, isTaken, (number) => ` (${number})`);
    taken.add(free);
    names.set(id, free);
  }
  return names;
}

/** The name itself, or the first with a number before its ending that is not taken. */
export function freeName(
  name: string,
  isTaken: (name: string) => boolean,
  numbered: (number: number) => string,
): string {
  const [, stem = name, end = ''] = /^(.+?)((?:\.tar)?\.[^.]+)$/.exec(name) ?? [];
  let free = name;
  for (let number = 2; isTaken(free); number += 1) free = `${stem}${numbered(number)}${end}`;
  return free;
}
