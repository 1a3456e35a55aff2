import type { Result } from '../model/result.ts';
import { nextSteps, verdictOf, type Verdict } from '../ui/report-messages.ts';
import { remarksOf, warningsOf, type Remark } from './attention.ts';

/** What the page is given: the result, and what every report tells about it. */
export type PageData = {
  result: Result;
  verdict: Verdict;
  next: string[];
  warnings: string[];
  /** By the index of the item. */
  remarks: Remark[][];
};

export function pageData(result: Result): PageData {
  return {
    result,
    verdict: verdictOf(result),
    next: nextSteps(result),
    warnings: warningsOf(result),
    remarks: result.items.map(remarksOf),
  };
}
