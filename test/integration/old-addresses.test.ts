import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createGit } from '../../src/git/run.ts';
import { oldAddressFindings } from '../../src/inspect/old-addresses.ts';
import { blobOf, commitOf, noiseOf, treeOf } from '../helpers/odd-objects.ts';
import { quietRuntime } from '../helpers/prepared.ts';
import { tempDir } from '../helpers/temp-dir.ts';

const old = 'https://old.example.com/git/team/lib.git';
const places = {
  source: ['https://old.example.com'],
  target: 'https://new.example.com',
  paths: new Map([['team/lib', 'team/lib']]),
};

/** A commit with these files, at any depth. */
function commitWith(dir: string, files: Record<string, string | Buffer>): string {
  const folders = new Map<string, Record<string, string | Buffer>>();
  const rows = Object.entries(files).flatMap(([path, content]) => {
    const [folder = '', ...rest] = path.split('/');
    if (rest.length === 0) return [{ mode: '100644', name: path, id: blobOf(dir, content) }];
    folders.set(folder, { ...folders.get(folder), [rest.join('/')]: content });
    return [];
  });
  const trees = [...folders].map(([name, inner]) => {
    const commit = commitWith(dir, inner);
    const id = execFileSync('git', ['-C', dir, 'rev-parse', `${commit}^{tree}`], { encoding: 'utf8' }).trim();
    return { mode: '40000', name, id };
  });
  return commitOf(dir, { tree: treeOf(dir, [...rows, ...trees]) });
}

async function repository(): Promise<{
  dir: string;
  findings: (heads: Record<string, string>) => Promise<string[]>;
}> {
  const folder = await tempDir();
  const dir = join(folder, 'a.git');
  execFileSync('git', ['init', '--quiet', '--bare', dir]);
  const signal = new AbortController().signal;
  const git = createGit({
    directory: dir,
    runtime: quietRuntime(folder),
    remotes: [],
    stallSeconds: 60,
    signal,
  });
  return {
    dir,
    async findings(heads) {
      const list = Object.entries(heads).map(([branch, id]) => ({ branch, id }));
      const found = await oldAddressFindings(git, list, 'team/app', places);
      return found.map(
        ({ object, message }) => `${object} ${message.split(' ')[2]} ${message.split(' ')[3] ?? ''}`,
      );
    },
  };
}

test('CI files and manifests are looked through at every branch tip, also those in folders', async () => {
  const { dir, findings } = await repository();
  const main = commitWith(dir, {
    '.gitlab-ci.yml': `script: git clone ${old}`,
    '.github/workflows/build.yml': `run: git clone ${old}`,
    '.github/CODEOWNERS': old,
    'web/app/package.json': `{ "dependencies": { "lib": "git+${old}" } }`,
    'node_modules/x/package.json': old,
    'a/b/c/d/pom.xml': old,
    'docs.md': old,
  });
  const next = commitWith(dir, { '.gitlab-ci.yml': `script: git clone ${old}` });
  expect(await findings({ main, other: main, next })).toEqual([
    'main:.gitlab-ci.yml main and',
    'main:.github/workflows/build.yml main and',
    'main:web/app/package.json main and',
  ]);
  expect(await findings({ next })).toEqual(['next:.gitlab-ci.yml next leads']);
});

test('files that are huge, no text, no files, or not there are passed over', async () => {
  const { dir, findings } = await repository();
  const huge = Buffer.concat([Buffer.from(old), Buffer.alloc(5 * 1024 * 1024, 32)]);
  const rows = [
    { mode: '100644', name: 'package.json', id: 'd'.repeat(40) },
    { mode: '160000', name: 'pom.xml', id: 'e'.repeat(40) },
    { mode: '100644', name: 'yarn.lock', id: blobOf(dir, huge) },
    { mode: '100644', name: 'go.mod', id: blobOf(dir, noiseOf('binary', 5000)) },
  ];
  const main = commitOf(dir, { tree: treeOf(dir, rows) });
  expect(await findings({ main })).toEqual([]);
});
