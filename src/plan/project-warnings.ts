import type { ItemHistory } from '../journal/replay.ts';
import type { RefChange, RefListing, Repository } from '../model.ts';
import { headVerdict, keptHeadWarning, refusedHeadWarning } from './head.ts';
import type { PlanInput } from './input.ts';
import { refKind } from './ref-names.ts';

type Situation = {
  repository: Repository;
  /** The source's refs, under the names with which they travel. */
  listing: RefListing;
  target: RefListing;
  refs: readonly RefChange[];
  /** Short name of the branch that becomes the default. */
  branch: string | null;
  /** The branch name that the project or its group presumes while it is empty; null when neither tells. */
  presumed: string | null;
  history: ItemHistory | undefined;
  input: Pick<PlanInput, 'target'>;
  /** What the choice of the default branch has to say. */
  warning: string | null;
};

/** What will look different on GitLab from what one might expect. */
export function projectWarnings(situation: Situation): string[] {
  const { repository, listing, warning } = situation;
  const cut = Array.from(repository.description).length > 2000;
  return [
    ...(warning === null ? [] : [warning]),
    ...(cut ? ['its description is cut to the 2,000 characters that GitLab takes'] : []),
    ...presumptions(situation),
    ...keptHead(situation),
    ...(listing.warnings ?? []),
  ];
}

/** Settings of the server are for administrators: then a tag of the presumed name cannot be foreseen (gitlab-contract §4.3). */
function presumptions({ listing, presumed, input: { target } }: Situation): string[] {
  const names = [...listing.refs.keys()];
  const bare = !names.some((ref) => refKind(ref) === 'branch') && names.some((ref) => refKind(ref) === 'tag');
  if (!bare || presumed !== null || target.restricted !== null) return [];
  return [
    `it has no branch, and the token cannot read which branch name GitLab presumes then (${target.preference} is assumed): a tag of that name is refused`,
  ];
}

/** Where somebody chose another default branch on GitLab, it stays; beside a branch `HEAD` GitLab changes it for nobody (gitlab-contract T38). */
function keptHead({ branch, target: { head, refs: there }, refs, history }: Situation): string[] {
  const hasBranches = [...there.keys()].some((ref) => refKind(ref) === 'branch');
  if (branch === null || !hasBranches) return [];
  const refused = refs.some(({ ref, outcome }) => ref === `refs/heads/${branch}` && outcome === 'refused');
  if (refused) return [];
  const verdict = headVerdict(branch, head, history?.head ?? null);
  if (verdict === 'kept') return [keptHeadWarning(branch, head)];
  return verdict === 'set' && there.has('refs/heads/HEAD') ? [refusedHeadWarning(branch, head)] : [];
}
