import { resolve } from 'node:path';
import type { Config } from '../config/schema.ts';
import { diagnose } from '../doctor/doctor.ts';
import { openErrors, withWaivers } from '../doctor/finding.ts';
import { waivers } from '../doctor/index.ts';
import { createSource, createTarget } from '../engine/connect.ts';
import type { Runtime, CommonOptions, Environment } from '../environment.ts';
import { Failure } from '../failures/failure.ts';
import type { Emit } from '../model/events.ts';
import type { ExitCode } from '../model/result.ts';
import { renderFindings } from '../ui/doctor-messages.ts';
import { readConfig } from './read-config.ts';
import { openTerminal } from './session.ts';

export type DoctorCommandOptions = CommonOptions & { waive?: string[] };

/** Nobody should wait for minutes to learn that a server does not answer; GB2GL_TIMEOUT changes it. */
const patienceSeconds = '60';

/** `gb2gl doctor`: every check; 0 when every error is waived, else 3. Writes nothing. */
export async function doctorCommand(
  options: DoctorCommandOptions,
  environment: Environment,
): Promise<ExitCode> {
  const waived = waivers(options.waive ?? []);
  const config = await readConfig(options, environment);
  const { redactor, stdout, nodeVersion } = environment;
  // There is no progress to show: a live display would only flicker.
  const terminal = await openTerminal({ ...options, quiet: true }, environment, 1);
  const emit: Emit = (event) => terminal.handle(redactor.scrubDeep(event));
  const runtime = impatient(environment.runtime);
  const diagnosis = await diagnose({
    ...runtime,
    config,
    source: await resultOf(() => createSource(config, runtime, emit, redactor)),
    target: await resultOf(() => createTarget(config, runtime, emit, redactor)),
    workDir: resolve(runtime.cwd, options.workDir),
    nodeVersion,
  });
  const findings = withWaivers(diagnosis.findings, waived);
  const exitCode: ExitCode = openErrors(findings).length > 0 ? 3 : 0;
  const document = {
    version: 1,
    command: 'doctor',
    ...serversOf(config, diagnosis.version),
    findings,
    exitCode,
  };
  const safe = redactor.scrubDeep(document);
  if (options.json) stdout.write(`${JSON.stringify(safe)}\n`);
  const { palette } = terminal;
  const lines = renderFindings(safe, { width: terminal.columns(), palette, quiet: options.quiet ?? false });
  terminal.write(`${lines.join('\n')}\n`);
  return exitCode;
}

function serversOf(config: Config, version: string | null) {
  return { source: { url: config.source.url }, target: { url: config.target.url, version } };
}

/** The adapter, or why there is none: the other server is checked anyway. */
async function resultOf<T>(create: () => Promise<T>): Promise<T | Failure> {
  try {
    return await create();
  } catch (error) {
    if (error instanceof Failure && error.code === 'token-missing') return error;
    throw error;
  }
}

/** The first Ctrl-C stops at once: there is nothing to finish. */
function impatient(runtime: Runtime): Runtime {
  return {
    ...runtime,
    env: { ...runtime.env, GB2GL_TIMEOUT: runtime.env['GB2GL_TIMEOUT'] ?? patienceSeconds },
    aborting: AbortSignal.any([runtime.stopping, runtime.aborting]),
  };
}
