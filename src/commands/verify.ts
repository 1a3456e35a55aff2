import { prepare } from '../engine/prepare.ts';
import { verify } from '../engine/verify.ts';
import type { CommonOptions, SelectionFlags, Environment } from '../environment.ts';
import type { ExitCode } from '../model/result.ts';
import { finish } from './migrate.ts';
import { openSession, readHistory, selectionOf, useReportDir, waivedBy } from './session.ts';

/** `gb2gl verify`: reads both servers afresh and proves that they are equal, weeks later and from anywhere. */
export async function verifyCommand(
  options: CommonOptions & SelectionFlags,
  environment: Environment,
): Promise<ExitCode> {
  const session = await openSession(options, environment);
  const { config } = session;
  try {
    const selection = selectionOf(options, config);
    const waived = waivedBy(options);
    // The journal tells which project is whose, and what GitLab refused; verify works without it.
    const history = await readHistory(
      session.workDir,
      { source: config.source.url, target: config.target.url },
      options.sameServers,
    );
    await useReportDir(session);
    const asked = { ...session, selection, history, prune: false, waived };
    const prepared = await prepare(asked);
    return await finish('verify', prepared, await verify(prepared, asked), session, options, environment);
  } finally {
    await session.close();
    await session.unlock();
  }
}
