import { findings } from '../doctor/index.ts';
import type { Environment } from '../environment.ts';
import { described, describedFailures, type DescribedFailure } from '../failures/described.ts';
import { exitCodes } from '../failures/index.ts';
import { wrongUsage } from '../failures/usage.ts';
import type { ExitCode } from '../model/result.ts';
import { truncate, wrap } from '../text/lines.ts';
import { nearest } from '../text/nearest.ts';
import { advice, stateNotes, type TroubleState } from '../ui/messages.ts';

export type ExplainOptions = { json?: boolean; color: boolean; words: [code?: string] };

/** What is known of a code. */
type Explanation = { code: string; what: string; messages: string[]; fixes: string[] };

/** `gb2gl explain`: what a code means and the way out, without a browser and without the documents. @throws usage */
export function explainCommand(
  { json, words: [code] }: ExplainOptions,
  { stdout }: Environment,
): Promise<ExitCode> {
  const known = explanations();
  const width = Math.min(stdout.columns || 80, 100);
  if (code === undefined) {
    const codes = known.map((one) => one.code);
    stdout.write(
      json ? `${JSON.stringify({ version: 1, command: 'explain', codes })}\n` : list(known, width),
    );
    return Promise.resolve(0);
  }
  // As in --waive unreadable:OWNER.
  const [word = code] = code.split(':', 1);
  const found = known.find((one) => one.code === word);
  if (found === undefined) {
    const near = nearest(
      code,
      known.map((one) => one.code),
    );
    const meant = near === null ? '; gb2gl explain lists all' : `, did you mean ${near}?`;
    throw wrongUsage(code, { detail: `unknown code ${code}${meant}` });
  }
  stdout.write(
    json ? `${JSON.stringify({ version: 1, command: 'explain', ...found })}\n` : page(found, width),
  );
  return Promise.resolve(0);
}

/** Every code: failures, what doctor finds beside them, and what becomes of a group or repository. */
function explanations(): Explanation[] {
  const checks = Object.values(findings()).flatMap((types) =>
    types.map(({ code, level, text }) => ({ code, what: `${level} of gb2gl doctor`, ...described(text) })),
  );
  const failures = describedFailures().map(({ code, messages, fixes, ...meaning }) => ({
    code,
    what: whatItIs(meaning),
    messages,
    fixes,
  }));
  const others = Object.entries(stateNotes).filter(([state]) => !failures.some(({ code }) => code === state));
  const states = others.map(([code, note]) => ({
    code,
    what: 'what became of a group or repository',
    messages: [note],
    fixes: code in advice ? [advice[code as TroubleState]] : [],
  }));
  return [...failures, ...checks, ...states, unreadable].toSorted((a, b) => (a.code < b.code ? -1 : 1));
}

const unreadable: Explanation = {
  code: 'unreadable',
  what: 'what may stay unread, for --waive',
  messages: [
    'Owners and repositories that GitBucket cannot show are problems of every run, which then ends with 1.',
  ],
  fixes: [
    'repair them on GitBucket; or once you know what they are, go on without them: --waive unreadable:OWNER or unreadable:OWNER/NAME. A note stays in every report',
  ],
};

const theirs = {
  you: 'you can fix it',
  source: 'GitBucket has to be fixed',
  target: 'GitLab has to be fixed',
  network: 'what is between here and the servers has to be fixed',
  us: 'it is for gb2gl to fix',
} as const satisfies Record<DescribedFailure['blame'], string>;

function whatItIs({
  blame,
  state,
  retryable,
}: Pick<DescribedFailure, 'blame' | 'state' | 'retryable'>): string {
  const exit = exitCodes[state];
  const ends = exit === 0 ? 'the run goes on' : `a run that it ends has exit code ${exit}`;
  return `a failure: ${theirs[blame]}; ${ends}${retryable ? '; it is told after several attempts' : ''}`;
}

/** Every code with the beginning of what it means. */
function list(known: readonly Explanation[], width: number): string {
  const column = Math.max(...known.map(({ code }) => code.length)) + 2;
  const lines = known.map(
    ({ code, messages }) => code.padEnd(column) + truncate(filled(messages[0] ?? ''), width - column),
  );
  return `${lines.join('\n')}\n`;
}

/** What a report fills in stands in angle brackets; a text that is filled in as a whole says nothing here. */
function filled(text: string): string {
  const shown = text.replaceAll(/\{(\w+)\}/g, '<$1>');
  return /^<\w+>$/.test(shown) ? 'What is wrong is told in its place.' : shown;
}

function page({ code, what, messages, fixes }: Explanation, width: number): string {
  const lines = [code, ...indented(what, width), ''];
  for (const message of messages) lines.push(...indented(filled(message), width), '');
  if (fixes.length > 0) lines.push('What to do');
  for (const fix of fixes) lines.push(...indented(filled(fix), width), '');
  return `${lines.join('\n').trimEnd()}\n`;
}

function indented(text: string, width: number): string[] {
  return text.split('\n').flatMap((line) => wrap(line, width - 2).map((part) => `  ${part}`));
}
