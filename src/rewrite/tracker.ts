import type { LineComment, TrackerEvent, TrackerItem, TrackerReader } from '../model/tracker.ts';

/** New ids by those of the source. */
type NewIds = ReadonlyMap<string, string>;

/** A tracker whose pull requests and comments name the commits as the rewritten history has them; texts stay as they are. */
export function withNewIds(reader: TrackerReader, ids: () => Promise<NewIds>): TrackerReader {
  return {
    ...reader,
    async *items(numbers) {
      const known = await ids();
      for await (const item of reader.items(numbers)) yield renamedItem(item, known);
    },
    async commitComments() {
      const known = await ids();
      return (await reader.commitComments())?.map((comment) => renamedComment(comment, known)) ?? null;
    },
  };
}

function renamedItem(item: TrackerItem, ids: NewIds): TrackerItem {
  const events = item.events?.map((event) => renamedEvent(event, ids)) ?? null;
  if (item.kind === 'issue') return { ...item, events };
  const { head, base } = item;
  return {
    ...item,
    events,
    head: { ...head, commit: head.commit && renamed(head.commit, ids) },
    base: { ...base, commit: base.commit && renamed(base.commit, ids) },
    lineComments: item.lineComments?.map((comment) => renamedComment(comment, ids)) ?? null,
  };
}

function renamedComment(comment: LineComment, ids: NewIds): LineComment {
  const { now } = comment;
  const moved = now === undefined ? {} : { now: { ...now, commit: renamed(now.commit, ids) } };
  return { ...comment, commit: renamed(comment.commit, ids), ...moved };
}

function renamedEvent(event: TrackerEvent, ids: NewIds): TrackerEvent {
  return event.kind === 'mention' ? { ...event, of: renamed(event.of, ids) } : event;
}

function renamed(commit: string, ids: NewIds): string {
  return ids.get(commit) ?? commit;
}
