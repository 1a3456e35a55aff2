import { formatEstimate } from '../text/format.ts';
import type { Server } from '../net/answers.ts';
import {
  defineFinding,
  check,
  errorFound,
  failureFound,
  type Finding,
  type Found,
  inArea,
  openErrors,
  withWaivers,
} from './finding.ts';
import type { Config } from '../config/schema.ts';
import { Failure } from '../failures/failure.ts';
import { exitCodeOfStart } from '../failures/index.ts';
import { sourceNotAdministrator } from '../failures/source.ts';
import { cannotStart } from '../failures/usage.ts';
import type { TargetIdentity } from '../model/target.ts';
import type { GitLabTarget } from '../gitlab/target.ts';
import type { Source, Account } from '../model/source.ts';
import type { Emit } from '../model/events.ts';
import { tokenFindings, versionFindings, pushFindings, slashFindings } from './target-access.ts';

export type PreflightOptions = {
  source: Source;
  target: GitLabTarget;
  config: Config;
  now: () => number;
  emit: Emit;
  waived: ReadonlySet<string>;
  selection: { all: boolean };
};

/**
 * What can be checked before anything is read, at the cost of two GETs to the target besides connecting: both servers,
 * both tokens, whether GitLab accepts changes at the moment and receives %2F. Warnings are reported as events.
 * @throws the failure of connecting, or of a view that is too narrow, when it is the only one, else cannot-start with all
 */
export async function preflight(options: PreflightOptions): Promise<void> {
  const { source, target, emit, waived } = options;
  const [from, to, probed] = await Promise.allSettled([
    source.connect(),
    target.connect(),
    target.greet().then(() => probeTarget(target)),
  ]);
  const view = from.status === 'fulfilled' ? viewFailure(from.value, options) : null;
  const failures = [
    ...[from, to].filter((result) => result.status === 'rejected').map(startFailure),
    ...(view === null ? [] : [view]),
  ];
  // Without a connection there is nothing that could be waived.
  const connections = [
    ...inArea('source', outcomeOf(from, source.url)),
    ...inArea('target', outcomeOf(to, target.url)),
    ...inArea('source', view === null ? [] : [failureFound(view)]),
  ];
  if (to.status === 'fulfilled' && probed.status === 'rejected') throw probed.reason;
  const checked =
    to.status === 'fulfilled' && probed.status === 'fulfilled'
      ? targetChecks(options, to.value, probed.value)
      : [];
  const findings = [...connections, ...withWaivers(checked, waived)];
  const errors = openErrors(findings);
  if (failures[0] !== undefined && errors.length === 1) throw failures[0];
  if (errors.length > 0) throw cannotStart(target.url, { detail: listOf(errors) });
  for (const { level, waived: ignored, message, fix } of findings) {
    if (level === 'warning' && !ignored) emit({ type: 'warning', message: `${message}; ${fix}` });
  }
}

/** Who asks for everything must be shown everything; null when so, or when it is waived. */
export function viewFailure(
  { login, admin }: Account,
  { source, selection, waived }: Pick<PreflightOptions, 'source' | 'selection' | 'waived'>,
): Failure | null {
  if (admin === true || !selection.all || waived.has(sourceNotAdministrator.code)) return null;
  return sourceNotAdministrator(source.url, { user: login });
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

/** What only trying tells, beside the connection. */
async function probeTarget(target: GitLabTarget): Promise<Found[]> {
  const { url } = target;
  const found = await Promise.all([
    check(url, () => slashFindings(target)),
    check(url, () => pushFindings(target)),
  ]);
  return found.flat();
}

function targetChecks(
  { source, target, config, now }: PreflightOptions,
  identity: TargetIdentity,
  probed: readonly Found[],
): Finding[] {
  const { url } = target;
  const found = [
    ...tokenFindings(identity, url, now()),
    ...versionFindings(identity.version, url),
    ...probed,
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

/** More than this between two clocks is reported. */
const clockToleranceMs = 60_000;

export const clockFine = defineFinding('clock', 'ok', () => ({
  message: 'its clock agrees with that of this machine',
}));

export const clockDiffers = defineFinding(
  'clock-differs',
  'warning',
  (w: { object: string; server: string; difference: string }) => ({
    message: `the clock of ${w.server} is ${w.difference} that of this machine`,
    fix: 'synchronise both with NTP: otherwise times in reports and journals are wrong, and so is whatever waits for a time',
  }),
);

/** The clock of one server against ours; [] when it has sent no time. */
export function clockFindings(server: Server, clockMs: number | null): Found[] {
  if (clockMs === null) return [];
  if (Math.abs(clockMs) <= clockToleranceMs) return [clockFine(server.url)];
  const difference = `${formatEstimate(Math.abs(clockMs))} ${clockMs > 0 ? 'ahead of' : 'behind'}`;
  return [clockDiffers(server.url, { server: server.name, difference })];
}

export const clocksDisagree = defineFinding(
  'clocks-disagree',
  'warning',
  (w: { object: string; difference: string }) => ({
    message: `the clocks of GitBucket and GitLab differ by ${w.difference}`,
    fix: 'synchronise both with NTP: otherwise events of the two servers cannot be put in order',
  }),
);

/** Both servers against each other. */
export function clocksTogether(source: number | null, target: number | null): Found[] {
  if (source === null || target === null || Math.abs(source - target) <= clockToleranceMs) return [];
  return [clocksDisagree('clocks', { difference: formatEstimate(Math.abs(source - target)) })];
}

export function serverOf(side: 'source' | 'target', config: Config): Server {
  return { side, name: side === 'source' ? 'GitBucket' : 'GitLab', url: config[side].url };
}
