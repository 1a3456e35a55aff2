/**
 * Prints which files of src a migration of one repository with one ref executes: those of which a function ran, not only
 * the loading of the module. Counted by V8 over the sources as they are.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createGitBucket } from '../sandbox/gitbucket.ts';
import { createGitLab } from '../sandbox/gitlab.ts';
import { commitOn } from '../test/helpers/commits.ts';

type Script = {
  url: string;
  functions: { functionName: string; ranges: { count: number }[] }[];
};

/** What loading a module runs: a helper of tsx, and fields of classes. */
const notRun: ReadonlySet<string> = new Set(['__name', '<static_initializer>']);
/** Only constants are left of it in the program. */
const inlinedByTheBuild = 'src/report/inlined-page.ts';
const root = fileURLToPath(new URL('..', import.meta.url));
const folder = await mkdtemp(join(tmpdir(), 'gb2gl-trace-'));
try {
  const files = await executedFiles();
  for (const file of files) console.log(file);
  console.log(`${files.length} files of src executed`);
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function executedFiles(): Promise<string[]> {
  const coverage = join(folder, 'coverage');
  await migrateOneRef({ NODE_V8_COVERAGE: coverage });
  const executed = new Set<string>();
  for (const name of await readdir(coverage)) {
    const { result } = JSON.parse(await readFile(join(coverage, name), 'utf8')) as { result: Script[] };
    for (const { url, functions } of result) {
      if (!url.startsWith('file:')) continue;
      const file = relative(root, fileURLToPath(url.split('?')[0] ?? url));
      // The first function is the module itself.
      const ran = functions
        .slice(1)
        .some(({ functionName, ranges }) => !notRun.has(functionName) && (ranges[0]?.count ?? 0) > 0);
      if (file.startsWith('src/') && ran && file !== inlinedByTheBuild) executed.add(file);
    }
  }
  return [...executed].toSorted();
}

async function migrateOneRef(env: Record<string, string>): Promise<void> {
  const gitbucket = await createGitBucket({ dir: join(folder, 'gitbucket') });
  const gitlab = await createGitLab({ dir: join(folder, 'gitlab') });
  try {
    gitbucket.addGroup({ login: 'team', members: [{ login: 'root', manager: true }] });
    gitbucket.addRepository({ owner: 'team', name: 'one', defaultBranch: 'main' });
    commitOn(gitbucket.gitDir('team', 'one'), 'main', 'first');
    const servers = {
      GITBUCKET_URL: gitbucket.url,
      GITBUCKET_TOKEN: gitbucket.token('root'),
      GITLAB_URL: gitlab.url,
      GITLAB_TOKEN: gitlab.token('root'),
    };
    const args = ['--import', 'tsx', join(root, 'src', 'cli.ts'), 'migrate', '--all', '--yes'];
    await promisify(execFile)(process.execPath, [...args, '--work-dir', join(folder, 'work')], {
      cwd: root,
      env: { ...process.env, ...servers, ...env },
    });
  } finally {
    await Promise.all([gitbucket.close(), gitlab.close()]);
  }
}
