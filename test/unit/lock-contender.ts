import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { lockWorkDir, type Held } from '../../src/journal/lock.ts';

// Started as a program of its own by lock.test.ts: at each line it tries to take the lock and tells how that went, or gives
// back the lock that it has.
const [, , directory = ''] = process.argv;
let held: Held | null = null;

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function contend(): Promise<Held | null> {
  try {
    const mine = await lockWorkDir(directory, {
      pid: process.pid,
      host: 'contender-host',
      now: Date.now,
      sleep: (ms, signal) => sleep(ms, undefined, signal ? { signal } : {}),
      alive,
    });
    process.stdout.write('won\n');
    return mine;
  } catch (error) {
    process.stdout.write(`${(error as { code?: string }).code ?? String(error)}\n`);
    return null;
  }
}

async function giveBack(mine: Held): Promise<void> {
  held = null;
  await mine.release();
  process.stdout.write('given back\n');
}

process.stdout.write('ready\n');
for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'take') held = await contend();
  else if (held) await giveBack(held);
  else process.stdout.write('has none\n');
}
