import { pathTaken } from '../failures/target.ts';
import { refKind, travels } from '../gitlab/rules/ref-names.ts';
import type { RefListing } from '../model/forge.ts';
import type { Notice } from '../model/notice.ts';
import type { WrittenRefs } from './written-refs.ts';

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

export type Sides = {
  source: RefListing;
  target: RefListing;
  written: WrittenRefs;
  /** True when the journal says that this tool made or adopted the project. */
  ours: boolean;
  notes: boolean;
};

/** What must be asked before the project can be planned: nothing, for one that holds what was written last. */
export function questionsOf(sides: Sides): HistoryQuestions {
  const moved = new Set<string>();
  for (const [ref, id] of sides.target.refs) {
    const wanted = sides.source.refs.get(ref);
    if (refKind(ref) !== 'branch' || wanted === undefined || wanted === id) continue;
    if (sides.written.get(ref)?.has(id) !== true) moved.add(id);
  }
  const others = unknownIds(sides).filter((id) => !moved.has(id));
  return { moved: [...moved], others };
}

/** Ids on the target that nobody here has seen: the content of a project decides whether it is ours to go on with. */
export function unknownIds({ source, target, written, ours, notes }: Sides): string[] {
  if (ours) return [];
  const known = new Set(source.refs.values());
  const unknown = new Set<string>();
  for (const [ref, id] of target.refs) {
    if (!travels(ref, { notes }) || known.has(id) || written.get(ref)?.has(id)) continue;
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
  place: { repository: string; fullPath: string },
  target: RefListing,
  foreign: readonly string[],
): Notice | null {
  if (foreign.length === 0) return null;
  const ids = new Set(foreign);
  const refs = [...target.refs].filter(([, id]) => ids.has(id));
  const shown = refs.slice(0, mostShown).map(([ref, id]) => `${ref} (${id.slice(0, 12)})`);
  const more = refs.length > mostShown ? ` and ${refs.length - mostShown} more` : '';
  const detail = `the source never had what it holds at ${shown.join(', ')}${more}`;
  const { repository, fullPath } = place;
  return pathTaken(fullPath, { detail, repository, suggestion: `${fullPath}-gitbucket` }).notice;
}
