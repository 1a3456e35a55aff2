import { access, constants, stat, statfs } from 'node:fs/promises';
import { dirname, parse } from 'node:path';
import { journalOfOthers, workDirLocked, workDirUnusable } from '../failures/usage.ts';
import { createGit, type GitRuntime } from '../git/run.ts';
import { areSame, journalFile, readJournal } from '../journal/journal.ts';
import { runIn, type Self } from '../journal/lock.ts';
import { formatBytes, isAtLeast } from '../text/format.ts';
import { check, defineFinding, errorFound, failureFound, type Found } from './finding.ts';

export type MachineOptions = WorkDirOptions & GitRuntime & { nodeVersion: string };

const leastNode = '20.19.0';
/** The mirror needs what git learned by then. */
const leastGit = '2.30.0';

/** Everything on this machine that a migration needs: Node, git, a work directory with space, no other run in it. */
export async function machineFindings(options: MachineOptions): Promise<Found[]> {
  const [git, workDir] = await Promise.all([
    gitFindings(options),
    check(options.workDir, () => workDirFindings(options)),
  ]);
  return [nodeFinding(options.nodeVersion), ...git, ...workDir];
}

type VersionWords = { object: string; version: string };
type AgeWords = VersionWords & { least: string };

export const nodeFine = defineFinding('node', 'ok', (w: VersionWords) => ({ message: `Node ${w.version}` }));

export const nodeOld = defineFinding('node-old', 'warning', (w: AgeWords) => ({
  message: `Node ${w.version} is older than ${w.least}`,
  fix: `install Node ${w.least} or newer`,
}));

function nodeFinding(version: string): Found {
  if (isAtLeast(version, leastNode)) return nodeFine('node', { version });
  return nodeOld('node', { version, least: leastNode });
}

export const gitFine = defineFinding('git', 'ok', (w: VersionWords) => ({ message: `git ${w.version}` }));

export const gitOld = defineFinding('git-old', 'warning', (w: AgeWords) => ({
  message: `git ${w.version} is older than ${w.least}; repositories that the relay cannot transfer may fail`,
  fix: `install git ${w.least} or newer`,
}));

export const gitAbsent = defineFinding(
  'git-absent',
  'warning',
  (w: { object: string; detail: string; least: string }) => ({
    message: `git cannot be started (${w.detail}); repositories that the relay cannot transfer will fail`,
    fix: `install git ${w.least} or newer and make sure it is on the PATH`,
  }),
);

async function gitFindings(runtime: MachineOptions): Promise<Found[]> {
  try {
    // Any directory does: the work directory may not be there yet.
    const directory = parse(runtime.workDir).root;
    const { signal } = new AbortController();
    const git = createGit({ directory, runtime, remotes: [], stallSeconds: 0, signal });
    const answer = await git.run('--version');
    const version = /\d+(\.\d+)+/.exec(answer)?.[0] ?? answer.trim();
    if (isAtLeast(version, leastGit)) return [gitFine('git', { version })];
    return [gitOld('git', { version, least: leastGit })];
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return [gitAbsent('git', { detail: code ?? message, least: leastGit })];
  }
}

type WorkDirOptions = Self & { workDir: string; servers: { source: string; target: string } };

export const workDirUsable = defineFinding('work-dir-usable', 'ok', (w: { object: string }) => ({
  message: `the work directory ${w.object} is writable`,
}));

/** The work directory: writable, with space, used by no other run, with a journal that fits; nothing is created. */
async function workDirFindings(options: WorkDirOptions): Promise<Found[]> {
  const { workDir } = options;
  const place = await nearestExisting(workDir);
  const fault = await faultOf(place);
  if (fault !== null) return [failureFound(workDirUnusable(workDir, { detail: fault }))];
  const findings = [workDirUsable(workDir), await spaceFinding(workDir, place)];
  if (place !== workDir) return findings;
  const holder = await runIn(workDir, options);
  if (holder !== null) findings.push(failureFound(workDirLocked(workDir, holder)));
  return [...findings, ...(await journalFindings(options))];
}

async function journalFindings({ workDir, servers }: WorkDirOptions): Promise<Found[]> {
  const file = journalFile(workDir);
  try {
    const known = (await readJournal(file)).history.servers;
    if (known === null || areSame(known, servers)) return [];
    return [failureFound(journalOfOthers(file, known))];
  } catch (error) {
    return [errorFound(error, file)];
  }
}

/** The directory itself, or the one above it in which it would be created. */
async function nearestExisting(path: string): Promise<string> {
  try {
    await stat(path);
    return path;
  } catch {
    const above = dirname(path);
    return above === path ? path : nearestExisting(above);
  }
}

/** /proc and /sys, whose rights say that root may write (statfs(2)). */
const withoutFiles: ReadonlySet<number> = new Set([0x9fa0, 0x62656572]);

/** Why nothing can be written there; null when it can. */
async function faultOf(place: string): Promise<string | null> {
  try {
    if (!(await stat(place)).isDirectory()) return `${place} is not a directory`;
    await access(place, constants.W_OK | constants.X_OK);
    return withoutFiles.has((await statfs(place)).type) ? `${place} takes no files` : null;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Mirrors of a few big repositories take that much. */
const littleBytes = 1e9;

export const diskSpace = defineFinding('disk-space', 'ok', (w: { object: string; free: string }) => ({
  message: `${w.free} free for the work directory`,
}));

export const diskLow = defineFinding('disk-low', 'warning', (w: { object: string; free: string }) => ({
  message: `only ${w.free} free for the work directory ${w.object}`,
  fix: 'free some space or choose a larger disk with --work-dir DIR: a repository that needs a mirror takes its own size there',
}));

async function spaceFinding(workDir: string, place: string): Promise<Found> {
  const { bavail, bsize } = await statfs(place);
  const free = bavail * bsize;
  const finding = free < littleBytes ? diskLow : diskSpace;
  return finding(workDir, { free: formatBytes(free) });
}
