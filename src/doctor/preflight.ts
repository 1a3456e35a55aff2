import type { Config } from '../config/schema.ts';
import { Failure } from '../failures/failure.ts';
import { exitCodeOfStart } from '../failures/index.ts';
import { cannotStart } from '../failures/usage.ts';
import type { TargetIdentity } from '../model/target.ts';
import type { GitLabTarget } from '../gitlab/target.ts';
import type { Source, Account } from '../model/source.ts';
import type { Emit } from '../model/events.ts';
import { check, errorFound, type Finding, type Found, inArea, openErrors, withWaivers } from './finding.ts';
import { clockFindings, serverOf } from './network.ts';
import { tokenFindings, versionFindings } from './target-identity.ts';
import { pushFindings, slashFindings } from './target-settings.ts';

export type PreflightOptions = {
  source: Source;
  target: GitLabTarget;
  config: Config;
  now: () => number;
  emit: Emit;
  waived: ReadonlySet<string>;
};

/**
 * What can be checked before anything is read, at the cost of two GETs to the target besides connecting: both servers,
 * both tokens, whether GitLab accepts changes at the moment and receives %2F. Warnings are reported as events.
 * @throws the failure of connecting when it is the only one, else cannot-start with all of them
 */
export async function preflight(options: PreflightOptions): Promise<void> {
  const { source, target, emit, waived } = options;
  const [from, to] = await Promise.allSettled([source.connect(), target.connect()]);
  const failures = [from, to].filter((result) => result.status === 'rejected').map(startFailure);
  // Without a connection there is nothing that could be waived.
  const connections = [
    ...inArea('source', outcomeOf(from, source.url)),
    ...inArea('target', outcomeOf(to, target.url)),
  ];
  const checked = to.status === 'fulfilled' ? await targetChecks(options, to.value) : [];
  const findings = [...connections, ...withWaivers(checked, waived)];
  const errors = openErrors(findings);
  if (failures[0] !== undefined && errors.length === 1) throw failures[0];
  if (errors.length > 0) throw cannotStart(target.url, { detail: listOf(errors) });
  for (const { level, waived: ignored, message, fix } of findings) {
    if (level === 'warning' && !ignored) emit({ type: 'warning', message: `${message}; ${fix}` });
  }
}

/** The reason of a failed connection. @throws it at once when neither a server nor the user could fix it */
function startFailure(result: PromiseSettledResult<unknown>): Failure {
  const { reason } = result as PromiseRejectedResult;
  if (reason instanceof Failure && exitCodeOfStart(reason) === 3) return reason;
  throw reason;
}

function outcomeOf(result: PromiseSettledResult<Account | TargetIdentity>, url: string): Found[] {
  return result.status === 'rejected' ? [errorFound(result.reason, url)] : [];
}

async function targetChecks(
  { source, target, config, now }: PreflightOptions,
  identity: TargetIdentity,
): Promise<Finding[]> {
  const { url } = target;
  const [slashes, pushes] = await Promise.all([
    check(url, () => slashFindings(target)),
    check(url, () => pushFindings(target)),
  ]);
  const found = [
    ...tokenFindings(identity, url, now()),
    ...versionFindings(identity.version, url),
    ...slashes,
    ...pushes,
  ];
  return [
    ...inArea('target', found),
    ...inArea('source', clockFindings(serverOf('source', config), source.clockMs())),
    ...inArea('target', clockFindings(target.gitlab.http.server, target.clockMs())),
  ];
}

function listOf(errors: readonly Finding[]): string {
  return errors.map(({ code, message, fix }) => `  - ${code}: ${message}\n      ${fix}`).join('\n');
}
