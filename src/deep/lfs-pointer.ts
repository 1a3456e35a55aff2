export type LfsPointer = { oid: string; size: number };

/** Longer files are no pointers, whatever they begin with (git-lfs spec, "The Pointer"). */
export const LONGEST_POINTER = 1023;
/** The shortest text that has all three lines. */
export const SHORTEST_POINTER = 120;
/** What Gitaly takes for a pointer when it looks for missing objects; it overlooks longer ones. */
export const LONGEST_FOR_GITLAB = 200;

const POINTER =
  /^version https:\/\/git-lfs\.github\.com\/spec\/v1\n(?:.*\n)*?oid sha256:([0-9a-f]{64})\nsize (\d+)\n/;

/** Reads a blob as LFS pointer; null when it is an ordinary file. */
export function parsePointer(content: string): LfsPointer | null {
  const match = POINTER.exec(content);
  if (match === null) return null;
  const [, oid = '', size] = match;
  return { oid, size: Number(size) };
}
