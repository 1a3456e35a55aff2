/** Bytes that the arguments of one git may have: systems take a megabyte or two, the environment included. */
const mostBytes = 500_000;
/** What a word costs besides its own bytes. */
const perWord = 9;

/** The items in portions that fit on a command line each; `words` are those that an item takes. */
export function argumentPortions<T>(items: readonly T[], words: (item: T) => readonly string[]): T[][] {
  const portions: T[][] = [];
  let left = 0;
  for (const item of items) {
    const bytes = words(item).reduce((sum, word) => sum + Buffer.byteLength(word) + perWord, 0);
    const last = portions.at(-1);
    if (last === undefined || bytes > left) {
      portions.push([item]);
      left = mostBytes - bytes;
    } else {
      last.push(item);
      left -= bytes;
    }
  }
  return portions;
}
