/** One line of a comparison: gone, new, or the same on both sides. */
export type DiffLine = { mark: '-' | '+' | ' '; line: string };

/** More cells than this are not compared line by line: then all is gone and all is new. */
const mostCells = 4_000_000;

/** How one text becomes the other, line by line. */
export function lineDiff(before: readonly string[], after: readonly string[]): DiffLine[] {
  const most = Math.min(before.length, after.length);
  let head = 0;
  while (head < most && before[head] === after[head]) head += 1;
  let tail = 0;
  while (tail < most - head && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  return [
    ...marked(' ', before.slice(0, head)),
    ...compared(before.slice(head, before.length - tail), after.slice(head, after.length - tail)),
    ...marked(' ', before.slice(before.length - tail)),
  ];
}

/** The changes with that many lines around each; null stands for what is left out between them. */
export function changesIn(diff: readonly DiffLine[], around: number): (DiffLine | null)[] {
  const near = diff.map((_, index) =>
    diff.slice(Math.max(0, index - around), index + around + 1).some(({ mark }) => mark !== ' '),
  );
  return diff.flatMap((each, index) => {
    if (near[index]) return [each];
    return index > 0 && near[index - 1] ? [null] : [];
  });
}

function marked(mark: DiffLine['mark'], lines: readonly string[]): DiffLine[] {
  return lines.map((line) => ({ mark, line }));
}

/** By the longest common subsequence. */
function compared(before: readonly string[], after: readonly string[]): DiffLine[] {
  if (before.length * after.length > mostCells) return [...marked('-', before), ...marked('+', after)];
  const width = after.length + 1;
  const common = new Uint32Array((before.length + 1) * width);
  const at = (row: number, column: number): number => common[row * width + column] ?? 0;
  for (let row = before.length - 1; row >= 0; row -= 1) {
    for (let column = after.length - 1; column >= 0; column -= 1) {
      common[row * width + column] =
        before[row] === after[column]
          ? at(row + 1, column + 1) + 1
          : Math.max(at(row + 1, column), at(row, column + 1));
    }
  }
  const lines: DiffLine[] = [];
  let [row, column] = [0, 0];
  while (row < before.length || column < after.length) {
    const [gone = '', fresh = ''] = [before[row], after[column]];
    if (row < before.length && column < after.length && gone === fresh) {
      lines.push({ mark: ' ', line: gone });
      row += 1;
      column += 1;
    } else if (
      column === after.length ||
      (row < before.length && at(row + 1, column) >= at(row, column + 1))
    ) {
      lines.push({ mark: '-', line: gone });
      row += 1;
    } else {
      lines.push({ mark: '+', line: fresh });
      column += 1;
    }
  }
  return lines;
}
