import * as z from 'zod';
import { journalled, type ItemHistory } from '../journal/history.ts';

const Made = z.object({
  made: z.literal(true).optional().describe('This tool made it, or was about to'),
});
export type Made = z.infer<typeof Made>;

/** What the steps that make projects and groups write down. */
export const projectRecords = { name: 'project', data: Made } as const;
export const groupRecords = { name: 'group', data: Made } as const;

/** Did this tool make the project? One that it found, and goes on with, it did not. */
export function isMade(history: ItemHistory | undefined): boolean {
  return journalled(history, projectRecords)?.made === true;
}

/** Did this tool make the group? */
export function isGroupMade(history: ItemHistory | undefined): boolean {
  return journalled(history, groupRecords)?.made === true;
}
