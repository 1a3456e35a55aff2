import { structuredPatch } from 'diff';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withPiece } from '../config/edit.ts';
import { parsedConfig, readConfigText } from '../config/load.ts';
import { Config } from '../config/schema.ts';
import { writeConfig } from '../config/write.ts';
import type { CommonOptions, Environment } from '../environment.ts';
import { configInvalid, configUnwritable, wrongUsage } from '../failures/usage.ts';
import type { Plan } from '../model/plan.ts';
import type { ExitCode, Result } from '../model/result.ts';
import { mergedFixes, type Json } from '../report/merged-fixes.ts';
import { parsePlan, resultFrom } from '../report/schema.ts';
import { reportPaths, runFolders } from '../report/write.ts';
import { steps } from '../steps/index.ts';
import { clean } from '../text/format.ts';
import { createPrompt, saysYes } from '../ui/prompt.ts';
import type { Palette } from '../ui/terminal.ts';
import { configFile } from './read-config.ts';
import { openTerminal, reportsOf, shortPath } from './session.ts';

export type FixOptions = CommonOptions & { yes?: boolean };

/** `gb2gl fix`: puts the fixes of the newest plan or report into the config, after showing the change. */
export async function fixCommand(options: FixOptions, environment: Environment): Promise<ExitCode> {
  const { runtime, redactor, stdout } = environment;
  const reports = await reportsOf(options, environment);
  const { folder, document } = await newestIn(reports);
  const config = configFile(options, runtime.cwd);
  const before = await readConfigText(config);
  const fixes = mergedFixes(document);
  const text = before ?? '{}\n';
  const tree = parsedConfig(text, config.path);
  const after = fixes === null ? text : edited(text, fixes, tree, config.path);
  const [report, file] = [shortPath(folder, runtime.cwd), shortPath(config.path, runtime.cwd)];
  const terminal = await openTerminal(options, environment, 1);
  for (const secret of secretsIn(tree)) redactor.add(secret);
  const say = (line: string): void => terminal.write(`${redactor.scrub(line)}\n`);
  const tell = (written: boolean): ExitCode => {
    const answer = { version: 1, command: 'fix', report: folder, file: config.path, fixes, written };
    if (options.json) stdout.write(`${redactor.scrub(JSON.stringify(answer))}\n`);
    return 0;
  };
  if (after === text) {
    say(fixes === null ? `${report} suggests no fix for ${file}.` : `${file} has every fix of ${report}.`);
    return tell(false);
  }
  say(`Suggested by ${report}, for ${file}:\n`);
  for (const line of diffLines(before ?? '', after, terminal.palette)) say(line);
  say('');
  if (!options.yes && !(await agreed(file, options, environment))) {
    say('Nothing was changed.');
    tell(false);
    return 130;
  }
  if ((await readConfigText(config)) !== before)
    throw configUnwritable(config.path, { detail: 'it has changed meanwhile' });
  await writeConfig(config.path, after, { replace: before !== undefined, keepMode: true });
  say(`${file} is written. Next: gb2gl plan shows what remains.`);
  return tell(true);
}

/** The newest plan, or result of whatever kind, that can be read. @throws usage when there is none */
async function newestIn(reports: string): Promise<{ folder: string; document: Plan | Result }> {
  for (const { path, kind } of await runFolders(reports)) {
    const file = kind === 'plan' ? join(path, 'plan.json') : reportPaths(path, kind).json;
    const text = await readFile(file, 'utf8').catch(() => null);
    if (text === null) continue;
    const document = kind === 'plan' ? parsePlan(text, file, steps) : resultFrom(text);
    if (document !== null) return { folder: path, document };
  }
  throw wrongUsage('', { detail: `there is no plan and no report in ${reports} yet: run gb2gl plan first` });
}

/** Does the document suggest something that the config has not? */
export async function hasOpenFixes(
  document: Plan | Result,
  options: CommonOptions,
  { runtime }: Environment,
): Promise<boolean> {
  const fixes = mergedFixes(document);
  if (fixes === null) return false;
  const text = (await readConfigText(configFile(options, runtime.cwd))) ?? '{}';
  return withPiece(text, fixes) !== text;
}

/** @throws config-invalid when the file would not be taken afterwards */
function edited(text: string, fixes: Json, tree: unknown, path: string): string {
  const object = typeof tree === 'object' && tree !== null && !Array.isArray(tree);
  const after = object ? withPiece(text, fixes) : text;
  const { map } = parsedConfig(after, path) as { map?: unknown };
  const checked = Config.shape.map.safeParse(map);
  if (object && checked.success) return after;
  const issues = checked.error?.issues.map(
    (issue) => `  - ${['map', ...issue.path].join('.')}: ${issue.message}`,
  );
  const detail = object ? (issues ?? []).join('\n') : '  - the file: expected an object';
  throw configInvalid(path, { count: issues?.length ?? 1, detail, where: path });
}

/** Tokens that stand in the file itself, beside which a change may be. */
function secretsIn(tree: unknown): string[] {
  const servers = tree as { [side: string]: { [key: string]: unknown } | undefined };
  return ['source', 'target']
    .flatMap((side) => [servers[side]?.['token'], servers[side]?.['password']])
    .filter((secret) => typeof secret === 'string' && secret !== '' && !secret.includes('${')) as string[];
}

/** The changes, with two lines around each. */
function diffLines(before: string, after: string, palette: Palette): string[] {
  const { hunks } = structuredPatch('', '', before, after, '', '', { context: 2, stripTrailingCr: true });
  const paint: Record<string, (text: string) => string> = { '+': palette.green, '-': palette.red };
  return hunks.flatMap(({ lines }, index) => [
    ...(index === 0 ? [] : [palette.dim('  …')]),
    // A line with a backslash tells that the file ends without a line break.
    ...lines
      .filter((line) => !line.startsWith('\\'))
      .map((line) => {
        const mark = line.slice(0, 1);
        const text = `${mark} ${clean(line.slice(1))}`;
        return paint[mark]?.(text) ?? text;
      }),
  ]);
}

/** @throws usage when there is nobody to ask */
async function agreed(file: string, options: FixOptions, environment: Environment): Promise<boolean> {
  const { stdin, stdout, runtime } = environment;
  if (options.json || !stdin.isTTY || !stdout.isTTY)
    throw wrongUsage('', { detail: `${file} is not changed without a yes: confirm with --yes` });
  const prompt = createPrompt({ stdin, output: stdout, stopping: runtime.stopping });
  try {
    return await saysYes(prompt, `Write this to ${file}? [y/N] `);
  } finally {
    prompt.close();
  }
}
