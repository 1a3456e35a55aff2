import { readRefs } from './refs.ts';
import { runGit } from './run-git.ts';

export type TagInfo = {
  name: string;
  /** Unpeeled object id. */
  id: string;
  /** The commit it finally points at. */
  commit: string;
};

/** Tags on commits, in the order of the commits' times; tags on trees and blobs are left out (GB-84). */
export async function tagsOf(gitDir: string): Promise<TagInfo[]> {
  const { refs } = await readRefs(gitDir);
  const tags = refs.filter((ref) => ref.name.startsWith('refs/tags/'));
  if (tags.length === 0) return [];
  const times = await commitTimes(
    gitDir,
    tags.map((ref) => ref.peeled ?? ref.id),
  );
  return tags
    .map((ref) => ({ name: ref.name.slice('refs/tags/'.length), id: ref.id, commit: ref.peeled ?? ref.id }))
    .filter((tag) => times.has(tag.commit))
    .sort((a, b) => (times.get(a.commit) ?? 0) - (times.get(b.commit) ?? 0));
}

/** Committer times of those ids that are commits. */
async function commitTimes(gitDir: string, ids: readonly string[]): Promise<Map<string, number>> {
  const input = `${[...new Set(ids)].join('\n')}\n`;
  const checked = await runGit(gitDir, ['cat-file', '--batch-check=%(objectname) %(objecttype)'], input);
  const commits = checked
    .toString('utf8')
    .split('\n')
    .filter((line) => line.endsWith(' commit'))
    .map((line) => line.slice(0, 40));
  if (commits.length === 0) return new Map();
  const log = await runGit(
    gitDir,
    ['log', '--no-walk=unsorted', '--format=%H %ct', '--stdin'],
    `${commits.join('\n')}\n`,
  );
  const lines = log.toString('utf8').trim().split('\n');
  return new Map(lines.map((line) => [line.slice(0, 40), Number(line.slice(41))]));
}
