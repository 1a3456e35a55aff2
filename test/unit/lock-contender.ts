import { lockWorkDir, type Release } from '../../src/journal/lock.ts';

// Started as a program of its own by lock.test.ts: at the first line it tries to take the lock and tells how that went;
// at the end of its input it gives the lock back.
const [, , directory = ''] = process.argv;
let attempt: Promise<Release | null> | null = null;

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function contend(): Promise<Release | null> {
  try {
    const release = await lockWorkDir(directory, { pid: process.pid, now: Date.now, alive });
    process.stdout.write('won\n');
    return release;
  } catch (error) {
    process.stdout.write(`${(error as { code?: string }).code ?? String(error)}\n`);
    return null;
  }
}

process.stdout.write('ready\n');
process.stdin.on('data', () => {
  attempt ??= contend();
});
process.stdin.on('end', () => void attempt?.then((release) => release?.()));
