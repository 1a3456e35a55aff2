import { access, constants, stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { MigrationError } from '../errors.ts';
import { journalFile, readJournal } from '../journal/journal.ts';
import { runIn } from '../journal/lock.ts';
import { formatBytes } from '../text/format.ts';
import { failed, found, type CheckFinding } from './finding.ts';

export type WorkDirOptions = {
  workDir: string;
  servers: { source: string; target: string };
  pid: number;
  alive: (pid: number) => boolean;
};

/** Mirrors of a few big repositories take that much. */
const LITTLE_BYTES = 1e9;

/** The work directory: writable, with space, used by no other run, with a journal that fits; nothing is made. */
export async function workDirFindings(options: WorkDirOptions): Promise<CheckFinding[]> {
  const { workDir } = options;
  const place = await nearestExisting(workDir);
  const fault = await faultOf(place);
  if (fault !== null) return [failed(new MigrationError('work-dir', workDir, { detail: fault }), 'machine')];
  const findings = [found('work-dir-usable', 'machine', workDir), await spaceFinding(workDir, place)];
  if (place !== workDir) return findings;
  const holder = await runIn(workDir, options);
  if (holder !== null)
    findings.push(failed(new MigrationError('work-dir-locked', workDir, holder), 'machine'));
  return [...findings, ...(await journalFindings(options))];
}

async function journalFindings({ workDir, servers }: WorkDirOptions): Promise<CheckFinding[]> {
  const file = journalFile(workDir);
  try {
    const known = (await readJournal(file)).history.servers;
    if (known === null || (known.source === servers.source && known.target === servers.target)) return [];
    return [failed(new MigrationError('journal-of-others', file, known), 'machine')];
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
