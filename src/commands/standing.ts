import type { Environment } from '../environment.ts';
import type { History, ItemHistory, StepHistory } from '../journal/history.ts';
import { areSame } from '../journal/journal.ts';
import { runIn, type OtherRun } from '../journal/lock.ts';
import type { Notice } from '../model/notice.ts';
import { type ItemState, kindOfId, worstOf } from '../model/plan.ts';
import type { ItemResult, Result } from '../model/result.ts';
import { resultsIn } from '../report/write.ts';
import { readHistory } from './session.ts';

/** `begun` only while a run is at work on it. */
type State = ItemState | 'begun';

export type ItemStatus = {
  id: string;
  state: State;
  target: string | null;
  /** When that became known. */
  at: string;
  steps: Record<string, State>;
};

/** What is known of an item, and how a report would tell it. */
export type Known = { status: ItemStatus; told: ItemResult };

export type Standing = {
  servers: History['servers'];
  known: Known[];
  problems: Notice[];
  /** The last run that wrote its reports. */
  last: { folder: string; result: Result } | null;
  /** When the journal was last written. */
  journalAt: string;
  running: OtherRun | null;
};

/** Puts journal and reports together: of each item whatever is the newest, be it better or worse. */
export async function standingOf(
  workDir: string,
  reports: string,
  environment: Environment,
): Promise<Standing> {
  const history = await readHistory(workDir);
  const running = await runIn(workDir, environment.runtime).catch(() => null);
  const settled = new Map<string, Known | null>();
  const problems = new Map<string, Notice>();
  let { servers } = history;
  let last: Standing['last'] = null;
  const journalAt = [...history.items.values()].reduce((max, { at }) => (at > max ? at : max), '');

  function settle(id: string, at: string, known: Known | null): void {
    const item = history.items.get(id);
    if (!settled.has(id)) settled.set(id, item && item.at > at ? journalled(id, item, running) : known);
  }

  for await (const { folder, result } of resultsIn(reports)) {
    const pair = { source: result.source.url, target: result.target.url };
    // Another work directory may keep its reports in the same place.
    if (servers !== null && !areSame(servers, pair)) continue;
    servers ??= pair;
    last ??= { folder, result };
    const at = result.finishedAt;
    for (const item of result.items) settle(item.id, at, reported(item, at));
    for (const notice of result.problems) {
      const { object } = notice;
      const known = object.includes('/') && settled.get(object);
      if (!known && !problems.has(object)) problems.set(object, notice);
      // The group of an owner whose list cannot be read stands as it is.
      if (object.includes('/')) settle(object, at, null);
    }
    for (const { object } of result.leftOut) if (object.includes('/')) settle(object, at, null);
    if (result.selected[0] !== '--all') continue;
    // Nothing else is selected, or there any more.
    for (const id of history.items.keys()) settle(id, at, null);
    break;
  }
  for (const [id, item] of history.items) settle(id, '', journalled(id, item, running));
  const known = [...settled.values()]
    .filter((each) => each !== null)
    .sort((a, b) => (a.status.id < b.status.id ? -1 : 1));
  return { servers, known, problems: [...problems.values()], last, journalAt, running };
}

/** An item as the newest report has it. */
function reported(told: ItemResult, at: string): Known {
  const { id, state, target } = told;
  const steps = Object.fromEntries(told.steps.map((step) => [step.step, step.state]));
  return { status: { id, state, target: target.id === null ? null : target.path, at, steps }, told };
}

/** An item of which no report tells anything newer. */
function journalled(id: string, item: ItemHistory, running: OtherRun | null): Known {
  const { target, at } = item;
  const states = [...item.steps].map(([name, step]) => [name, stateOfStep(step)] as const);
  const open = states.filter(([, state]) => state !== 'proven');
  const begun = running !== null && open.some(([, state]) => state === 'begun');
  const state = worstOf(states.map(([, each]) => (each === 'begun' ? 'interrupted' : each)));
  const steps = Object.fromEntries(
    states.map(([name, each]) => [name, each === 'begun' && !begun ? 'interrupted' : each]),
  );
  const message = open.map(([name, each]) => `${name} ${each}${codeOf(item.steps.get(name))}`).join(', ');
  const kind = kindOfId(id);
  const told: ItemResult = {
    kind,
    id,
    target: { path: target?.path ?? '', id: target?.id ?? null, url: null },
    // The journal does not say, and nobody asks here.
    visibility: kind === 'person' ? null : { source: null, target: 'private' },
    state,
    changed: true,
    steps: [],
    reasons: [],
    problem: open.length === 0 ? null : { code: 'journal', object: id, message, fix: '' },
  };
  return { status: { id, state: begun ? 'begun' : state, target: target?.path ?? null, at, steps }, told };
}

function stateOfStep({ status, check, code }: StepHistory): State {
  if (status === 'failed') return code === 'interrupted' ? 'interrupted' : 'failed';
  return status === 'started' || check === null ? 'begun' : check.state;
}

function codeOf(step: StepHistory | undefined): string {
  return step?.status !== 'failed' || step.code === null ? '' : ` (${step.code})`;
}
