import type { Notice } from '../model/notice.ts';
import type { Loss } from '../model/losses.ts';
import type { Plan } from '../model/plan.ts';
import type { ItemResult, Result } from '../model/result.ts';
import type { Verdict } from '../ui/messages.ts';
import type { PersonRow } from './plan-people.ts';
import type { Action } from './plan-summary.ts';

/** What the pages are given: the script in a browser reads it again. */

/** What the page is given of a run: the result, and what every report tells about it. */
export type ResultPage = {
  kind: 'result';
  result: Result;
  verdict: Verdict;
  /** What the run was not about; what stays on the source is in the result. */
  scope: string[];
  next: string[];
  /** All fixes that are pieces of the config, as one; null without any. */
  paste: string | null;
  /** What items noticed: good to know, no warning. */
  notes: string[];
  /** By the index of the item. */
  remarks: Notice[][];
};

/** Who made the plan, when, and how. */
export type PlanOrigin = {
  /** ISO time. */
  at: string;
  version: string;
  command: string;
  targetUser: string;
};

/** What the page is given of one repository. */
export type PlanPageRow = {
  id: string;
  path: string;
  action: Action;
  visibility: ItemResult['visibility'];
  refs: number;
  changes: string;
  remarks: string[];
  /** What has a fix, and what was found in the objects. */
  notices: Notice[];
  losses: string;
};

/** What the page is given of a plan. */
export type PlanPage = Pick<Plan, 'source' | 'target' | 'problems' | 'warnings'> & {
  kind: 'plan';
  origin: PlanOrigin;
  verdict: { tone: 'good' | 'warn' | 'bad'; title: string };
  totals: string[];
  /** What needs a decision. */
  open: { name: string; state: string; remarks: Notice[] }[];
  /** All fixes that are pieces of the config, as one; null without any. */
  paste: string | null;
  /** How issues and pull requests get there, or why they do not. */
  loading: string[];
  losses: Loss[];
  uncounted: string;
  people: PersonRow[];
  owners: { owner: string; path: string; what: string; repositories: number; refs: number }[];
  rows: PlanPageRow[];
};
