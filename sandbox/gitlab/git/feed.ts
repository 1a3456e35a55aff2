import type { ChildProcess } from 'node:child_process';
import { writeAll } from '../../write-all.ts';
import type { Body } from './push-request.ts';

/** Hands the body to git; stops when git has heard enough or the client has gone. */
export async function feed(
  child: ChildProcess,
  head: Buffer,
  body: Body,
): Promise<'ended' | 'stopped' | 'gone'> {
  const stdin = child.stdin!;
  let stopped = false;
  stdin.on('error', () => {
    stopped = true;
  });
  child.once('exit', () => {
    stopped = true;
  });
  await writeAll(stdin, head);
  try {
    for (;;) {
      if (stopped) return 'stopped';
      const { done, value } = await body.next();
      if (done) break;
      await writeAll(stdin, value);
    }
  } catch {
    return 'gone';
  }
  stdin.end();
  return 'ended';
}
