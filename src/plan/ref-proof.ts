import { createHash } from 'node:crypto';
import { refLost, refUnreadable } from '../failures/source.ts';
import { travelling, travels, type TravelRules } from '../gitlab/rules/ref-names.ts';
import type { RefListing, RefMap } from '../model/forge.ts';
import type { Notice } from '../model/notice.ts';
import { byRef, type RefChange } from '../model/plan.ts';
import type { Check } from '../model/result.ts';
import type { CodeData } from './known-refs.ts';

type Comparing = TravelRules & { changes: readonly RefChange[]; known: CodeData | null };

/**
 * Compares the ids of all refs that travel, unpeeled, on both sides. A difference is explained by what the plan says of
 * the ref with this id, else by what the journal says GitLab answered when it was last sent with this id; what nothing
 * explains is a failure.
 */
export function compareRefs(source: RefListing, target: RefListing, options: Comparing): Check {
  const expected = travelling(source.refs, options);
  const explain = explanations(options);
  const differences: Notice[] = [];
  expected.forEach((id, ref) => {
    const other = target.refs.get(ref) ?? null;
    if (other !== id) differences.push(difference(ref, id, other, explain(ref, id)));
  });
  for (const [ref, { id, ...why }] of Object.entries(options.known?.left ?? {})) {
    const other = target.refs.get(ref) ?? null;
    if (id === undefined && other !== null && !expected.has(ref))
      differences.push(difference(ref, null, other, why));
  }
  differences.push(...noticesOfUnreadable(source));
  const hash = hashOfRefs(expected);
  const equal = differences.length === 0;
  return {
    state: equal ? 'proven' : stateOfDifferences(differences),
    compared: expected.size,
    // A hash takes time, and equal refs have the same.
    hash: { source: hash, target: equal ? hash : hashOfRefs(having(expected, target.refs)) },
    differences,
    ...(source.readAt === undefined ? {} : { asOf: new Date(source.readAt).toISOString() }),
  };
}

/** What of that which travels is no longer as it was listed before, in words; null when all of it is. */
export function movedSince(before: RefListing, now: RefListing, rules: TravelRules): string | null {
  const gone = [...before.refs.keys()].filter((ref) => before.refs.get(ref) !== now.refs.get(ref));
  const come = [...now.refs.keys()].filter((ref) => !before.refs.has(ref));
  const moved = [...gone, ...come].filter((ref) => travels(ref, rules));
  const [first] = moved;
  if (first === undefined) return null;
  const [was, is] = [before, now].map(({ refs }) => refs.get(first)?.slice(0, 12) ?? 'absent');
  const more = moved.length === 1 ? '' : `, and ${moved.length - 1} more`;
  return `${first} was ${was} and is now ${is}${more}`;
}

/** What the target has under the names that are expected there. */
function having(expected: RefMap, refs: RefMap): RefMap {
  return new Map([...refs].filter(([ref]) => expected.has(ref)));
}

/** Why a ref is not on the target as on the source. */
export type Explanation = { outcome: 'refused' | 'diverged'; reason: string; fix: string };

function explanations({ changes, known }: Comparing): (ref: string, id: string) => Explanation | null {
  let planned: Map<string, RefChange> | null = null;
  return (ref, id) => {
    planned ??= byRef(changes);
    const change = planned.get(ref);
    const left = known?.left?.[ref];
    const reason = change?.new === id ? reasonOf(change) : null;
    return reason ?? (left?.id === id ? left : null);
  };
}

/** Why the target does not have the ref as the source does; null when it does. */
export function reasonOf(change: RefChange | undefined): Explanation | null {
  if (change?.outcome !== 'refused' && change?.outcome !== 'diverged') return null;
  return { outcome: change.outcome, reason: change.reason ?? change.outcome, fix: change.fix ?? '' };
}

function difference(
  ref: string,
  source: string | null,
  target: string | null,
  why: Explanation | null,
): Notice {
  const sides = `source ${source ?? 'has none'}, target ${target ?? 'has none'}`;
  if (why === null) {
    const what = target === null ? 'missing on the target' : 'different object on the target';
    return { code: 'ref-differs', object: ref, message: `${what}, ${sides}`, fix: '' };
  }
  const message = why.outcome === 'diverged' ? `${why.reason}, ${sides}` : why.reason;
  return { code: `ref-${why.outcome}`, object: ref, message, fix: why.fix };
}

function stateOfDifferences(differences: readonly Notice[]): Check['state'] {
  const codes = new Set(differences.map((each) => each.code));
  if (codes.has('ref-differs') || codes.has(refUnreadable.code) || codes.has(refLost.code)) return 'failed';
  return codes.has('ref-diverged') ? 'diverged' : 'refused';
}

/** What is on the source and was in no comparison: the proof is no wider than what was seen. */
export function noticesOfUnreadable({ unreadable = [] }: RefListing): Notice[] {
  return unreadable.map(({ ref, detail, lost }) => (lost ? refLost : refUnreadable)(ref, { detail }).notice);
}

/** What the refs can come to with these outcomes. */
export function stateOf(outcomes: readonly RefChange['outcome'][]): Check['state'] {
  if (outcomes.includes('diverged')) return 'diverged';
  return outcomes.includes('refused') ? 'refused' : 'proven';
}

/** What the plan says of a ref that stays as it is, in the words in which the proof will say it; else nothing. */
export function noticeOfChange(change: RefChange): Notice[] {
  const reason = reasonOf(change);
  return reason === null ? [] : [difference(change.ref, change.new, change.old, reason)];
}

/** SHA-256 over the `id ref` lines in the order of their bytes (`LC_ALL=C sort`), each ended by a newline. */
export function hashOfRefs(refs: RefMap): string {
  const lines: string[] = [];
  refs.forEach((id, ref) => lines.push(`${id} ${ref}\n`));
  lines.sort(lines.some((line) => half.test(line)) ? byBytes : undefined);
  const hash = createHash('sha256');
  for (let at = 0; at < lines.length; at += portion) hash.update(lines.slice(at, at + portion).join(''));
  return hash.digest('hex');
}

/** Lines that are hashed at once. */
const portion = 1000;

/** Of a character beyond the first 65,536: only these are in another order in UTF-8 than in a string. */
const half = /[\uD800-\uDFFF]/;

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
