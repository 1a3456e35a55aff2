import type { Failure } from '../failures/failure.ts';
import { asFailure } from '../failures/index.ts';
import type { Notice } from '../model/notice.ts';

/**
 * `ok`: as it should be. `note`: good to know. `warning`: something will not be as you may expect. `error`: a migration
 * cannot succeed like this.
 */
export type Level = 'ok' | 'note' | 'warning' | 'error';

export type Area = 'machine' | 'source' | 'target';

/** What a check finds. */
export type Found = Notice & { level: Level };

/** What doctor reports. */
export type Finding = Found & {
  area: Area;
  /** True when `--waive` names it. */
  waived: boolean;
};

type Words = { object: string };
type Text = { message: string; fix?: string };
type Rest<W> = Omit<W, 'object'>;

/** Creates a finding about an object; a missing word is a compile error. */
export type FindingType<Code extends string = string, W extends Words = never> = {
  (object: string, ...rest: object extends Rest<W> ? [words?: Rest<W>] : [words: Rest<W>]): Found;
  readonly code: Code;
  readonly level: Level;
  /** Its sentence and what to do about it, with these words. */
  readonly text: (words: W) => Text;
};

/** One kind of finding: its code, how bad it is, and its text. Export it: index.ts lists what the checks export. */
export function defineFinding<Code extends string, W extends Words>(
  code: Code,
  level: Level,
  text: (words: W) => Text,
): FindingType<Code, W> {
  function create(object: string, words?: Rest<W>): Found {
    const filled = { object, ...words } as unknown as W;
    return { code, object, fix: '', ...text(filled), level };
  }
  return Object.assign(create, { code, level, text });
}

/** A failure as a finding under its own code. */
export function failureFound({ notice }: Failure, level: Level = 'error'): Found {
  return { ...notice, level };
}

/** Whatever a check threw, as a finding. @throws it when it only reports Ctrl-C */
export function errorFound(error: unknown, object: string): Found {
  const failure = asFailure(error, object);
  if (failure.code === 'interrupted') throw failure;
  return failureFound(failure);
}

/** What the check of this object finds; if it fails, that is a finding as well, and the other checks go on. */
export async function check(object: string, find: () => Promise<Found[]>): Promise<Found[]> {
  try {
    return await find();
  } catch (error) {
    return [errorFound(error, object)];
  }
}

export function inArea(area: Area, found: readonly Found[]): Finding[] {
  return found.map((finding) => ({ ...finding, area, waived: false }));
}

/** The findings, with those errors and warnings marked that are waived. */
export function withWaivers(findings: readonly Finding[], waived: ReadonlySet<string>): Finding[] {
  return findings.map((finding) => ({
    ...finding,
    waived: waived.has(finding.code) && (finding.level === 'error' || finding.level === 'warning'),
  }));
}

/** Errors that prevent a migration. */
export function openErrors(findings: readonly Finding[]): Finding[] {
  return findings.filter(({ level, waived }) => level === 'error' && !waived);
}
