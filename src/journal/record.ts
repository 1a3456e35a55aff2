import { z } from 'zod';

const Id = z.string().regex(/^[0-9a-f]{40}$/);
const StepName = z.enum(['group', 'project', 'code', 'settings', 'proof']);

/** First line of a journal: it belongs to one pair of servers. */
const Opened = z.object({
  v: z.literal(1),
  type: z.literal('opened'),
  at: z.string(),
  source: z.string(),
  target: z.string(),
});

/** What a step is about to do, or has done. `started` comes before any effect on the target. */
const Stepped = z.object({
  v: z.literal(1),
  type: z.literal('step'),
  at: z.string(),
  run: z.string(),
  /** Owner's login or `owner/name`. */
  item: z.string(),
  step: StepName,
  status: z.enum(['started', 'done', 'failed']),
  /** group, project: what it is on the target. */
  target: z.object({ id: z.number(), path: z.string() }).optional(),
  /** code, started: ref to the id that is about to be written; null for a ref about to be deleted. */
  refs: z.record(z.string(), Id.nullable()).optional(),
  /** code, done: refs of the started record that were not written after all. */
  except: z.array(z.string()).optional(),
  /** code: a branch whose protection was opened for a rewrite of history (started) or closed again (done). */
  opened: z.string().nullable().optional(),
  /** settings, done: default branch that was set, or found to be right. */
  head: z.string().optional(),
  /** proof: SHA-256 of the refs. */
  hash: z.string().optional(),
  /** failed: code of the error. */
  code: z.string().optional(),
});

export const Entry = z.discriminatedUnion('type', [Opened, Stepped]);
export type Entry = z.infer<typeof Entry>;
export type StepRecord = Omit<z.infer<typeof Stepped>, 'v' | 'type' | 'at' | 'run'>;
