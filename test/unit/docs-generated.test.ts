import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { generatedFiles } from '../../scripts/generated-files.ts';
import { catalogue, type Entry } from '../../src/error-catalogue.ts';

const root = new URL('../../', import.meta.url);

test('every generated file is what the code says now (npm run generate)', async () => {
  const files = await generatedFiles();
  expect(files.map(({ path }) => path)).toContain('docs/errors.md');
  for (const { path, text } of files) {
    expect({ path, text: await readFile(new URL(path, root), 'utf8') }).toEqual({ path, text });
  }
});

test('every error of the catalogue says what happened and what to do, and has its section in the docs', async () => {
  const page = await readFile(new URL('docs/errors.md', root), 'utf8');
  const context = { object: 'team-a/one', detail: 'a reason', side: 'target' };
  for (const [code, entry] of Object.entries(catalogue) as [string, Entry][]) {
    expect(`${code}: ${entry.message(context)}`).toMatch(/: \S/);
    expect(`${code}: ${entry.hint(context)}`).toMatch(/: \S+ \S+/);
    expect(page).toContain(`## \`${code}\``);
  }
});
