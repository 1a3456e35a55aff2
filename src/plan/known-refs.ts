import * as z from 'zod';
import { pathTaken } from '../failures/target.ts';
import { isHidden, refKind, travels, type TravelRules } from '../gitlab/rules/ref-names.ts';
import { journalled, type ItemHistory } from '../journal/history.ts';
import { ObjectId, type RefListing } from '../model/forge.ts';
import type { Notice } from '../model/notice.ts';
import { byRef, isWrite, type RefChange } from '../model/plan.ts';
import { forkRecords } from './forks.ts';
import { pathBeside } from './free-names.ts';
import { reasonOf, type Explanation } from './ref-proof.ts';

/** What the source says about one object. */
export type KnownObject = {
  known: boolean;
  /** Tips of the branches whose history holds it; null when that was not asked or could not be told. */
  tips: ReadonlySet<string> | null;
};

/** By object id; an id that is absent was not asked for, or the source could not tell. */
export type KnownObjects = ReadonlyMap<string, KnownObject>;

/** Objects of a project that the source has to be asked about. */
export type HistoryQuestions = {
  /** Ids of branches that shall go on: is the id part of the branch's history on the source? */
  moved: string[];
  /** Ids that the source's listing does not show: does the source have them at all? */
  others: string[];
};

export type Sides = TravelRules & {
  source: RefListing;
  target: RefListing;
  written: WrittenRefs;
  /** True when the journal says that this tool made or adopted the project. */
  ours: boolean;
};

/** What must be asked before the project can be planned: nothing, for one that holds what was written last. */
export function questionsOf(sides: Sides): HistoryQuestions {
  const moved = new Set<string>();
  sides.target.refs.forEach((id, ref) => {
    const wanted = sides.source.refs.get(ref);
    if (wanted === id || refKind(ref) !== 'branch' || wanted === undefined) return;
    if (sides.written.get(ref)?.has(id) !== true) moved.add(id);
  });
  const others = unknownIds(sides).filter((id) => !moved.has(id));
  return { moved: [...moved], others };
}

/** Ids on the target that nobody here has seen: the content of a project decides whether it is ours to go on with. */
export function unknownIds(sides: Sides): string[] {
  const { source, target, written, ours } = sides;
  if (ours) return [];
  const known = new Set(source.refs.values());
  const unknown = new Set<string>();
  for (const [ref, id] of target.refs) {
    // Nobody but this tool has a branch of that name, and its journal may be lost.
    if (ref === modulesRef && !source.refs.has(ref)) continue;
    if (isHidden(ref) || !travels(ref, sides) || known.has(id) || written.get(ref)?.has(id)) continue;
    unknown.add(id);
  }
  return [...unknown];
}

/** Is the target's commit part of what the source's branch has now? Null when the source could not tell. */
export function isPartOf(objects: KnownObjects | undefined, old: string, tip: string): boolean | null {
  const object = objects?.get(old);
  if (object === undefined) return null;
  return object.known ? (object.tips?.has(tip) ?? null) : false;
}

const mostShown = 5;

/** Set when the project holds what the source never had: then it is somebody else's. */
export function foreignProject(
  place: { repository: string; fullPath: string; isTaken?: (path: string) => boolean },
  target: RefListing,
  foreign: readonly string[],
): Notice | null {
  if (foreign.length === 0) return null;
  const ids = new Set(foreign);
  const refs = [...target.refs].filter(([, id]) => ids.has(id));
  const shown = refs.slice(0, mostShown).map(([ref, id]) => `${ref} (${id.slice(0, 12)})`);
  const more = refs.length > mostShown ? ` and ${refs.length - mostShown} more` : '';
  const detail = `the source never had the objects at ${shown.join(', ')}${more}`;
  const { repository, fullPath, isTaken = () => false } = place;
  const suggestion = pathBeside(fullPath, repository, isTaken);
  return pathTaken(fullPath, { detail, repository, suggestion }).notice;
}

/** The branch that `--fix-submodules` makes: on the target only. */
export const modulesRef = 'refs/heads/gb2gl/submodules';

