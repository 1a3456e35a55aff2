import type { Notice } from '../model/notice.ts';
import type { RefChange } from '../model/plan.ts';
import type { ItemResult, RefDifference, Result } from '../model/result.ts';
import { problem } from '../ui/messages.ts';
import { troubleStates, type TroubleState } from '../ui/report-messages.ts';

/** Why one thing needs a human, and what can be done. */
export type Remark = {
  /** The ref concerned; null when it is the whole item. */
  ref: string | null;
  text: string;
  /** Can be pasted or followed; null when there is nothing to offer. */
  fix: string | null;
};

export type Attention = { item: ItemResult; state: TroubleState; remarks: Remark[] };

/** The items that are not proven, the most pressing first, each with every reason. */
export function attentionOf(items: readonly ItemResult[]): Attention[] {
  const list: Attention[] = [];
  for (const state of troubleStates) {
    for (const item of items) if (item.state === state) list.push({ item, state, remarks: remarksOf(item) });
  }
  return list;
}

/** Refs that a reader should see, the refused and diverged ones before those that only the proof found. */
export function remarksOf(item: ItemResult): Remark[] {
  const remarks: Remark[] = [];
  if (item.problem !== null) remarks.push(ofProblem(item.problem, item.state === 'blocked'));
  const named = new Set(item.attention.map(({ ref }) => ref));
  for (const change of item.attention) remarks.push(ofChange(change));
  for (const difference of item.proof?.differences ?? []) {
    if (!named.has(difference.ref)) remarks.push(ofDifference(difference));
  }
  return remarks;
}

/** Warnings of the run, then those of its items with the name in front. */
export function warningsOf(result: Result): string[] {
  const own = result.items.flatMap(({ id, warnings }) => warnings.map((warning) => `${id}: ${warning}`));
  return [...result.warnings, ...own];
}

/** What unblocks an item can be pasted; what mends a failure is a sentence. */
function ofProblem({ message, fix }: Notice, pasteable: boolean): Remark {
  if (pasteable) return { ref: null, text: message, fix: fix || null };
  return { ref: null, text: problem({ message, fix }), fix: null };
}

function ofChange(change: RefChange): Remark {
  const sides = change.outcome === 'diverged' ? `, ${sidesOf(change.new, change.old)}` : '';
  const reason = change.reason === undefined ? '' : `: ${change.reason}`;
  return { ref: change.ref, text: `${change.outcome}${reason}${sides}`, fix: change.fix ?? null };
}

function ofDifference({ ref, reason, source, target }: RefDifference): Remark {
  return { ref, text: `${reason || 'differs'}, ${sidesOf(source, target)}`, fix: null };
}

function sidesOf(source: string | null, target: string | null): string {
  return `source ${source ?? 'has none'}, target ${target ?? 'has none'}`;
}
