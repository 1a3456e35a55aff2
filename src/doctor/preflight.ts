import { cannotStart } from '../failures/usage.ts';
import type { Config } from '../config/schema.ts';
import { exitCodeOfStart } from '../failures/index.ts';
import { Failure } from '../failures/failure.ts';
import type { User } from '../gitbucket/schema.ts';
import type { Source } from '../gitbucket/source.ts';
import type { GitLabTarget } from '../gitlab/target.ts';
import type { TargetIdentity } from '../model/target.ts';
import type { Emit } from '../model/events.ts';
import { attempted, failed, type Area, type CheckFinding } from './finding.ts';
import { clockFindings } from './network.ts';
import { tokenFindings, versionFindings } from './target-identity.ts';
import { pushFindings, slashFindings } from './target-settings.ts';
import { openErrors, withWaivers } from './waive.ts';

export type PreflightOptions = {
  source: Source;
  target: GitLabTarget;
  config: Config;
  now: () => number;
  emit: Emit;
  waived: ReadonlySet<string>;
};

/**
 * What can be told before anything is read, at the cost of two GETs to the target besides connecting: both servers,
 * both tokens, whether GitLab takes changes at present and sees %2F. Warnings are told as events.
 * @throws the failure of connecting when it is the only one, else cannot-start with all of them
 */
export async function preflight(options: PreflightOptions): Promise<void> {
  const { source, target, emit, waived } = options;
  const [from, to] = await Promise.allSettled([source.connect(), target.connect()]);
  const failures = [from, to].filter((result) => result.status === 'rejected').map(startFailure);
  // Without a connection there is nothing that could be waived.
  const connections = [...outcomeOf(from, 'source'), ...outcomeOf(to, 'target')];
  const checks = to.status === 'fulfilled' ? await targetChecks(options, to.value) : [];
  const findings = [...connections, ...withWaivers(checks, waived)];
  const errors = openErrors(findings);
  if (failures[0] !== undefined && errors.length === 1) throw failures[0];
  if (errors.length > 0) throw cannotStart(target.url, { detail: listOf(errors) });
  for (const { level, waived: passed, sentence, wayOut } of findings) {
    if (level === 'warning' && !passed) emit({ type: 'warning', message: `${sentence}; ${wayOut}` });
  }
}

/** The reason of a failed connection. @throws it at once when it is none that a server or the user could mend */
function startFailure(result: PromiseSettledResult<unknown>): Failure {
  const { reason } = result as PromiseRejectedResult;
  if (reason instanceof Failure && exitCodeOfStart(reason) === 3) return reason;
  throw reason;
}

function outcomeOf(result: PromiseSettledResult<User | TargetIdentity>, area: Area): CheckFinding[] {
  return result.status === 'rejected' ? [failed(result.reason, area)] : [];
}

async function targetChecks(
  { source, target, now }: PreflightOptions,
  identity: TargetIdentity,
): Promise<CheckFinding[]> {
  const [slashes, pushes] = await Promise.all([
    attempted('target', () => slashFindings(target)),
    attempted('target', () => pushFindings(target)),
  ]);
  return [
    ...tokenFindings(identity, target.url, now()),
    ...versionFindings(identity.version, target.url),
    ...slashes,
    ...pushes,
    ...clockFindings('source', source.http.server, source.http.heard.clockMs),
    ...clockFindings('target', target.gitlab.http.server, target.clockMs()),
  ];
}

function listOf(errors: readonly CheckFinding[]): string {
  return errors.map(({ id, sentence, wayOut }) => `  - ${id}: ${sentence}\n      ${wayOut}`).join('\n');
}
