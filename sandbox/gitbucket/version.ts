/** The GitBucket releases whose behaviour the embedded server can take on; 4.48 is the unreleased head. */
export type GitBucketVersion = '4.23' | '4.30' | '4.35' | '4.36' | '4.38' | '4.42' | '4.47' | '4.48';

/** The number after `4.`, by which behaviours are switched. */
export function minorOf(version: GitBucketVersion): number {
  return Number.parseInt(version.slice(2), 10);
}

const PATCHES: Readonly<Record<number, string>> = { 30: '1', 35: '3', 36: '2', 38: '4', 42: '1' };

/** The full number that pages of that release show. */
export function fullVersion(minor: number): string {
  return `4.${minor}.${PATCHES[minor] ?? '0'}`;
}
