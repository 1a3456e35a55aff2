import { readFile } from 'node:fs/promises';
import type { Config } from '../config/schema.ts';
import { Failure } from '../failures/failure.ts';
import type { Source } from '../gitbucket/source.ts';
import type { GitLabTarget } from '../gitlab/target.ts';
import type { Server } from '../net/answers.ts';
import { failed, type CheckFinding } from './finding.ts';
import { machineFindings, type MachineOptions } from './machine.ts';
import { clockFindings, clocksTogether, networkFindings } from './network.ts';
import { sourceFindings, type SourceReport } from './source.ts';
import { deletionFindings } from './target-identity.ts';
import { targetFindings, type TargetReport } from './target.ts';

export type DoctorOptions = Omit<MachineOptions, 'servers'> & {
  config: Config;
  /** An error when it cannot even be made, as without a token. */
  source: Source | Failure;
  target: GitLabTarget | Failure;
  now: () => number;
};

export type Diagnosis = { findings: CheckFinding[]; version: string | null };

/** Every check there is; a failure of one never keeps another from being made. Writes nothing anywhere. */
export async function diagnose(options: DoctorOptions): Promise<Diagnosis> {
  const { config, source, target } = options;
  const servers = { source: config.source.url, target: config.target.url };
  const [machine, sourceWay, from, targetWay, to] = await Promise.all([
    machineFindings({ ...options, servers }),
    wayTo('source', options),
    source instanceof Failure ? noSource(source) : sourceFindings(source, config.source),
    wayTo('target', options),
    target instanceof Failure ? noTarget(target) : targetFindings(target, config.target, options.now()),
  ]);
  const clocks = {
    source: source instanceof Failure ? null : source.http.heard.clockMs,
    target: target instanceof Failure ? null : target.clockMs(),
  };
  const findings = [
    ...machine,
    ...clocksTogether(clocks.source, clocks.target),
    ...once([...sourceWay, ...from.findings]),
    ...clockFindings('source', serverOf('source', config), clocks.source),
    ...once([...targetWay, ...to.findings]),
    ...deletionFindings(to.scheduled, from.owners?.logins ?? [], config),
    ...clockFindings('target', serverOf('target', config), clocks.target),
  ];
  return { findings, version: to.version };
}

async function wayTo(side: 'source' | 'target', options: DoctorOptions): Promise<CheckFinding[]> {
  const { caFile } = options.config[side];
  const ca = caFile === null ? null : await readFile(caFile, 'utf8');
  const { env, now } = options;
  return networkFindings(side, serverOf(side, options.config), { ca, env, now: now() });
}

function noSource(error: Failure): SourceReport {
  return { findings: [failed(error, 'source')], owners: null };
}

function noTarget(error: Failure): TargetReport {
  return { findings: [failed(error, 'target')], version: null, scheduled: [] };
}

function serverOf(side: 'source' | 'target', config: Config): Server {
  return { side, name: side === 'source' ? 'GitBucket' : 'GitLab', url: config[side].url };
}

/** The same failure may be met twice: the first one told more. */
function once(findings: readonly CheckFinding[]): CheckFinding[] {
  const told = new Set<string>();
  return findings.filter(({ id, object }) => {
    const key = `${id} ${object}`;
    if (told.has(key)) return false;
    told.add(key);
    return true;
  });
}
