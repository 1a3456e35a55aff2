import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

const root = new URL('../../', import.meta.url);
const DOCUMENTS = { GB: 'docs/servers/gitbucket.md', GL: 'docs/servers/gitlab.md' } as const;

/** Ways in which facts were cited when they lay outside the project; the two exceptions cite something else. */
const OLD_NOTATION = [
  /\bgit(?:bucket|lab)[a-z-]*-(?:contract|observed|differences)\b/,
  /\b(?:style-and-stack|reports-breadth)\b/,
  /(?<!RFC \d+ )(?<!\.md )§ ?\d/,
  /\(contract \d/,
  /(?<=[\s(*'"`/])[TRAE][1-9]\d?(?=[):;.,]| to [TRAE]\d)/,
];

type File = { name: string; text: string };

/** What may cite a fact; this file has to spell the old notation. */
async function citing(): Promise<File[]> {
  const names: string[] = (await readdir(root)).filter((name) => name.endsWith('.md'));
  for (const folder of ['src', 'sandbox', 'test', 'bench', 'docs', 'scripts']) {
    if (!existsSync(new URL(`${folder}/`, root))) continue;
    const inside = await readdir(new URL(`${folder}/`, root), { recursive: true });
    names.push(...inside.filter((name) => /\.(?:ts|mjs|md)$/.test(name)).map((name) => `${folder}/${name}`));
  }
  const files = await Promise.all(
    names.map(async (name) => ({ name, text: await readFile(new URL(name, root), 'utf8') })),
  );
  return files.filter(({ name }) => name !== 'test/unit/docs-servers.test.ts');
}

async function facts(document: string): Promise<{ id: string; text: string }[]> {
  const text = await readFile(new URL(document, root), 'utf8');
  return [...text.matchAll(/^- \*\*(\S+)\*\* (.*)$/gm)].map(([, id = '', line = '']) => ({ id, text: line }));
}

async function situations(): Promise<Set<number>> {
  const text = await readFile(new URL(DOCUMENTS.GB, root), 'utf8');
  return new Set([...text.matchAll(/^\| (\d+) \|/gm)].map(([, number]) => Number(number)));
}

function idsIn(line: string): string[] {
  return [...line.matchAll(/\bG[BL]-\d+\b/g)].map(([id]) => id);
}

function situationsIn(line: string): string[] {
  const lists = [...line.matchAll(/\bsituations?:? \[?(\d+(?:(?:, |-| and )\d+)*)/g)];
  return lists.flatMap(([, list = '']) => list.split(/, |-| and /));
}

function where(files: readonly File[], find: (line: string) => readonly string[]): string[] {
  return files.flatMap(({ name, text }) =>
    text.split('\n').flatMap((line, i) => find(line).map((found) => `${name}:${i + 1}: ${found}`)),
  );
}

test.each(Object.entries(DOCUMENTS))(
  'every %s fact has an id of its own and ends with its evidence',
  async (prefix, document) => {
    const all = await facts(document);
    expect(all.length).toBeGreaterThan(150);
    expect(all.filter(({ id }) => !new RegExp(`^${prefix}-[1-9]\\d*$`).test(id))).toEqual([]);
    const numbers = all.map(({ id }) => Number(id.slice(3)));
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
    const evidence = /\([^()]*(?:\([^()]*\)[^()]*)*\b(?:observed|source|doc|read in)\b.*\)$/;
    expect(all.filter(({ text }) => !evidence.test(text)).map(({ id }) => id)).toEqual([]);
  },
);

test('every fact that is cited exists', async () => {
  const known = new Set((await Promise.all(Object.values(DOCUMENTS).map(facts))).flat().map(({ id }) => id));
  const files = await citing();
  expect(where(files, (line) => idsIn(line).filter((id) => !known.has(id)))).toEqual([]);
  const code = files.filter(({ name }) => !name.startsWith('docs/'));
  expect(new Set(code.flatMap(({ text }) => idsIn(text))).size).toBeGreaterThan(100);
});

test('nothing is cited from notes outside the project', async () => {
  const old = where(await citing(), (line) =>
    OLD_NOTATION.some((form) => form.test(line)) ? [line.trim()] : [],
  );
  expect(old).toEqual([]);
});

test('every situation that sample data, tests and comments name is in the table', async () => {
  const known = await situations();
  const files = await citing();
  expect(where(files, (line) => situationsIn(line).filter((number) => !known.has(Number(number))))).toEqual(
    [],
  );
  expect(new Set(files.flatMap(({ text }) => situationsIn(text))).size).toBeGreaterThan(20);
});
