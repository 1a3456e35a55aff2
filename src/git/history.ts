/** Parents of each commit, every commit after its parents. */
export type History = ReadonlyMap<string, readonly string[]>;

/** From the output of `git rev-list --topo-order --reverse --parents`. */
export function parseHistory(listing: string): History {
  const history = new Map<string, readonly string[]>();
  for (const line of listing.split('\n')) {
    const [id = '', ...parents] = line.split(' ');
    if (id !== '') history.set(id, parents);
  }
  return history;
}

/** The line along the first parents, oldest first. */
export function firstParentLine(history: History, tip: string): string[] {
  const line: string[] = [];
  for (let id = tip; history.has(id); id = history.get(id)?.[0] ?? '') line.push(id);
  return line.toReversed();
}

/** The line with the most commits, oldest first: where a merge brings in a long history it goes along that. */
export function longestLine(history: History, tip: string): string[] {
  const lengths = new Map<string, number>();
  const below = new Map<string, string>();
  for (const [id, parents] of history) {
    let length = 0;
    for (const parent of parents) {
      const further = lengths.get(parent) ?? 0;
      if (further <= length) continue;
      length = further;
      below.set(id, parent);
    }
    lengths.set(id, length + 1);
  }
  const line: string[] = [];
  for (let id = tip; history.has(id); id = below.get(id) ?? '') line.push(id);
  return line.toReversed();
}

/** How many commits each step along the line brings in, with those of the histories that it merges. */
export function commitsPerStep(history: History, line: readonly string[]): number[] {
  const seen = new Set<string>();
  return line.map((stone) => {
    const before = seen.size;
    const waiting = [stone];
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      if (seen.has(id) || !history.has(id)) continue;
      seen.add(id);
      waiting.push(...(history.get(id) ?? []));
    }
    return seen.size - before;
  });
}
