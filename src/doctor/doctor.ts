import { readFile } from 'node:fs/promises';
import type { Config } from '../config/schema.ts';
import { Failure } from '../failures/failure.ts';
import type { GitLabTarget } from '../gitlab/target.ts';
import type { Source } from '../model/source.ts';
import { namedCertificates } from '../net/way.ts';
import { failureFound, type Finding, type Found, inArea } from './finding.ts';
import { machineFindings, type MachineOptions } from './machine.ts';
import { clockFindings, clocksTogether, serverOf } from './preflight.ts';
import { networkFindings } from './network.ts';
import { sourceFindings, type SourceReport } from './source.ts';
import { deletionFindings } from './target-access.ts';
import { targetFindings, type TargetReport } from './target.ts';

export type DoctorOptions = Omit<MachineOptions, 'servers'> & {
  config: Config;
  /** A failure when there is none to check, as without a token. */
  source: Source | Failure;
  target: GitLabTarget | Failure;
};

export type Diagnosis = { findings: Finding[]; version: string | null };

/** Every check there is; the failure of one never stops another. Writes nothing anywhere. */
export async function diagnose(options: DoctorOptions): Promise<Diagnosis> {
  const { config, source, target } = options;
  const servers = { source: config.source.url, target: config.target.url };
  const [machine, sourceWay, from, targetWay, to] = await Promise.all([
    machineFindings({ ...options, servers }),
    wayTo('source', options),
    source instanceof Failure ? noSource(source) : sourceFindings(source, config.source),
    wayTo('target', options),
    target instanceof Failure ? noTarget(target) : targetFindings(target, config, options.now()),
  ]);
  const clocks = {
    source: source instanceof Failure ? null : source.clockMs(),
    target: target instanceof Failure ? null : target.clockMs(),
  };
  const sourceFound = [
    ...once([...sourceWay, ...from.findings]),
    ...clockFindings(serverOf('source', config), clocks.source),
  ];
  const targetFound = [
    ...once([...targetWay, ...to.findings]),
    ...deletionFindings(to.scheduled, from.owners ?? [], config),
    ...clockFindings(serverOf('target', config), clocks.target),
  ];
  const findings = [
    ...inArea('machine', [...machine, ...clocksTogether(clocks.source, clocks.target)]),
    ...inArea('source', sourceFound),
    ...inArea('target', targetFound),
  ];
  return { findings, version: to.version };
}

async function wayTo(side: 'source' | 'target', options: DoctorOptions): Promise<Found[]> {
  const { caFile, url } = options.config[side];
  const { env, now } = options;
  const named = caFile === null && url.startsWith('https:') ? namedCertificates(env) : null;
  const ca = caFile === null ? named : await readFile(caFile, 'utf8');
  return networkFindings(serverOf(side, options.config), { ca, env, now: now() });
}

function noSource(error: Failure): SourceReport {
  return { findings: [failureFound(error)], owners: null };
}

function noTarget(error: Failure): TargetReport {
  return { findings: [failureFound(error)], version: null, scheduled: [] };
}

/** The same failure may be found twice: the first one says more. */
function once(findings: readonly Found[]): Found[] {
  const seen = new Set<string>();
  return findings.filter(({ code, object }) => {
    const key = `${code} ${object}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
