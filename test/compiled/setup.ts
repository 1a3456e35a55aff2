import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cliFile, programArgs } from '../helpers/run-cli.ts';

const folder = fileURLToPath(new URL('../../node_modules/.cache/gb2gl-compiled', import.meta.url));

/**
 * Lets the demo run once for each build, beside the first tests: it calls most of the program, and what V8 compiles for it
 * is kept for those that come later.
 */
export function setup(): (() => Promise<void>) | undefined {
  if (!existsSync(cliFile) || isKept()) return undefined;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const place = mkdtempSync(join(tmpdir(), 'gb2gl-test-'));
  const demo = spawn(process.execPath, [...programArgs, 'demo', '--quiet'], {
    cwd: place,
    env: { PATH: process.env['PATH'], HOME: place, TMPDIR: place, GB2GL_KEEP_COMPILED: '1' },
    stdio: 'ignore',
  });
  const ended = once(demo, 'close').then(() => rmSync(place, { recursive: true, force: true }));
  return () => ended;
}

/** Is something kept that was made after the program was built? */
function isKept(): boolean {
  const built = statSync(cliFile).mtimeMs;
  return (
    existsSync(folder) && readdirSync(folder).some((name) => statSync(join(folder, name)).mtimeMs > built)
  );
}
