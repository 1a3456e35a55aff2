import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { journalFile, readJournal } from '../../src/journal/journal.ts';
import { parseResult } from '../../src/report/schema.ts';
import { commitOn } from '../helpers/commits.ts';
import { descendants, ended, until } from '../helpers/processes.ts';
import { runCli, startCli, type RunningCli } from '../helpers/run-cli.ts';
import { refsIn, testServers, writesOf, type TestServers } from '../helpers/servers.ts';

const NAMES = ['one', 'two', 'three', 'four', 'five', 'six'];

/** Ctrl-C in a terminal reaches the whole group. */
function pressCtrlC({ child }: RunningCli): void {
  process.kill(-(child.pid ?? 0), 'SIGINT');
}

async function serversWithSix(): Promise<TestServers & { cwd: string }> {
  const servers = await testServers();
  servers.gitbucket.addGroup({ login: 'team-a', members: [{ login: 'root', manager: true }] });
  for (const name of NAMES) {
    servers.gitbucket.addRepository({ owner: 'team-a', name });
    commitOn(servers.gitbucket.gitDir('team-a', name), 'main', `first of ${name}`);
  }
  const cwd = join(servers.folder, 'work');
  await mkdir(cwd, { recursive: true });
  return { ...servers, cwd };
}

async function demandFinishedByNextRun({
  gitbucket,
  gitlab,
  cwd,
  env,
}: TestServers & { cwd: string }): Promise<void> {
  const next = await runCli(['migrate', '--all', '--yes', '--json'], { cwd, env });
  expect({ code: next.code, stderr: next.stderr }).toMatchObject({ code: 0 });
  expect(parseResult(JSON.parse(next.stdout)).items.map(({ state }) => state)).toEqual(
    Array.from({ length: NAMES.length + 1 }, () => 'proven'),
  );
  for (const name of NAMES)
    expect(refsIn(gitlab.gitDir(`team-a/${name}`))).toEqual(refsIn(gitbucket.gitDir('team-a', name)));
  const created = gitlab.server.requests.filter(
    ({ method, url, status }) => method === 'POST' && url.endsWith('/api/v4/projects') && status === 201,
  );
  expect(created.length).toBe(NAMES.length);
}

test.each([
  ['Ctrl-C', pressCtrlC],
  ['SIGTERM', ({ child }: RunningCli) => void child.kill('SIGTERM')],
])('the first %s finishes what is being pushed and names what was not begun', async (_name, send) => {
  const world = await serversWithSix();
  const { gitlab, cwd, env } = world;
  const call = async (): Promise<void> => {
    send(running);
    await running.heard('gb2gl: stopping');
    // Long enough for git to die of the signal, if it got it.
    await delay(300);
  };
  gitlab.server.faults.add({ method: 'POST', url: /git-receive-pack$/, action: { kind: 'notice', call } });
  const running = startCli(['migrate', '--all', '--yes', '--json', '--concurrency', '1'], {
    cwd,
    env,
    ownGroup: true,
  });

  const { code, stdout, stderr } = await running.finished;

  expect({ code, stderr }).toMatchObject({ code: 130 });
  expect(stderr).toContain('gb2gl: stopping');
  const projects = parseResult(JSON.parse(stdout)).items.filter(({ kind }) => kind === 'project');
  expect(projects.filter(({ state }) => state === 'proven').length).toBe(1);
  expect(projects.filter(({ state }) => state === 'interrupted').length).toBe(NAMES.length - 1);
  expect(gitlab.context.state.projects.length).toBe(1);
  await demandFinishedByNextRun(world);
});

test.each([
  ['relay', false],
  ['mirror', true],
])(
  'with the %s the second Ctrl-C stops at once, leaves no git behind and a journal that the next run goes on with',
  async (transport, usesGit) => {
    const world = await serversWithSix();
    const { gitlab, cwd, env } = world;
    gitlab.server.faults.add({ method: 'POST', url: /git-receive-pack$/, action: { kind: 'hang' } });
    const running = startCli(['migrate', '--all', '--yes', '--concurrency', '2', '--transport', transport], {
      cwd,
      env,
      ownGroup: true,
    });
    const pushes = (): number =>
      gitlab.server.requests.filter(
        ({ method, url }) => method === 'POST' && url.endsWith('git-receive-pack'),
      ).length;
    await until(() => pushes() > 0, 'a push');

    pressCtrlC(running);
    await running.heard('gb2gl: stopping');
    const below = descendants(running.child.pid ?? 0);
    expect(below.length > 0).toBe(usesGit);
    const pressed = Date.now();
    pressCtrlC(running);
    const { code } = await running.finished;

    expect(code).toBe(130);
    // The push that hangs would be waited for far longer.
    expect(Date.now() - pressed).toBeLessThan(60_000);
    await ended(below);
    const { history } = await readJournal(journalFile(join(cwd, '.gb2gl')));
    expect(history.servers).not.toBeNull();
    await demandFinishedByNextRun(world);
  },
);

test.each([['plan'], ['verify'], ['migrate', '--yes'], ['rehearse']])(
  'the first Ctrl-C ends %s at once while it reads: nothing of that is half done',
  async (...command) => {
    const { gitbucket, gitlab, cwd, env } = await serversWithSix();
    const [side, url] = command[0] === 'plan' ? [gitlab, /\/api\/v4\/groups/] : [gitbucket, /info\/refs/];
    side.server.faults.add({ url, action: { kind: 'hang' } });
    const running = startCli([...command, '--all'], { cwd, env, ownGroup: true });
    await until(() => side.server.requests.some((request) => url.test(request.url)), 'a question');

    pressCtrlC(running);

    const { code, stderr } = await running.finished;
    expect({ code, stderr }).toMatchObject({ code: 130 });
    expect(stderr).toContain('gb2gl: stopping at once');
    expect(writesOf(gitlab.server.requests)).toEqual([]);
  },
);

test('Ctrl-C while the servers are being read writes nothing on the target', async () => {
  const world = await serversWithSix();
  const { gitbucket, gitlab, cwd, env } = world;
  const call = async (): Promise<void> => {
    pressCtrlC(running);
    await running.heard('gb2gl: stopping');
  };
  gitbucket.server.faults.add({ url: /team-a\/repos/, action: { kind: 'notice', call } });
  const running = startCli(['migrate', '--all', '--yes'], { cwd, env, ownGroup: true });

  expect((await running.finished).code).toBe(130);

  expect(writesOf(gitlab.server.requests)).toEqual([]);
  await demandFinishedByNextRun(world);
});
