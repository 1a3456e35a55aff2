import { preflight } from '../doctor/preflight.ts';
import { prepare, type PrepareOptions } from '../engine/prepare.ts';
import type { CommonOptions, SelectionFlags, Environment } from '../environment.ts';
import type { ExitCode } from '../model/result.ts';
import { rehearse } from '../rehearse/rehearse.ts';
import type { TransportName } from '../transfer/auto.ts';
import { finish } from './migrate.ts';
import { openSession, readHistory, selectionOf, useReportDir, waivedBy } from './session.ts';

export type RehearseCommandOptions = CommonOptions &
  SelectionFlags & { prune?: boolean; transport?: TransportName };

/** `gb2gl rehearse`: the whole migration from the real source into an embedded GitLab; the real target is only read. */
export async function rehearseCommand(
  options: RehearseCommandOptions,
  environment: Environment,
): Promise<ExitCode> {
  const waived = waivedBy(options);
  const session = await openSession(options, environment);
  const { config, workDir, runtime } = session;
  try {
    const selection = selectionOf(options, config);
    const servers = { source: config.source.url, target: config.target.url };
    const history = await readHistory(workDir, servers, options.sameServers);
    await useReportDir(session);
    const prune = options.prune ?? false;
    const asked: PrepareOptions = { ...session, selection, history, prune, waived };
    // What keeps a migration from starting keeps its rehearsal from it too.
    const prepared = await prepare({
      ...asked,
      preflight: () => preflight({ ...session, now: runtime.now, waived: waived.codes, selection }),
    });
    session.begin();
    const transport = options.transport ?? 'auto';
    const { items, settingsHidden } = await rehearse(prepared, {
      ...asked,
      workDir,
      transport,
      redactor: session.redactor,
    });
    const { plan } = prepared;
    const warnings = settingsHidden ? [...plan.warnings, settingsUnknown] : plan.warnings;
    const shown = { ...prepared, plan: { ...plan, warnings } };
    const code = await finish('rehearse', shown, items, session, options, environment);
    session.say(nothingWritten(plan.target.url));
    return code;
  } finally {
    await session.close();
    await session.unlock();
  }
}

/** What `gb2gl rehearse` says besides the summary. */
export const settingsUnknown =
  "this token cannot read GitLab's settings: the rehearsal used GitLab's defaults for restricted visibility levels, size limits, default branch and branch protection; with an administrator's token it uses the actual settings";

export function nothingWritten(url: string): string {
  return `\nThis was a rehearsal: nothing was written on ${url}.\n`;
}
