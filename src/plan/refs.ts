import type { Config } from '../config/schema.ts';
import { protectionRefusal, type Protections } from '../gitlab/rules/protections.ts';
import {
  effectiveDefaultBranch,
  refKind,
  isHidden,
  refusal,
  shortName,
  travelling,
  travels,
  type RefKind,
  type TravelRules,
} from '../gitlab/rules/ref-names.ts';
import type { RefListing, RefMap, Repository } from '../model/forge.ts';
import { byRef, type RefChange, type RefOutcome } from '../model/plan.ts';
import type { WrittenRefs } from './known-refs.ts';
import type { PullBranches } from './pull-branches.ts';
import { decideSourceRef, type RefSituation, createRefObstacles, originOf } from './ref-decisions.ts';

export type RefPlanInput = TravelRules & {
  /** `owner/name` on the source. */
  repository: string;
  source: RefListing;
  target: RefMap;
  /** Ids that the journal says we wrote, or were about to write, per ref. */
  written: WrittenRefs;
  /** Branches that were made for pull requests: those that the source does not have stay. */
  pullBranches?: PullBranches;
  /** True when GitLab calls the project empty; a target without branches counts as such in any case. */
  empty?: boolean;
  /** Short name of the branch that becomes the default; null when the source has no branch. */
  defaultBranch: string | null;
  /** The branch name that GitLab sets for a project without branches; null when it sets none. */
  initialBranch: string | null;
  prune: boolean;
  /** What GitLab protects in the project; absent while nobody needs to know. */
  protections?: Protections | undefined;
  /** Is a commit of the target part of the history of this one of the source? Null when nobody knows yet. */
  isPartOf?: (old: string, tip: string) => boolean | null;
  /** Short name of the target's default branch as it is now, where it is known. */
  targetDefault?: string | null;
};

const order: readonly RefKind[] = ['branch', 'tag', 'note', 'other'];

/** Decides for every ref that travels what happens to it; pure, so the plan and the run agree. */
export function planRefs(input: RefPlanInput): RefChange[] {
  const source = travelling(input.source.refs, input);
  const targetDefault = currentDefault(input);
  const closed = closedBy(input);
  const unreadable = new Set(input.source.unreadable?.map(({ ref }) => ref));
  const leftovers = planLeftovers(source, { ...input, targetDefault, closed, unreadable });
  const situation = describe(source, leftovers, { ...input, targetDefault, closed });
  const obstacles = createRefObstacles(leftovers);
  const changes: RefChange[] = [];
  source.forEach((id, ref) => changes.push(decideSourceRef(ref, id, situation, obstacles)));
  return sortByRank([...changes, ...leftovers], firstRefs(situation));
}

/** What the plan leaves alone for reasons that only it knows stays so, as long as neither side has moved. */
export function keepPlanDecisions(planned: readonly RefChange[], afresh: readonly RefChange[]): RefChange[] {
  const left = byRef(planned.filter(({ outcome }) => ['refused', 'diverged', 'kept'].includes(outcome)));
  return afresh.map((change) => {
    const before = left.get(change.ref);
    return before && before.old === change.old && before.new === change.new ? before : change;
  });
}

/** Number of refs by outcome. */
export function countOutcomes(outcomes: Iterable<RefOutcome>): Record<RefOutcome, number> {
  const counts = { create: 0, update: 0, delete: 0, unchanged: 0, kept: 0, refused: 0, diverged: 0 };
  for (const outcome of outcomes) counts[outcome] += 1;
  return counts;
}

/** The target's default branch; its HEAD may point to a branch that does not exist. */
function currentDefault(input: RefPlanInput): string | null {
  const { targetDefault = null, target } = input;
  return targetDefault === null ? null : effectiveDefaultBranch(target.keys(), targetDefault, null);
}

