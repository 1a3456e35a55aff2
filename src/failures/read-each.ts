import type { Notice } from '../model/notice.ts';
import { isFatal, noticeOf } from './index.ts';

/**
 * Reads something of each, by its name. What cannot be read of one becomes a problem, and the others go on. How much is asked
 * at once is for the server's own limit to say. @throws what stops the whole run
 */
export async function readEach<I, T>(
  items: Iterable<I>,
  nameOf: (item: I) => string,
  read: (item: I) => Promise<T>,
  problems: Notice[],
): Promise<Map<string, T>> {
  const all = await Promise.all(
    Array.from(items, async (item): Promise<[string, T][]> => {
      const name = nameOf(item);
      try {
        return [[name, await read(item)]];
      } catch (error) {
        if (isFatal(error)) throw error;
        problems.push({ ...noticeOf(error, name), object: name });
        return [];
      }
    }),
  );
  return new Map(all.flat());
}
