export type WalkedObject = {
  id: string;
  type: 'commit' | 'tree' | 'blob' | 'tag';
  /** Bytes as a checkout would show it. */
  size: number;
  /** Bytes in the pack, which is about what a push sends. */
  packed: number;
  /** Where it was met first; empty for commits, root trees, and what a tag points to directly. */
  path: string;
};

const LINE = /^([0-9a-f]{40}) (commit|tree|blob|tag) (\d+) (\d+) ?(.*)$/;

/** One line of `cat-file --batch-check`, null when it is none. */
export function parseObjectLine(line: string): WalkedObject | null {
  const match = LINE.exec(line);
  if (match === null) return null;
  const [, id = '', type = '', size, packed, path = ''] = match;
  return { id, type: type as WalkedObject['type'], size: Number(size), packed: Number(packed), path };
}
