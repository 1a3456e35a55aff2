import type { Notice } from './notice.ts';
import type { RefChange, RefOutcome } from './plan.ts';

/** What came of it. */

export type StepName = 'group' | 'project' | 'code' | 'settings' | 'proof';

/** `drifted`: the source or the target is no longer as the plan file says. */
export type ItemState = 'proven' | 'refused' | 'diverged' | 'blocked' | 'drifted' | 'failed' | 'interrupted';

export type StepResult = {
  step: StepName;
  outcome: 'done' | 'unchanged' | 'refused' | 'failed';
  ms: number;
  bytes: number;
};

export type ItemResult = {
  kind: 'group' | 'project';
  id: string;
  target: { path: string; id: number | null; url: string | null };
  state: ItemState;
  /** True when this run wrote something on the target. */
  changed: boolean;
  steps: StepResult[];
  /** Number of refs by outcome. */
  refs: Record<RefOutcome, number>;
  /** Only the refs that need a human's eye: refused and diverged ones, and those that differ in the proof. */
  attention: RefChange[];
  reasons: string[];
  warnings: string[];
  proof: Proof | null;
  problem: Notice | null;
};

/** Comparison of the ids on both sides, read through the fetch advertisement. */
export type Proof = {
  equal: boolean;
  /** Refs compared. */
  refs: number;
  /** SHA-256 over the sorted `id ref` lines, each ended by a newline. */
  sourceHash: string;
  targetHash: string;
  head: { source: string | null; target: string | null };
  differences: RefDifference[];
};

export type RefDifference = { ref: string; source: string | null; target: string | null; reason: string };

export type Totals = {
  groups: number;
  projects: number;
  states: Record<ItemState, number>;
  refs: Record<RefOutcome, number>;
  bytes: number;
  ms: number;
};

export type ExitCode = 0 | 1 | 2 | 3 | 4 | 130;

/** The one document that every report is rendered from. */
export type Result = {
  version: 1;
  command: 'migrate' | 'verify' | 'rehearse';
  startedAt: string;
  finishedAt: string;
  source: { url: string };
  target: { url: string; version: string };
  totals: Totals;
  items: ItemResult[];
  problems: Notice[];
  warnings: string[];
  exitCode: ExitCode;
};
