// Writes the files that are made from the code; with --check it only tells which of them are stale.
import { readFile, writeFile } from 'node:fs/promises';
import { generatedFiles } from './generated-files.ts';

const root = new URL('../', import.meta.url);
const check = process.argv.includes('--check');
for (const { path, text } of await generatedFiles()) {
  const file = new URL(path, root);
  if ((await readFile(file, 'utf8').catch(() => null)) === text) continue;
  console.log(check ? `${path} is stale: npm run generate` : path);
  if (check) process.exitCode = 1;
  else await writeFile(file, text);
}
