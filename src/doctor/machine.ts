import { formatBytes } from '../text/format.ts';
import { journalOfOthers, workDirLocked, workDirUnusable } from '../failures/usage.ts';
import { access, constants, stat, statfs } from 'node:fs/promises';
import { dirname, parse } from 'node:path';
import { createGit, type GitRuntime } from '../git/run.ts';
import { journalFile, readJournal } from '../journal/journal.ts';
import { runIn } from '../journal/lock.ts';
import { isAtLeast } from '../text/version.ts';
import { attempted, found, type CheckFinding, failed } from './finding.ts';

export type MachineOptions = WorkDirOptions & GitRuntime & { nodeVersion: string };

const LEAST_NODE = '20.19.0';
/** The mirror needs what git learned by then. */
const LEAST_GIT = '2.30.0';

/** Everything on this machine that a migration needs: Node, git, a work directory with space, no other run in it. */
export async function machineFindings(options: MachineOptions): Promise<CheckFinding[]> {
  const [git, workDir] = await Promise.all([
    gitFindings(options),
    attempted('machine', () => workDirFindings(options)),
  ]);
  return [nodeFinding(options.nodeVersion), ...git, ...workDir];
}

function nodeFinding(version: string): CheckFinding {
  const id = isAtLeast(version, LEAST_NODE) ? 'node' : 'node-old';
  return found(id, 'machine', 'node', { version, least: LEAST_NODE });
}

async function gitFindings(runtime: MachineOptions): Promise<CheckFinding[]> {
  try {
    // Any directory does: the work directory may not be there yet.
    const directory = parse(runtime.workDir).root;
    const { signal } = new AbortController();
    const git = createGit({ directory, runtime, remotes: [], stallSeconds: 0, signal });
    const answer = await git.run('--version');
    const version = /\d+(\.\d+)+/.exec(answer)?.[0] ?? answer.trim();
    const id = isAtLeast(version, LEAST_GIT) ? 'git' : 'git-old';
    return [found(id, 'machine', 'git', { version, least: LEAST_GIT })];
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return [found('git-absent', 'machine', 'git', { detail: code ?? message, least: LEAST_GIT })];
  }
}

type WorkDirOptions = {
  workDir: string;
  servers: { source: string; target: string };
  pid: number;
  alive: (pid: number) => boolean;
};

/** Mirrors of a few big repositories take that much. */
const LITTLE_BYTES = 1e9;

/** The work directory: writable, with space, used by no other run, with a journal that fits; nothing is made. */
async function workDirFindings(options: WorkDirOptions): Promise<CheckFinding[]> {
  const { workDir } = options;
  const place = await nearestExisting(workDir);
  const fault = await faultOf(place);
  if (fault !== null) return [failed(workDirUnusable(workDir, { detail: fault }), 'machine')];
  const findings = [found('work-dir-usable', 'machine', workDir), await spaceFinding(workDir, place)];
  if (place !== workDir) return findings;
  const holder = await runIn(workDir, options);
  if (holder !== null) findings.push(failed(workDirLocked(workDir, holder), 'machine'));
  return [...findings, ...(await journalFindings(options))];
}

async function journalFindings({ workDir, servers }: WorkDirOptions): Promise<CheckFinding[]> {
  const file = journalFile(workDir);
  try {
    const known = (await readJournal(file)).history.servers;
    if (known === null || (known.source === servers.source && known.target === servers.target)) return [];
    return [failed(journalOfOthers(file, known), 'machine')];
  } catch (error) {
    return [failed(error, 'machine')];
  }
}

/** The directory itself, or the one above it in which it would be made. */
async function nearestExisting(path: string): Promise<string> {
  try {
    await stat(path);
    return path;
  } catch {
    const above = dirname(path);
    return above === path ? path : nearestExisting(above);
  }
}

/** Why nothing can be written there; null when it can. */
async function faultOf(place: string): Promise<string | null> {
  try {
    if (!(await stat(place)).isDirectory()) return `${place} is no directory`;
    await access(place, constants.W_OK | constants.X_OK);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

async function spaceFinding(workDir: string, place: string): Promise<CheckFinding> {
  const { bavail, bsize } = await statfs(place);
  const free = bavail * bsize;
  return found(free < LITTLE_BYTES ? 'disk-low' : 'disk-space', 'machine', workDir, {
    free: formatBytes(free),
  });
}
