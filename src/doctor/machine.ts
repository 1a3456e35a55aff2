import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { attempted, found, type CheckFinding } from './finding.ts';
import { isAtLeast } from './measures.ts';
import { workDirFindings, type WorkDirOptions } from './work-dir.ts';

export type MachineOptions = WorkDirOptions & {
  nodeVersion: string;
  env: Readonly<Record<string, string | undefined>>;
};

const LEAST_NODE = '20.19.0';
/** The mirror needs what git learned by then. */
const LEAST_GIT = '2.30.0';

/** Everything on this machine that a migration needs: Node, git, a work directory with space, no other run in it. */
export async function machineFindings(options: MachineOptions): Promise<CheckFinding[]> {
  const [git, workDir] = await Promise.all([
    gitFindings(options.env),
    attempted('machine', () => workDirFindings(options)),
  ]);
  return [nodeFinding(options.nodeVersion), ...git, ...workDir];
}

function nodeFinding(version: string): CheckFinding {
  const id = isAtLeast(version, LEAST_NODE) ? 'node' : 'node-old';
  return found(id, 'machine', 'node', { version, least: LEAST_NODE });
}

async function gitFindings(env: MachineOptions['env']): Promise<CheckFinding[]> {
  try {
    const { stdout } = await promisify(execFile)('git', ['--version'], { env: { PATH: env['PATH'] } });
    const version = /\d+(\.\d+)+/.exec(stdout)?.[0] ?? stdout.trim();
    const id = isAtLeast(version, LEAST_GIT) ? 'git' : 'git-old';
    return [found(id, 'machine', 'git', { version, least: LEAST_GIT })];
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return [found('git-absent', 'machine', 'git', { detail: code ?? message, least: LEAST_GIT })];
  }
}
