import { expect, test } from 'vitest';
import type { FaultAction } from '../../sandbox/faults.ts';
import { processesIn } from '../helpers/processes.ts';
import { startCli } from '../helpers/run-cli.ts';
import { filesBelow, formsOf, leaks } from '../helpers/secrets.ts';
import type { TestServers } from '../helpers/servers.ts';
import { gb2gl, smallServers, workplace } from '../helpers/small-server.ts';

/** Not only letters and digits, so that every encoding of it looks different. */
const odd = 'glpat-Zk9+/=%x?~ZZtop';

/** Gives GitLab's administrator a token with signs that are encoded differently everywhere. */
function withOddToken({ gitlab, env }: TestServers): Record<string, string> {
  const value = gitlab.token('root');
  const record = gitlab.context.state.tokens.find((token) => token.value === value);
  if (!record) throw new Error('the sandbox has lost its token');
  record.value = odd;
  return { ...env, GITLAB_TOKEN: odd };
}

/** Everything that could travel: both tokens alone, and with the user that git names. */
function allForms(env: Record<string, string>): string[] {
  return [
    ...formsOf(env['GITLAB_TOKEN'] ?? '', ['oauth2']),
    ...formsOf(env['GITBUCKET_TOKEN'] ?? '', ['root']),
  ];
}

/** What a careless server or proxy would send back: the header as it came, and what is in it. */
function echoOf(token: string, user: string): string {
  const basic = Buffer.from(`${user}:${token}`).toString('base64');
  return `Basic ${basic} ${user}:${token} ${encodeURIComponent(token)}`;
}

function answer(status: number, body: string): FaultAction {
  return { kind: 'status', status, body };
}

test('servers that echo the credentials back on every surface find them nowhere: output, journal, reports, mirrors', async () => {
  const servers = await smallServers();
  const env = withOddToken(servers);
  const forms = allForms(env);
  const [mine, theirs] = [echoOf(env['GITBUCKET_TOKEN'] ?? '', 'root'), echoOf(odd, 'oauth2')];
  const { faults: target } = servers.gitlab.server;
  const { faults: source } = servers.gitbucket.server;
  source.add({ url: /^\/git\/team-a\/one\.git\/info\/refs/, action: answer(418, mine) });
  source.add({
    url: /^\/git\/team-b\/three\.git\/git-upload-pack/,
    times: Infinity,
    action: answer(403, mine),
  });
  target.add({ url: /^\/team-a\/two\.git\/git-receive-pack/, times: Infinity, action: answer(400, theirs) });

  const run = await gb2gl(servers, ['migrate', '--all', '--yes', '--json', '--verbose'], env);

  expect(run.code, run.stderr).toBe(1);
  const texts = filesBelow(await workplace(servers));
  expect([...texts.keys()].some((path) => path.endsWith('journal.jsonl'))).toBe(true);
  expect([...texts.keys()].filter((path) => /report\.(html|md)|result\.json/.test(path))).toHaveLength(3);
  texts.set('stdout', run.stdout).set('stderr', run.stderr);
  expect(leaks(texts, forms)).toEqual([]);
  expect(run.stderr).toContain('[secret]');
});

test('a start that fails tells no credentials either', async () => {
  const servers = await smallServers();
  const env = withOddToken(servers);
  const forms = allForms(env);
  const echo = JSON.stringify({ message: echoOf(odd, 'oauth2') });
  const headers = { 'content-type': 'application/json' };
  for (const status of [401, 403, 500]) {
    const action = { kind: 'status', status, body: echo, headers } as const;
    // A 500 may pass: it is asked for three times.
    const times = status === 500 ? 3 : 1;
    servers.gitlab.server.faults.add({ url: /^\/api\/v4\/user$/, times, action });
    const run = await gb2gl(servers, ['migrate', '--all', '--yes', '--json', '--verbose'], env);
    expect(run.code, run.stderr).toBe(3);
    const texts = new Map([
      ['stderr', run.stderr],
      ['stdout', run.stdout],
    ]);
    expect(leaks(texts, forms), `${status}`).toEqual([]);
    for (const text of texts.values()) expect(text).toContain('[secret]');
  }
});

// Answers are cut at 200 characters, GitLab's own words at 600.
test.each([
  [407, 200],
  [500, 600],
] as const)(
  'an answer %i that is cut in the middle of a credential shows no part of it',
  async (status, length) => {
    const servers = await smallServers();
    const env = withOddToken(servers);
    const basic = Buffer.from(`oauth2:${odd}`).toString('base64');
    for (const secret of [odd, encodeURIComponent(odd), basic]) {
      const body = `${'. '.repeat(length / 2 - 5)}${secret}`;
      servers.gitlab.server.faults.add({
        url: /^\/api\/v4\/user$/,
        times: Infinity,
        action: answer(status, body),
      });
      const run = await gb2gl(servers, ['verify', '--all', '--json', '--verbose'], env);
      servers.gitlab.server.faults.clear();
      expect(run.code, run.stderr).toBe(3);
      for (const text of [run.stderr, run.stdout]) {
        expect(text).toContain('. [secret]…');
        expect(text).not.toContain(secret.slice(0, 3));
      }
    }
  },
);

test('no command line of a git child shows a credential, neither while fetching nor while pushing', async () => {
  const servers = await smallServers();
  const cwd = await workplace(servers);
  const env = withOddToken(servers);
  const commands = new Set<string>();
  const look = {
    kind: 'notice',
    call: () => processesIn(cwd).forEach(({ command }) => commands.add(command)),
  } as const;
  servers.gitbucket.server.faults.add({ url: /git-upload-pack$/, times: 3, action: look });
  servers.gitlab.server.faults.add({ url: /git-receive-pack$/, times: 3, action: look });

  const run = await startCli(['migrate', '--all', '--yes', '--verbose'], { cwd, env }).finished;

  expect(run.code, run.stderr).toBe(0);
  // Without children in sight the test would prove nothing.
  expect([...commands].some((command) => command.includes('dist/cli.js migrate'))).toBe(true);
  expect(leaks(new Map([...commands].map((command) => [command, command])), allForms(env))).toEqual([]);
});
