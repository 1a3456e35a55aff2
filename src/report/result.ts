import type { Notice } from '../model/notice.ts';
import type { Counts } from '../model/plan.ts';
import type { ExitCode, ItemResult, ItemState, Result, Totals } from '../model/result.ts';
import { andMore, problem, refsStep, troubleStates, type TroubleState } from '../ui/messages.ts';

export type ResultParts = Omit<Result, 'version' | 'startedAt' | 'finishedAt' | 'totals' | 'exitCode'> & {
  startedAt: Date;
  finishedAt: Date;
  /** Of the time between them, what a question waited for its answer. */
  waitedMs?: number;
  interrupted: boolean;
};

// Written out: the page of the report is built from this file and must not carry the schemas.
const noStates: Readonly<Record<ItemState, number>> = {
  proven: 0,
  refused: 0,
  diverged: 0,
  blocked: 0,
  drifted: 0,
  failed: 0,
  interrupted: 0,
};

/** Puts together the one document that every report is rendered from. */
export function buildResult(parts: ResultParts): Result {
  const { startedAt, finishedAt, waitedMs = 0, interrupted, ...told } = parts;
  const states = told.items.map(({ state }) => state);
  return {
    version: 1,
    startedAt: startedAt.toISOString(),
    finishedAt: finishedAt.toISOString(),
    totals: totalsOf(told.items, finishedAt.getTime() - startedAt.getTime() - waitedMs),
    ...told,
    exitCode: interrupted ? 130 : exitCodeOfStates(states, told.problems),
  };
}

/** What a script may rely on: failure first, then what waits for a decision. */
export function exitCodeOfStates(list: readonly ItemState[], problems: readonly Notice[]): ExitCode {
  const states = new Set(list);
  if (states.has('interrupted')) return 130;
  if (states.has('failed') || problems.length > 0) return 1;
  const waiting: readonly ItemState[] = ['refused', 'blocked', 'diverged', 'drifted'];
  return waiting.some((state) => states.has(state)) ? 4 : 0;
}

/** Bytes and time of all steps of one item. */
export function costOf(item: Pick<ItemResult, 'steps'>): { bytes: number; ms: number } {
  let bytes = 0;
  let ms = 0;
  for (const step of item.steps) {
    bytes += step.bytes;
    ms += step.ms;
  }
  return { bytes, ms };
}

/** Sum of all counts. */
export function countAll(counts: Counts): number {
  let sum = 0;
  for (const count of Object.values(counts)) sum += count;
  return sum;
}

type Proof = { compared: number; hash: string | null; asOf: string | null };

/** How many things the proof of an item compared by their ids, what it says of them in one hash, and of what time. */
export function proofOf({ steps }: Pick<ItemResult, 'steps'>): Proof {
  let compared = 0;
  let hash: string | null = null;
  let asOf: string | null = null;
  for (const { check } of steps) {
    if (!check?.hash) continue;
    compared += check.compared;
    hash ??= check.hash.source;
    asOf ??= check.asOf ?? null;
  }
  return { compared, hash, asOf };
}

type StepCounts = Totals['steps'][number];

/** What each step counts over all items, in the order of the steps; steps that count nothing are left out. */
export function sumSteps(items: readonly { steps: readonly StepCounts[] }[]): StepCounts[] {
  const sums = new Map<string, StepCounts>();
  for (const { steps } of items) {
    for (const { step, title, counts } of steps) {
      const sum = sums.get(step) ?? { step, title, counts: {} };
      for (const [what, count] of Object.entries(counts)) sum.counts[what] = (sum.counts[what] ?? 0) + count;
      sums.set(step, sum);
    }
  }
  return [...sums.values()].filter(({ counts }) => Object.keys(counts).length > 0);
}

/** What items come to together. */
function totalsOf(items: readonly ItemResult[], ms: number): Totals {
  const totals: Totals = {
    people: 0,
    groups: 0,
    projects: 0,
    states: { ...noStates },
    steps: sumSteps(items),
    complete: completeIn(items),
    bytes: 0,
    ms,
  };
  for (const item of items) {
    totals[item.kind === 'person' ? 'people' : (`${item.kind}s` as const)] += 1;
    totals.states[item.state] += 1;
    totals.bytes += costOf(item).bytes;
  }
  return totals;
}

/** Refs that only the target has are no matter of completeness; those of a repository that was not reached are. */
function completeIn(items: readonly ItemResult[]): Totals['complete'] {
  const complete = { projects: 0, refs: { done: 0, of: 0 } };
  for (const { kind, state, steps, planned } of items) {
    if (kind === 'project' && state === 'proven') complete.projects += 1;
    const counts = planned ?? steps.find(({ step }) => step === refsStep)?.counts ?? {};
    const { create = 0, update = 0, unchanged = 0, refused = 0, diverged = 0 } = counts;
    if (planned === undefined) complete.refs.done += create + update + unchanged;
    complete.refs.of += create + update + unchanged + refused + diverged;
  }
  return complete;
}

