import { resolve } from 'node:path';
import { viewFailure } from '../doctor/preflight.ts';
import { exportSelection, type ExportOutcome } from '../engine/export.ts';
import type { CommonOptions, Environment, SelectionFlags } from '../environment.ts';
import type { ExitCode } from '../model/result.ts';
import type { Selection } from '../plan/selection.ts';
import { shellWord } from '../text/format.ts';
import { mirrorOptions } from '../transfer/auto.ts';
import { renderExport } from '../ui/export-messages.ts';
import { openSourceSession, selectionOf, waivedBy, type Session } from './session.ts';

export type ExportCommandOptions = CommonOptions & SelectionFlags & { words: [directory: string] };

/** `gb2gl export`: everything that is selected, into a directory that travels to where GitLab can be reached. */
export async function exportCommand(
  { words: [given], ...options }: ExportCommandOptions,
  environment: Environment,
): Promise<ExitCode> {
  const session = await openSourceSession(options, environment);
  const { config, runtime, workDir, redactor, terminal } = session;
  const directory = resolve(runtime.cwd, given);
  try {
    const selection = selectionOf(options, config);
    const waived = waivedBy(options);
    await session.lock();
    let outcome: ExportOutcome;
    try {
      session.begin();
      const { version: program } = environment;
      const mirrors = mirrorOptions(workDir, runtime);
      outcome = await exportSelection({
        ...session,
        directory,
        selection,
        waived,
        mirrors,
        program,
        preflight: () => demandView(session, { selection, waived: waived.codes }),
      });
    } finally {
      await session.unlock();
    }
    await session.terminal.stop();
    const exitCode: ExitCode = outcome.problems.length > 0 ? 1 : 0;
    const document = redactor.scrubDeep({
      version: 1,
      command: 'export',
      directory,
      source: outcome.manifest.source,
      written: outcome.written,
      unchanged: outcome.unchanged,
      problems: outcome.problems,
      lost: outcome.lost,
      leftOut: outcome.manifest.inventory.leftOut,
      warnings: outcome.manifest.inventory.warnings,
      exitCode,
    });
    if (options.json) environment.stdout.write(`${JSON.stringify(document)}\n`);
    const lines = renderExport(document, {
      width: terminal.columns(),
      palette: terminal.palette,
      quiet: options.quiet ?? false,
      next: `gb2gl import ${shellWord(given)}`,
    });
    session.say(`${lines.join('\n')}\n`);
    return exitCode;
  } finally {
    await session.close();
  }
}

/** Who asks for everything must be shown everything. @throws source-not-administrator */
async function demandView(
  { source }: Pick<Session, 'source'>,
  asked: { selection: Selection; waived: ReadonlySet<string> },
): Promise<void> {
  const failure = viewFailure(await source.connect(), { source, ...asked });
  if (failure !== null) throw failure;
}
