import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pageScript, pageStyle } from '../../src/report/inlined-page.ts';
import { runFolders } from '../../src/report/write.ts';
import { runCli } from '../helpers/run-cli.ts';
import { tempDir } from '../helpers/temp-dir.ts';

test('the built program holds the style and the script of the report, and nothing of what makes them', async () => {
  const cwd = await tempDir();
  const run = await runCli(['demo', '--quiet', '--work-dir', 'work'], { cwd });
  expect(run.code, run.stderr).toBe(0);

  const folders = await runFolders(join(cwd, 'work', 'demo', 'reports'));
  expect(folders.map(({ kind }) => kind)).toEqual(['verify', 'migrate']);
  const page = await readFile(join(folders[1]?.path ?? '', 'report.html'), 'utf8');
  expect(pageStyle).toContain('@media print');
  expect(page).toContain(`<style>${pageStyle}</style>`);
  expect(pageScript).toContain('Search by name');
  expect(page).toContain(`<script>${pageScript}</script>`);
  const licences = await readFile(new URL('../../dist/LICENSES.txt', import.meta.url), 'utf8');
  expect(licences).toMatch(/^zod /m);
  expect(licences).not.toMatch(/^(esbuild|tsx) /m);
});