/** While a project has no branch, whoever may create projects may push all of them (GL-167). */
function closedBy({ protections, target }: RefPlanInput): RefSituation['closed'] {
  const branches = [...target.keys()].some((ref) => refKind(ref) === 'branch');
  if (protections === undefined) return () => null;
  return (ref, write) =>
    !branches && refKind(ref) === 'branch' ? null : protectionRefusal(ref, write, protections);
}

function describe(
  source: RefMap,
  leftovers: readonly RefChange[],
  input: RefPlanInput & Pick<RefSituation, 'targetDefault' | 'closed'>,
): RefSituation {
  const { repository, target, written, initialBranch, targetDefault, defaultBranch } = input;
  const { tagged = new Set<string>() } = input.source;
  const names = { repository, reserved: null };
  const leaving = new Set(leftovers.filter(({ outcome }) => outcome === 'delete').map(({ ref }) => ref));
  const staying = [...target.keys()].filter((ref) => !leaving.has(ref));
  // Mostly the wanted branch arrives, and then nothing else matters.
  const wanted = defaultBranch === null ? null : `refs/heads/${defaultBranch}`;
  const arrives = (ref: string): boolean => refusal(ref, names) === null && !tagged.has(ref);
  const arriving =
    wanted !== null && source.has(wanted) && arrives(wanted) ? [wanted] : [...source.keys()].filter(arrives);
  return {
    target,
    written,
    initialBranch,
    hasBranches: input.empty !== true && [...target.keys()].some((ref) => refKind(ref) === 'branch'),
    defaultBranch: effectiveDefaultBranch([...staying, ...arriving], defaultBranch, targetDefault),
    targetDefault,
    repository,
    tagged,
    closed: input.closed,
    isPartOf: input.isPartOf ?? (() => null),
    isTaken: (ref) => source.has(ref) || target.has(ref) || shortName(ref) === defaultBranch,
    proposed: new Map(),
  };
}

/**
 * The default branch, and in a project without branches before it the tag of its name: GitLab takes that one until the
 * branch is there (GL-182), and when the push is declined for another ref, the tag still gets its chance.
 */
function firstRefs({ defaultBranch, hasBranches }: RefSituation): string[] {
  if (defaultBranch === null) return [];
  const branch = `refs/heads/${defaultBranch}`;
  return hasBranches ? [branch] : [`refs/tags/${defaultBranch}`, branch];
}

/** In groups of equal rank, each by name: a repository may have tens of thousands of refs. */
function sortByRank(changes: readonly RefChange[], first: readonly string[]): RefChange[] {
  const groups: RefChange[][] = [];
  for (const change of changes) (groups[rank(change, first)] ??= []).push(change);
  return groups.flatMap((group) => group.sort((a, b) => (a.ref < b.ref ? -1 : 1)));
}

function rank({ ref, afterOthers }: RefChange, first: readonly string[]): number {
  const place = first.indexOf(ref);
  if (place >= 0 && !afterOthers) return place;
  return first.length + order.indexOf(refKind(ref)) + (afterOthers ? order.length : 0);
}

type LeftoverInput = Omit<RefPlanInput, 'source'> & {
  /** Refs of the source that are there and cannot be read. */
  unreadable: ReadonlySet<string>;
  /** Why the target's protections keep the ref; null when they do not. */
  closed: (ref: string, write: 'delete') => { reason: string; fix: string } | null;
};

/** What happens to the refs that exist only on the target. */
function planLeftovers(source: RefMap, input: LeftoverInput): RefChange[] {
  const changes: RefChange[] = [];
  for (const [ref, old] of input.target) {
    if (source.has(ref) || input.unreadable.has(ref) || isHidden(ref) || !travels(ref, input)) continue;
    const change: RefChange = { ref, outcome: 'kept', old, new: null, force: false, afterOthers: false };
    const why = whyKept(ref, old, source.size === 0, input);
    changes.push(why === null ? { ...change, outcome: 'delete', force: true } : { ...change, ...why });
  }
  return changes;
}

