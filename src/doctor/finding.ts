import { asFailure } from '../failures/index.ts';
import type { CheckEntry, Level, Words } from './entry.ts';
import { checks, type CheckId } from './waive.ts';

export type Area = 'machine' | 'source' | 'target';

/** One thing that a check has found out. */
export type CheckFinding = {
  id: string;
  level: Level;
  area: Area;
  /** What it is about: a server's URL, a directory, a repository or a group. */
  object: string;
  sentence: string;
  /** Empty when nothing need be done. */
  wayOut: string;
  /** True when `--waive` lets it pass. */
  waived: boolean;
};

/** The finding of the catalogue about this object; the context fills in its sentence. */
export function found(id: CheckId, area: Area, object: string, context: Words = {}): CheckFinding {
  const entry: CheckEntry = checks[id];
  const filled = { object, ...context };
  return {
    id,
    level: entry.level,
    area,
    object,
    sentence: entry.sentence(filled),
    wayOut: entry.wayOut(filled),
    waived: false,
  };
}

/** A failure as a finding under the code of the error catalogue. @throws the failure when it only tells of Ctrl-C */
export function failed(error: unknown, area: Area, level: Level = 'error'): CheckFinding {
  const known = asFailure(error, area);
  if (known.code === 'interrupted') throw known;
  return {
    id: known.code,
    level,
    area,
    object: known.object,
    sentence: known.message,
    wayOut: known.notice.fix,
    waived: false,
  };
}

/** What the check found; its failure is a finding, too, so that the others go on. */
export async function attempted(area: Area, check: () => Promise<CheckFinding[]>): Promise<CheckFinding[]> {
  try {
    return await check();
  } catch (error) {
    return [failed(error, area)];
  }
}