/** A ref that the target does not have as the source does, and why. */
const LeftRef = z.object({
  /** What the source had; absent for a ref that was to be deleted: a merge patch cannot keep a null. */
  id: ObjectId.optional(),
  outcome: z.enum(['refused', 'diverged']),
  reason: z.string(),
  fix: z.string(),
});

/** What the step `code` keeps in the journal. */
export const CodeData = z.object({
  /** Ids that this tool wrote, or was writing when it was killed, by ref. */
  refs: z.record(z.string(), z.array(ObjectId)).optional(),
  /** Refs that GitLab did not take, or that somebody moved meanwhile. */
  left: z.record(z.string(), LeftRef).optional(),
  /** Heads of pull requests that need no branch of their own, by the ref that held them at this tip. */
  heads: z.record(z.string(), z.object({ tip: ObjectId, ids: z.array(ObjectId) })).optional(),
});
export type CodeData = z.infer<typeof CodeData>;

/** Under which name the journal has it. */
export const codeRecords = { name: 'code', data: CodeData } as const;

/** Ids that the journal says we wrote, or were about to write, by ref. */
export type WrittenRefs = Pick<ReadonlyMap<string, ReadonlySet<string>>, 'get'>;

/** The ids of one item, looked up when a ref is asked for: mostly none is. @throws journal-damaged */
export function writtenRefs(history: ItemHistory | undefined): WrittenRefs {
  const refs = journalled(history, codeRecords)?.refs ?? {};
  const copied = journalled(history, forkRecords)?.copied ?? {};
  return {
    get(ref) {
      const ids = [refs[ref] ?? [], copied[ref] ?? []].flat();
      return ids.length === 0 ? undefined : new Set(ids);
    },
  };
}

/** Between `started` and `done` the target may hold what it held or the new id. */
export function possibleIds(writes: readonly RefChange[], before: CodeData | null): Record<string, string[]> {
  const possible: Record<string, string[]> = {};
  for (const { ref, outcome, new: next } of writes) {
    if (outcome === 'delete' || next === null) continue;
    const known = before?.refs?.[ref];
    // A list that grows takes room for 17 ids.
    if (known === undefined) possible[ref] = [next];
    else possible[ref] = known.includes(next) ? known : [...known, next];
  }
  return possible;
}

type LeftRefs = NonNullable<CodeData['left']>;
/** A merge patch: null removes the ref, or the id of a deletion. */
type LeftPatch = Record<string, (Omit<LeftRefs[string], 'id'> & { id: string | null }) | null>;

/** What the journal knows once the answers are in: what was written, and what was left and why. */
export function settled(
  part: { refs: readonly RefChange[] },
  { changes, refusals }: { changes: readonly RefChange[]; refusals: ReadonlyMap<string, Explanation> },
  known: CodeData | null,
): { refs: Record<string, string[] | null>; left: LeftPatch } {
  const before = known?.left ?? {};
  const refs: Record<string, string[] | null> = {};
  const left = leftAfresh(part, changes);
  for (const change of changes) {
    if (!isWrite(change)) continue;
    const { ref, outcome, new: next } = change;
    const reason = refusals.get(ref);
    if (reason !== undefined) {
      left[ref] = { id: outcome === 'delete' ? null : next, ...reason };
      continue;
    }
    const ids = known?.refs?.[ref];
    // Of a ref that is new the journal has said so before the push.
    const said = ids?.length === 1 && ids[0] === next;
    if (outcome === 'delete' || next === null) refs[ref] = null;
    else if (!said) refs[ref] = [next];
    if (ref in before) left[ref] = null;
  }
  return { refs, left };
}

/** What a later try leaves though the plan did not: the proof knows only the plan and the journal. */
export function leftAfresh(
  { refs }: { refs: readonly RefChange[] },
  changes: readonly RefChange[],
): LeftPatch {
  let planned: Map<string, RefChange> | null = null;
  const left: LeftPatch = {};
  for (const change of changes) {
    const reason = reasonOf(change);
    if (reason === null) continue;
    planned ??= byRef(refs);
    const before = planned.get(change.ref);
    const foreseen = before?.new === change.new && reasonOf(before) !== null;
    if (!foreseen) left[change.ref] = { id: change.new, ...reason };
  }
  return left;
}
