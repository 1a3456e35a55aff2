import { accessSync, constants, statfsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Git makes thousands of small files: memory is much faster than most disks, where there is enough of it. */
function fastFolder(): Record<string, string> {
  if (process.env['TMPDIR']) return {};
  try {
    accessSync('/dev/shm', constants.W_OK);
    const { bavail, bsize } = statfsSync('/dev/shm');
    return bavail * bsize > 2e9 ? { TMPDIR: '/dev/shm' } : {};
  } catch {
    return {};
  }
}

const env = {
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_SYSTEM: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_TERMINAL_PROMPT: '0',
  NO_COLOR: '1',
  ...fastFolder(),
};

export default defineConfig({
  test: {
    env,
    reporters: ['default', './test/reporter.ts'],
    // For what only waits: a busy machine may take its time, and must not change a result.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 240_000 } },
    // Tests mostly wait for git and for child processes.
    maxWorkers: Math.max(3, availableParallelism() - 1),
    // No module keeps state: one process can run file after file, and loads what they share once.
    isolate: false,
    projects: [
      { extends: true, test: { name: 'unit', include: ['test/unit/**/*.test.ts'] } },
      { extends: true, test: { name: 'integration', include: ['test/integration/**/*.test.ts'] } },
      { extends: true, test: { name: 'commands', include: ['test/commands/**/*.test.ts'] } },
      {
        extends: true,
        test: { name: 'e2e', include: ['test/e2e/**/*.test.ts'], globalSetup: 'test/compiled/setup.ts' },
      },
    ],
  },
});
