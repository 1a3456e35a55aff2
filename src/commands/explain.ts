import { findings } from '../doctor/index.ts';
import type { Environment } from '../environment.ts';
import { blamed, described, describedFailures, type DescribedFailure } from '../failures/described.ts';
import { exitCodes } from '../failures/index.ts';
import { wrongUsage } from '../failures/usage.ts';
import type { ExitCode } from '../model/result.ts';
import { wrap } from '../text/lines.ts';
import { nearest } from '../text/nearest.ts';

export type ExplainOptions = { json?: boolean; color: boolean; words: [code?: string] };

/** What is known of a code; `{name}` stands for what a report fills in. */
type Explanation = { code: string; what: string; messages: string[]; fixes: string[] };

/** `gb2gl explain`: what a code means and the way out, without a browser and without the documents. @throws usage */
export function explainCommand(
  { json, words: [code] }: ExplainOptions,
  { stdout }: Environment,
): Promise<ExitCode> {
  const known = explanations();
  if (code === undefined) {
    const codes = known.map((one) => one.code);
    stdout.write(json ? `${JSON.stringify({ version: 1, command: 'explain', codes })}\n` : list(known));
    return Promise.resolve(0);
  }
  const found = known.find((one) => one.code === code);
  if (found === undefined) {
    const near = nearest(
      code,
      known.map((one) => one.code),
    );
    const meant = near === null ? '; gb2gl explain lists all' : `, did you mean ${near}?`;
    throw wrongUsage(code, { detail: `unknown code ${code}${meant}` });
  }
  const width = Math.min(stdout.columns || 80, 100);
  stdout.write(
    json ? `${JSON.stringify({ version: 1, command: 'explain', ...found })}\n` : page(found, width),
  );
  return Promise.resolve(0);
}

/** Every code: failures, and what doctor finds beside them. */
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
  return [...failures, ...checks].toSorted((a, b) => (a.code < b.code ? -1 : 1));
}

function whatItIs({
  blame,
  state,
  retryable,
}: Pick<DescribedFailure, 'blame' | 'state' | 'retryable'>): string {
  const retried = retryable ? ', after a few attempts' : '';
  const exit = exitCodes[state];
  const ends = exit === 0 ? 'it ends nothing' : `exit code ${exit} where it ends the run`;
  return `failure${retried}; whose it is: ${blamed[blame]}; ${ends}`;
}

function list(known: readonly Explanation[]): string {
  return `${known.map(({ code }) => code).join('\n')}\n`;
}

function page({ code, what, messages, fixes }: Explanation, width: number): string {
  const lines = [code, ...indented(what, width), ''];
  for (const message of messages) lines.push(...indented(message, width), '');
  if (fixes.length > 0) lines.push('What to do');
  for (const fix of fixes) lines.push(...indented(fix, width), '');
  return `${lines.join('\n').trimEnd()}\n`;
}

function indented(text: string, width: number): string[] {
  return text.split('\n').flatMap((line) => wrap(line, width - 2).map((part) => `  ${part}`));
}