function whyKept(
  ref: string,
  id: string,
  sourceIsEmpty: boolean,
  input: LeftoverInput,
): { reason: string; fix?: string } | null {
  const { pullBranches = {} } = input;
  const ids = ref in pullBranches ? undefined : input.written.get(ref);
  if (ids === undefined || ids.size === 0)
    return { reason: `only on the target; ${originOf(ref, pullBranches)}` };
  if (!ids.has(id))
    return { reason: 'deleted on the source; changed on the target since this tool wrote it' };
  if (!input.prune) {
    return { reason: 'deleted on the source; kept without --prune', fix: 'run again with --prune' };
  }
  // A source that shows no ref at all is more likely broken than emptied (GB-101).
  if (sourceIsEmpty) return { reason: 'the source lists no refs, so nothing is deleted' };
  if (ref !== `refs/heads/${input.targetDefault ?? ''}`) return input.closed(ref, 'delete');
  const fix = 'choose another default branch in the GitLab project settings, then run again with --prune';
  return { reason: 'The default branch of a project cannot be deleted.', fix };
}

/** Full ref name on the source to the name under which it travels. */
export type RefRenames = Readonly<Record<string, string>>;

export function renamesOf(repository: Repository, { map }: Pick<Config, 'map'>): RefRenames {
  return map.refs[`${repository.owner}/${repository.name}`] ?? {};
}

/**
 * The listing as it travels: refs under the names that `map.refs` gives them, HEAD included. No ref takes the place of
 * another one and none is lost: an entry without effect becomes a warning.
 */
export function renameRefs(
  listing: RefListing,
  renames: RefRenames,
  rules: TravelRules = { notes: true },
): RefListing {
  if (Object.keys(renames).length === 0) return listing;
  const warnings = Object.keys(renames)
    .filter((ref) => !listing.refs.has(ref))
    .map((ref) => `"map.refs" names ${ref}, which does not exist in the repository`);
  const names = new Map([...listing.refs.keys()].map((ref) => [ref, renames[ref] ?? ref]));
  for (const [ref, name] of names) {
    if (ref === name || travels(name, rules)) continue;
    warnings.push(`"map.refs" cannot rename ${ref} to ${name}: "migrate.refs" does not name such refs`);
    names.set(ref, ref);
  }
  for (let clash = clashIn(names); clash !== null; clash = clashIn(names)) {
    warnings.push(`"map.refs" cannot rename ${clash} to ${names.get(clash)}: that ref already exists`);
    names.set(clash, clash);
  }
  const renamed = new Map([...names].filter(([ref, name]) => ref !== name));
  const refs = new Map([...listing.refs].map(([ref, id]) => [names.get(ref) ?? ref, id]));
  const tagged = listing.tagged && new Set([...listing.tagged].map((ref) => names.get(ref) ?? ref));
  const head = listing.head === null ? null : (names.get(listing.head) ?? listing.head);
  return {
    ...listing,
    refs,
    head,
    ...(tagged && { tagged }),
    ...(renamed.size === 0 ? {} : { renamed }),
    ...(warnings.length === 0 ? {} : { warnings }),
  };
}

/** A renamed ref whose new name another one has, be it an old or a new name; null when all are different. */
function clashIn(names: ReadonlyMap<string, string>): string | null {
  const owners = new Map<string, string>();
  for (const [ref, name] of names) if (ref === name) owners.set(name, ref);
  for (const [ref, name] of names) {
    if (owners.has(name) && owners.get(name) !== ref) return ref;
    owners.set(name, ref);
  }
  return null;
}

/** The repository with its default branch under the name that the branch gets. */
export function withRenamedDefault(
  repository: Repository,
  listing: RefListing,
  renames: RefRenames,
): Repository {
  const to = renames[`refs/heads/${repository.defaultBranch}`];
  if (to === undefined || !to.startsWith('refs/heads/') || !listing.refs.has(to)) return repository;
  return { ...repository, defaultBranch: to.slice('refs/heads/'.length) };
}
