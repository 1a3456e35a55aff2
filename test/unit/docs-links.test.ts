import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

const root = new URL('../../', import.meta.url);

async function documents(): Promise<{ name: string; url: URL; text: string }[]> {
  const [top, docs] = await Promise.all([readdir(root), readdir(new URL('docs/', root))]);
  const names = [...top, ...docs.map((name) => `docs/${name}`)].filter((name) => name.endsWith('.md'));
  return Promise.all(
    names.map(async (name) => {
      const url = new URL(name, root);
      return { name, url, text: await readFile(url, 'utf8') };
    }),
  );
}

/** What stands in double backticks is an example: the default of a setting may look like a link. */
function withoutCode(text: string): string {
  return text.replaceAll(/``[^\n]*?``(?!`)/g, '');
}

test('every link from a document to a file or a heading of the project leads somewhere', async () => {
  const broken: string[] = [];
  let seen = 0;
  for (const { name, url, text } of await documents()) {
    for (const [, link = ''] of withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(link)) continue;
      seen += 1;
      const target = new URL(link, url);
      const anchor = decodeURIComponent(target.hash.slice(1));
      target.hash = '';
      if (!existsSync(target)) broken.push(`${name}: ${link}`);
      else if (anchor !== '' && !anchorsOf(await readFile(target, 'utf8')).includes(anchor))
        broken.push(`${name}: ${link}`);
    }
  }
  expect(broken).toEqual([]);
  expect(seen).toBeGreaterThan(20);
});

test('every document below docs/ is linked from the README or from one that is', async () => {
  const all = await documents();
  const linked = new Set(
    all.flatMap(({ text }) => [...text.matchAll(/([\w-]+\.md)/g)].map(([, name]) => name)),
  );
  const orphans = all.filter(({ name }) => name.startsWith('docs/') && !linked.has(name.slice(5)));
  expect(orphans.map(({ name }) => name)).toEqual([]);
});

test('every npm script that a document names exists', async () => {
  const { scripts } = JSON.parse(await readFile(new URL('package.json', root), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const named = (await documents()).flatMap(({ text }) =>
    [...text.matchAll(/npm run ([\w:-]+)/g)].map(([, name = '']) => name),
  );
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
});

/** As GitHub and GitLab make them. */
function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
