export type BadObject = {
  type: string;
  id: string;
  /** Name of git's check, such as `badDate`. */
  check: string;
  text: string;
};

const ERROR = /^error in (\w+) ([0-9a-f]{40})(?: \([^)]*\))?: (\w+): (.*)$/;
const PROGRESS = /^Checking objects: +(\d+)%/;

/** `error in commit <id>: badDate: invalid author/committer line`, from `git fsck`; null for warnings and all else. */
export function parseFsckLine(line: string): BadObject | null {
  const match = ERROR.exec(line);
  if (match === null) return null;
  const [, type = '', id = '', check = '', text = ''] = match;
  return { type, id, check, text };
}

/** Percent of the objects that are checked; null for other lines. */
export function progressOf(line: string): number | null {
  const percent = PROGRESS.exec(line)?.[1];
  return percent === undefined ? null : Number(percent);
}
