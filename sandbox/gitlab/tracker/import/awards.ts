import { nextId } from '../items.ts';
import type { AwardState } from '../state.ts';
import type { Line } from './archive.ts';
import type { Importing } from './importing.ts';
import { objectsOf, textOf } from './values.ts';

/** Awards of an item or a note, each name once for each person; their dates are the import's (GL-436). */
export function awardsOf({ context, people, now }: Importing, line: Line): AwardState[] {
  const awards = new Map<string, AwardState>();
  for (const each of objectsOf(line, 'award_emoji')) {
    const [name, userId] = [textOf(each, 'name'), people.of(each['user_id'])];
    if (!name || userId === null || awards.has(`${userId} ${name}`)) continue;
    awards.set(`${userId} ${name}`, { id: nextId(context), name, userId, createdAt: now });
  }
  return [...awards.values()];
}
