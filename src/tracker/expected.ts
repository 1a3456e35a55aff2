import * as z from 'zod';
import type { ItemFacts } from './proof.ts';

const time = z.string().optional();
/** What of a line is compared later. */
const Line = z.object({
  iid: z.int(),
  title: z.string(),
  description: z.string(),
  state: z.enum(['opened', 'closed', 'merged']),
  created_at: z.string(),
  closed_at: time,
  metrics: z.object({ merged_at: time, latest_closed_at: time }).optional(),
  milestone: z.object({ title: z.string() }).optional(),
  label_links: z.array(z.object({ label: z.object({ title: z.string() }) })),
  notes: z.array(z.object({ system: z.boolean() })),
});

/** What GitLab has to show of an item once the line is loaded. */
export function expectedOf(text: string): ItemFacts {
  const line = Line.parse(JSON.parse(text));
  return {
    number: line.iid,
    title: line.title,
    state: line.state,
    createdAt: line.created_at,
    closedAt: line.closed_at ?? line.metrics?.latest_closed_at ?? null,
    mergedAt: line.metrics?.merged_at ?? null,
    text: line.description,
    labels: line.label_links.map(({ label }) => label.title),
    milestone: line.milestone?.title ?? null,
    comments: line.notes.filter(({ system }) => !system).length,
  };
}
