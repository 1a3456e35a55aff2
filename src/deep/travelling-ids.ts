import type { RefChange } from '../model.ts';

export type TravellingIds = {
  /** What GitLab does not have yet. */
  writes: string[];
  /** What is the same on both sides. */
  stays: string[];
  /** What GitLab has, whoever put it there: it is not sent again. */
  there: string[];
  /** Heads of the branches, new and old. */
  branches: { branch: string; id: string }[];
};

/** The ids that matter of what is decided for the refs: refused and diverged ones do not travel. */
export function travellingIds(changes: readonly RefChange[]): TravellingIds {
  const writes = new Set<string>();
  const stays = new Set<string>();
  const there = new Set<string>();
  const branches: TravellingIds['branches'] = [];
  for (const change of changes) {
    if (change.old !== null) there.add(change.old);
    const travels = ['create', 'update', 'unchanged'].includes(change.outcome);
    if (!travels || change.new === null) continue;
    (change.outcome === 'unchanged' ? stays : writes).add(change.new);
    if (change.ref.startsWith('refs/heads/'))
      branches.push({ branch: change.ref.slice('refs/heads/'.length), id: change.new });
  }
  return { writes: [...writes], stays: [...stays], there: [...there], branches };
}
