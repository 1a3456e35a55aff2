import { preflight } from '../doctor/preflight.ts';
import { waivers } from '../doctor/waive.ts';
import type { ExitCode } from '../model.ts';
import { rehearse } from '../rehearse/run.ts';
import { prepare, type PrepareOptions } from '../run/prepare.ts';
import type { TransportName } from '../transfer/choose.ts';
import { nothingWritten, settingsUnknown } from '../ui/rehearse-messages.ts';
import { finish } from './migrate.ts';
import { openSession, readHistory, selectionOf } from './session.ts';
import type { CommonOptions, SelectionFlags, World } from './world.ts';

export type RehearseCommandOptions = CommonOptions &
  SelectionFlags & { prune?: boolean; transport?: TransportName; waive?: string[] };

/** `gb2gl rehearse`: the whole migration from the real source into an embedded GitLab; the real target is only read. */
export async function rehearseCommand(options: RehearseCommandOptions, world: World): Promise<ExitCode> {
  const waived = waivers(options.waive ?? []);
  const session = await openSession(options, world);
  const { config, workDir } = session;
  const { runtime } = world;
  try {
    const selection = selectionOf(options, config);
    const servers = { source: config.source.url, target: config.target.url };
    const history = await readHistory(workDir, servers);
    const prune = options.prune ?? false;
    const asked: PrepareOptions = { ...session, runtime, selection, history, prune };
    // What keeps a migration from starting keeps its rehearsal from it too.
    const prepared = await prepare({
      ...asked,
      preflight: () => preflight({ ...session, now: runtime.now, waived }),
    });
    const transport = options.transport ?? 'auto';
    const { items, settingsHidden } = await rehearse(prepared, {
      ...asked,
      workDir,
      transport,
      redactor: session.redactor,
      alive: world.alive,
    });
    const { plan } = prepared;
    const warnings = settingsHidden ? [...plan.warnings, settingsUnknown] : plan.warnings;
    const shown = { ...prepared, plan: { ...plan, warnings } };
    const code = await finish('rehearse', shown, items, session, options, world);
    session.say(nothingWritten(plan.target.url));
    return code;
  } finally {
    await session.terminal.stop();
  }
}
