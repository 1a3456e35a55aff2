import { expect, test } from 'vitest';
import { startCli } from '../helpers/run-cli.ts';
import { expectMoved, migrateAll, resultOf, smallServers, workplace } from '../helpers/small-server.ts';

test.each(['auto', 'mirror'])(
  'on a GitLab whose git says nothing of an empty project, %s fills what is there empty and what a killed run made',
  async (transport) => {
    const servers = await smallServers({ gitlab: { version: '16.0.0-ee' } });
    const { gitlab, env } = servers;
    gitlab.addGroup({ path: 'team-a', visibility: 'public' });
    gitlab.addProject({ namespace: 'team-a', path: 'one', name: 'one', visibility: 'private' });
    const args = ['migrate', '--all', '--yes', '--json', '--transport', transport];
    const cwd = await workplace(servers);
    const { faults } = gitlab.server;
    const killed = startCli(args, { cwd, env });
    faults.add({
      method: 'POST',
      url: /git-receive-pack/,
      times: Infinity,
      action: { kind: 'hang' },
    });
    faults.add({
      method: 'POST',
      url: /^\/api\/v4\/projects$/,
      skip: 1,
      action: { kind: 'notice', call: () => void setTimeout(() => killed.child.kill('SIGKILL'), 300) },
    });
    expect((await killed.finished).signal).toBe('SIGKILL');
    expect(gitlab.context.state.projects).toHaveLength(3);
    faults.clear();

    const { code, stderr, stdout, signal } = await startCli(args, { cwd, env }).finished;
    expect(code, stderr).toBe(0);
    expectMoved(servers, resultOf({ code, stderr, stdout, signal }));
    const again = await migrateAll(servers);
    expect(again.code, again.stderr).toBe(0);
    expect(gitlab.context.state.projects).toHaveLength(3);
  },
);
