import { itemsPerArchive } from '../../model/target-tracker.ts';
import type { MadeLine } from './lines.ts';

/** How much one import may carry: `bytes` are those of the lines, before they are packed. */
export type PartLimits = { items: number; bytes: number };

/**
 * Few enough that an import takes minutes: an issue was seen to take 0.6 to 1.6 s, a merge request 1.5 to 4 s, so a part
 * ends after 2 to 13 minutes, and no more than that is repeated after GitLab has lost one. Many enough that six imports a
 * minute (GL-428) are never what a run waits for. The bytes are below the 50 MB that servers with an old limit, or a proxy,
 * let through, and far below what GitLab unpacks in its 210 s; a single larger item is a part alone.
 */
export const partLimits: PartLimits = { items: itemsPerArchive, bytes: 40 * 1_048_576 };

type Sized = Pick<MadeLine, 'relation' | 'bytes'>;

/** Each line with the number of its part, from 0 on; an item is never cut, and a part is of one relation. */
export async function* partsOf<T extends Sized>(
  lines: AsyncIterable<T> | Iterable<T>,
  limits: PartLimits = partLimits,
): AsyncGenerator<{ part: number; line: T }> {
  let part = -1;
  let now = { relation: '', items: 0, bytes: 0 };
  for await (const line of lines) {
    const full = now.items >= limits.items || now.bytes + line.bytes > limits.bytes;
    if (full || now.relation !== line.relation) {
      part += 1;
      now = { relation: line.relation, items: 0, bytes: 0 };
    }
    now.items += 1;
    now.bytes += line.bytes;
    yield { part, line };
  }
}