/** What a reader should see of an item, each as one sentence; about the item as a whole where the object is empty. */
export type Attention = {
  item: ItemResult;
  state: TroubleState;
  remarks: Notice[];
  /** Further items with that one problem in the same words: it concerns the server or the group, not each of them. */
  also: ItemResult[];
};

/** The items that are not proven, the most pressing first, each with every reason. */
export function attentionOf(items: readonly ItemResult[]): Attention[] {
  const list: Attention[] = [];
  const shared = new Map<string, Attention>();
  const groups = new Map<string, Attention>();
  for (const state of troubleStates) {
    for (const item of items) {
      if (item.state !== state) continue;
      const remarks = remarksOf(item);
      const group = groups.get(item.id.split('/', 1)[0] ?? '');
      if (group !== undefined && isOf(group, item)) {
        group.also.push(item);
        continue;
      }
      const only = item.problem && remarks.length === 1 ? `${state} ${remarks[0]?.message}` : null;
      const own = item.problem?.object === item.id;
      const same = own ? undefined : shared.get(only ?? '');
      if (same !== undefined) {
        same.also.push(item);
        continue;
      }
      const found: Attention = { item, state, remarks, also: [] };
      if (only !== null && (!own || item.kind === 'group')) shared.set(only, found);
      if (item.kind === 'group') groups.set(item.id, found);
      list.push(found);
    }
  }
  return list;
}

/** Is the trouble of a project nothing but that of its group? */
function isOf({ item: group, state }: Attention, item: ItemResult): boolean {
  if (item.state !== state || item.problem?.code !== group.problem?.code) return false;
  return item.steps.length === 0 && item.problem?.message.endsWith(group.problem?.message ?? '') === true;
}

/** What a reader should see: why the item as a whole is not proven, then every difference that a step found. */
export function remarksOf(item: ItemResult): Notice[] {
  const { problem: whole } = item;
  const found = item.steps.flatMap(({ state, check }) =>
    state === 'proven' ? [] : (check?.differences ?? []),
  );
  // A difference that tells what to do may be the problem itself.
  const said = found.some(({ code, message }) => code === whole?.code && message === whole.message);
  const remarks = found.map((each) => remarkOf(each));
  return whole === null || said ? remarks : [ofProblem(whole, item.state === 'blocked'), ...remarks];
}

/** What items noticed, with the name in front; what many noticed alike is told once. */
export function notedBy(
  items: readonly ItemResult[],
  matters: (notice: Notice, item: ItemResult) => boolean = () => true,
): string[] {
  const namesOf = new Map<string, string[]>();
  for (const item of items) {
    for (const notice of noticesOf(item)) {
      if (!matters(notice, item)) continue;
      namesOf.set(notice.message, [...(namesOf.get(notice.message) ?? []), item.id]);
    }
  }
  return [...namesOf].map(([message, [first, ...others]]) => `${first}${andMore(others)}: ${message}`);
}

/** What the steps of an item noticed without needing anybody: it is not lost, only different. */
export function noticesOf({ steps }: ItemResult): Notice[] {
  return steps.flatMap(({ state, notices, check }) => {
    if (check === null) return [];
    return state === 'proven' ? [...notices, ...check.differences] : notices;
  });
}

/** What unblocks an item can be pasted; what repairs a failure is a sentence. */
function ofProblem(notice: Notice, pasteable: boolean): Notice {
  if (pasteable) return { ...notice, object: '' };
  return { ...notice, object: '', message: problem(notice), fix: '' };
}

/** With the name in front, where neither what stands above it nor the words name it. */
export function aboutOf({ object, message }: Notice, above: string): string {
  if (object === '' || object === above || message.includes(object)) return message;
  return /^(?:refused|diverged): /.test(message) ? `${object} ${message}` : `${object}: ${message}`;
}

/** A refused or diverged thing says so in front: `refused: …`. */
export function remarkOf(notice: Notice): Notice {
  const [, word] = /-(refused|diverged)$/.exec(notice.code) ?? [];
  return word === undefined ? notice : { ...notice, message: `${word}: ${notice.message}` };
}

/** What belongs to one owner. */
export type OwnerResult = { owner: string; group: ItemResult | null; projects: ItemResult[]; totals: Totals };

/** Items by owner, in the order of the result; the time is the sum of all steps, many of which ran side by side. */
export function byOwner(items: readonly ItemResult[]): OwnerResult[] {
  const owners = new Map<string, ItemResult[]>();
  for (const item of items) {
    if (item.kind === 'person') continue;
    const owner = item.id.split('/', 1)[0] ?? item.id;
    const own = owners.get(owner);
    if (own === undefined) owners.set(owner, [item]);
    else own.push(item);
  }
  return [...owners].map(([owner, own]) => ({
    owner,
    group: own.find(({ kind }) => kind === 'group') ?? null,
    projects: own.filter(({ kind }) => kind === 'project'),
    totals: totalsOf(
      own,
      own.reduce((sum, item) => sum + costOf(item).ms, 0),
    ),
  }));
}
