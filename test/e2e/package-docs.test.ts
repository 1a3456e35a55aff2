import { readdir, readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { runCli } from '../helpers/run-cli.ts';
import { tempDir } from '../helpers/temp-dir.ts';

const root = new URL('../../', import.meta.url);

/** Every `gb2gl …` that a document or a message shows, up to the end of its line or its quotation. */
async function shownCommands(): Promise<{ where: string; words: string[] }[]> {
  const folders = ['', 'docs/', 'src/ui/', 'src/'];
  const listed = await Promise.all(folders.map((folder) => readdir(new URL(folder || '.', root))));
  const files = listed.flatMap((names, index) =>
    names.filter((name) => /\.(md|ts)$/.test(name)).map((name) => `${folders[index]}${name}`),
  );
  const texts = await Promise.all(
    files.map(async (name) => [name, await readFile(new URL(name, root), 'utf8')]),
  );
  return texts.flatMap(([where = '', text = '']) =>
    [...text.matchAll(/(?<![\w/-])gb2gl ((?:[a-z]+|--[a-z-]+)(?=[\s`'";:,.)])[^\n`;,)#]*)/g)].map(
      ([, rest = '']) => ({
        where,
        words: rest.trim().split(/\s+/),
      }),
    ),
  );
}

async function help(...command: string[]): Promise<string> {
  const { stdout, code } = await runCli([...command, '--help'], { cwd: await tempDir() });
  expect(code).toBe(0);
  return stdout;
}

test('every command and option that the documents show is known to the program', async () => {
  const top = await help();
  const commands = [...top.matchAll(/^ {2}([a-z]+) (?:\[options\]|\[command\]|<shell>)/gm)].map(
    ([, name = '']) => name,
  );
  expect(commands).toEqual(
    expect.arrayContaining(['migrate', 'plan', 'verify', 'status', 'sandbox', 'demo']),
  );
  const helps = new Map<string, string>([['', top]]);
  for (const name of commands) if (name !== 'help') helps.set(name, await help(name));

  const shown = await shownCommands();
  const unknown: string[] = [];
  const met = new Set<string>();
  for (const { where, words } of shown) {
    const [first = ''] = words;
    const command = first.startsWith('--') ? '' : first;
    const text = helps.get(command);
    // A sentence that only begins with the program's name is no command, but then it shows no option either.
    const flags = words.filter((word) => /^--[a-z]/.test(word)).map((word) => word.replace(/[^a-z-].*$/, ''));
    if (text !== undefined) met.add(command);
    if (text === undefined && flags.length > 0) unknown.push(`${where}: gb2gl ${words.join(' ')}`);
    for (const flag of flags)
      if (text !== undefined && !text.includes(flag)) unknown.push(`${where}: gb2gl ${first} ${flag}`);
  }
  expect(unknown).toEqual([]);
  const all = [
    'completion',
    'demo',
    'doctor',
    'explain',
    'export',
    'fix',
    'import',
    'init',
    'migrate',
    'plan',
    'rehearse',
    'sandbox',
    'status',
    'verify',
  ];
  expect([...met].sort()).toEqual(['', ...all]);
});

test('every command of the program is told in the README or in docs', async () => {
  const top = await help();
  const told = (await shownCommands())
    .filter(({ where }) => where.endsWith('.md'))
    .map(({ words }) => words[0]);
  for (const [, name] of top.matchAll(/^ {2}([a-z]+) \[options\]/gm)) expect(told).toContain(name);
});
