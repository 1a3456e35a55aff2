/** A piece of a text, by offsets in UTF-16 units, and what comes in its place. */
export type Edit = { start: number; end: number; text: string };

/** The text with the edits made; of edits that overlap, the one that begins first counts. */
export function edited(text: string, edits: readonly Edit[]): string {
  const pieces: string[] = [];
  let done = 0;
  for (const { start, end, text: instead } of edits.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    if (start < done) continue;
    pieces.push(text.slice(done, start), instead);
    done = end;
  }
  return pieces.join('') + text.slice(done);
}
