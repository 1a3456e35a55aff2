import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { answerInTerminal, type Answer } from '../helpers/in-terminal.ts';
import { leaks } from '../helpers/secrets.ts';
import type { TestServers } from '../helpers/servers.ts';
import { smallServers, workplace } from '../helpers/small-server.ts';

/** The questions up to the token of GitLab, answered rightly. */
function upToTarget({ env }: TestServers): Answer[] {
  return [
    { after: 'URL of GitBucket', type: `${env['GITBUCKET_URL']}\r` },
    { after: 'Token for GitBucket', type: `${env['GITBUCKET_TOKEN']}\r` },
    { after: 'URL of GitLab', type: `${env['GITLAB_URL']}\r` },
  ];
}

test('on a terminal addresses are seen while they are typed, tokens never, also when one is wrong or comes too early', async () => {
  const servers = await smallServers();
  const cwd = await workplace(servers);
  const token = servers.env['GITLAB_TOKEN'] ?? '';
  const wrong = 'wrong-token-for-gitlab';
  const answers: Answer[] = [
    ...upToTarget(servers).slice(0, 2),
    // Pasted in one go: the second line answers the question that comes next.
    { after: 'URL of GitLab', type: `${servers.env['GITLAB_URL']}\r${wrong}\r` },
    { after: 'New token for GitLab', type: `${token}\r` },
    { after: 'GitLab group under', type: '\r' },
  ];

  const { code, screen } = await answerInTerminal(['init'], { cwd }, answers);

  expect({ code, screen }).toMatchObject({ code: 0 });
  const texts = new Map([
    ['screen', screen],
    ['file', await readFile(join(cwd, 'migrate.config.json'), 'utf8')],
  ]);
  expect(leaks(texts, [servers.env['GITBUCKET_TOKEN'] ?? '', token, wrong])).toEqual([]);
  expect(screen).toContain(`(for example https://gitbucket.example.com): ${servers.env['GITBUCKET_URL']}`);
  expect(screen).toContain('rejects the token');
  expect(screen).toContain('gb2gl plan --all');
  const path = join(cwd, 'migrate.config.json');
  await expect(loadConfig({ path, named: true }, servers.env)).resolves.toBeDefined();
});

test.each([
  ['Ctrl-C at an address', '\u0003', 'URL of GitBucket', 0],
  ['Ctrl-C at a token', '\u0003', 'Token for GitLab', 3],
  ['Ctrl-D at a token', '\u0004', 'Token for GitLab', 3],
])(
  '%s ends with 130, writes nothing and leaves the terminal as it was',
  async (_name, type, after, answered) => {
    const servers = await smallServers();
    const cwd = await workplace(servers);
    const answers = [...upToTarget(servers).slice(0, answered), { after, type }];

    const { code, screen } = await answerInTerminal(['init'], { cwd }, answers);

    expect({ code, screen }).toMatchObject({ code: 130 });
    // It begins anew.
    expect(screen).toMatch(/\n(\S+ )?gb2gl: interrupted\r?\n +→ run the same command again\r?\n/);
    expect(screen).toMatch(/[^-]icanon/);
    expect(screen).toMatch(/ echo[ ;]/);
    await expect(readFile(join(cwd, 'migrate.config.json'))).rejects.toThrow('ENOENT');
  },
);

test('Ctrl-C while a server does not answer ends at once', async () => {
  const servers = await smallServers();
  const cwd = await workplace(servers);
  const ended = new AbortController();
  const asked = new Promise<void>((reached) => {
    const call = async (): Promise<void> => {
      reached();
      await once(ended.signal, 'abort');
    };
    servers.gitlab.server.faults.add({ url: /^\/api\/v4\/user$/, action: { kind: 'notice', call } });
  });
  const answers: Answer[] = [
    ...upToTarget(servers),
    { after: 'Token for GitLab', type: `${servers.env['GITLAB_TOKEN']}\r` },
    { after: 'Contacting GitLab', type: '\u0003', when: asked },
  ];

  const { code, screen } = await answerInTerminal(['init'], { cwd }, answers);
  ended.abort();

  expect({ code, screen }).toMatchObject({ code: 130 });
  expect(screen).toContain('gb2gl: interrupted');
});
