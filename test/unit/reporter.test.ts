import { execFile } from 'node:child_process';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { tempDir } from '../helpers/temp-dir.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** What vitest prints for files of tests, with our reporter beside its own. */
async function told(...texts: string[]): Promise<string[]> {
  const folder = await tempDir();
  await mkdir(join(folder, 'test'));
  for (const [index, text] of texts.entries()) {
    const whole = `import { expect, test } from 'vitest';\n${text}`;
    await writeFile(join(folder, 'test', `some${index}.test.mjs`), whole);
  }
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  await writeFile(join(folder, 'none.config.mjs'), 'export default {};\n');
  const flags = ['run', '--root', folder, '--config', 'none.config.mjs', '--reporter', 'default'];
  const reporter = ['--reporter', join(root, 'test', 'reporter.ts')];
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  return new Promise((resolve) => {
    execFile(process.execPath, [vitest, ...flags, ...reporter], { cwd: folder }, (_, stdout) =>
      resolve(stdout.trim().split('\n')),
    );
  });
}

test('a run of the tests begins with what it is and how long it takes, and ends with one line when all is well', async () => {
  const lines = await told(`test('one', () => {}); test('two', () => {});`);
  expect(lines.find((line) => line.includes('of tests'))).toMatch(/^1 file of tests .* on two cores\.$/);
  expect(lines.at(-1)).toMatch(/^All 2 tests passed in [\d.]+ m?s\.$/);
});

test('it ends with what failed and the commands that run only that, which a shell can read', async () => {
  const failing = `test('one', () => {}); test("it's (bad)", () => expect(1).toBe(2));`;
  const lines = await told(failing, `throw new Error('no');`);
  expect(lines.at(-3)).toMatch(/^FAILED: 1 test, 1 file; 1 test passed, in .* alone:$/);
  expect(lines.at(-2)).toMatch(/^ {2}npx vitest run \S*some1\.test\.mjs$/);
  expect(lines.at(-1)).toMatch(/^ {2}npx vitest run \S*some0\.test\.mjs -t 'it'\\''s \\\(bad\\\)'$/);
});
