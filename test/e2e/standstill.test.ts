import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startInTerminal } from '../helpers/in-terminal.ts';
import type { TestServers } from '../helpers/servers.ts';
import {
  expectMoved,
  failureOf,
  builtGb2gl,
  itemOf,
  resultOf,
  smallServers,
  workplace,
} from '../helpers/small-server.ts';

/** Variables under which a call of Node never comes back, when its first argument ends so: an event that was lost. */
async function losing(
  servers: TestServers,
  call: 'rename' | 'readFile',
  ending: string,
): Promise<Record<string, string>> {
  const file = join(await workplace(servers), 'lose.mjs');
  await writeFile(
    file,
    `import fs from 'node:fs/promises';
    import { syncBuiltinESMExports } from 'node:module';
    const real = fs.${call};
    let left = 1;
    fs.${call} = (path, ...rest) =>
      String(path).endsWith(${JSON.stringify(ending)}) && left-- > 0 ? new Promise(() => {}) : real(path, ...rest);
    syncBuiltinESMExports();`,
  );
  return { NODE_OPTIONS: `--import ${file}` };
}

test('an item that waits for ever fails; the others are moved, and the report is written', async () => {
  const servers = await smallServers();
  const env = await losing(servers, 'rename', '.git.new');
  const run = await builtGb2gl(
    servers,
    ['migrate', '--all', '--yes', '--json', '--transport', 'mirror'],
    env,
  );

  expect(run.code, run.stderr).toBe(1);
  const result = resultOf(run);
  const failed = result.items.filter(({ state }) => state === 'failed');
  expect(failed.map(({ problem }) => problem?.code)).toEqual(['standstill']);
  expectMoved(
    servers,
    result,
    ['team-a/one', 'team-a/two', 'team-b/three'].filter((id) => id !== failed[0]?.id),
  );
  const report = await readFile(
    join(await workplace(servers), '.gb2gl', 'reports', 'latest', 'result.json'),
    'utf8',
  );
  expect(itemOf(JSON.parse(report), failed[0]?.id ?? '').state).toBe('failed');

  const again = await builtGb2gl(servers, ['migrate', '--all', '--yes', '--json']);
  expect(again.code, again.stderr).toBe(0);
});

test('a command that waits for ever says so and ends with the exit code of a failure', async () => {
  const servers = await smallServers();
  await writeFile(join(await workplace(servers), 'migrate.config.json'), '{}');
  const env = await losing(servers, 'readFile', 'migrate.config.json');
  for (const args of [
    ['migrate', '--all', '--yes', '--json'],
    ['doctor', '--json'],
  ]) {
    const run = await builtGb2gl(servers, args, env);
    expect(run.code, run.stderr).toBe(1);
    expect(failureOf(run)).toMatchObject({ exitCode: 1, error: { code: 'standstill' } });
  }
});

test('the live picture does not hide it', async () => {
  const servers = await smallServers();
  const env = { ...servers.env, ...(await losing(servers, 'rename', '.git.new')) };
  const args = ['migrate', '--all', '--yes', '--transport', 'mirror'];
  const { code, screen } = await startInTerminal(args, { cwd: await workplace(servers), env }).finished;
  expect(code, screen).toBe(1);
  expect(screen).toContain('waits for something that will never come');
});
