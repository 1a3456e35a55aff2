import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { generatedFiles } from '../../scripts/generated-files.ts';
import { findings } from '../../src/doctor/index.ts';
import { failures } from '../../src/failures/index.ts';

const root = new URL('../../', import.meta.url);

test('every generated file is what the code says now (npm run generate)', async () => {
  const files = await generatedFiles();
  expect(files.map(({ path }) => path)).toContain('docs/errors.md');
  for (const { path, text } of files) {
    expect({ path, text: await readFile(new URL(path, root), 'utf8') }).toEqual({ path, text });
  }
});

test('every failure has its section in the docs', async () => {
  const page = await readFile(new URL('docs/errors.md', root), 'utf8');
  for (const { code } of Object.values(failures)) {
    expect(page).toContain(`## \`${code}\``);
  }
});

test('every finding has its line in the docs', async () => {
  const page = await readFile(new URL('docs/doctor.md', root), 'utf8');
  const codes = Object.values(findings()).flatMap((types) => types.map(({ code }) => code));
  expect(codes.length).toBeGreaterThan(50);
  expect(codes.filter((code) => !page.includes(`| \`${code}\` |`))).toEqual([]);
});
