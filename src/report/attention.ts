import type { Notice } from '../model/notice.ts';
import type { ItemResult, Result } from '../model/result.ts';
import { problem } from '../ui/messages.ts';
import { troubleStates, type TroubleState } from '../ui/report-messages.ts';

/** Why one thing needs a human, and what can be done. */
export type Remark = {
  /** The part of the item concerned, such as a ref; null when it is the whole item. */
  object: string | null;
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

/** What a reader should see: why the item as a whole is not proven, then every difference that a step found. */
export function remarksOf(item: ItemResult): Remark[] {
  const remarks: Remark[] = [];
  if (item.problem !== null) remarks.push(ofProblem(item.problem, item.state === 'blocked'));
  for (const { state, check } of item.steps) {
    if (state !== 'proven') remarks.push(...(check?.differences ?? []).map((each) => remarkOf(each)));
  }
  return remarks;
}

/** Warnings of the run, then what its items noticed with the name in front. */
export function warningsOf(result: Result): string[] {
  const own = result.items.flatMap((item) => noticesOf(item).map(({ message }) => `${item.id}: ${message}`));
  return [...result.warnings, ...own];
}

/** What the steps of an item noticed without needing anybody: it is not lost, only different. */
export function noticesOf({ steps }: ItemResult): Notice[] {
  return steps.flatMap(({ state, notices, check }) => {
    if (check === null) return [];
    return state === 'proven' ? [...notices, ...check.differences] : notices;
  });
}

/** What unblocks an item can be pasted; what mends a failure is a sentence. */
function ofProblem({ message, fix }: Notice, pasteable: boolean): Remark {
  if (pasteable) return { object: null, text: message, fix: fix || null };
  return { object: null, text: problem({ message, fix }), fix: null };
}

/** A refused or diverged thing says so in front: `refused: …`. */
export function remarkOf({ code, object, message, fix }: Notice): Remark {
  const [, word] = /-(refused|diverged)$/.exec(code) ?? [];
  return { object, text: word === undefined ? message : `${word}: ${message}`, fix: fix || null };
}
