import { expect, test } from 'vitest';
import { addDeployKey, addHook, setAvatar } from '../../../sandbox/gitbucket.ts';
import { Config } from '../../../src/config/schema.ts';
import { openJournal } from '../../../src/journal/journal.ts';
import { createRedactor } from '../../../src/net/redact.ts';
import { rehearse } from '../../../src/rehearse/rehearse.ts';
import { sourceOf } from '../../helpers/adapters.ts';
import { migrated } from '../../helpers/migrated.ts';
import { pngOf } from '../../helpers/pictures.ts';
import { preparedWith } from '../../helpers/prepared.ts';
import { writesOf } from '../../helpers/servers.ts';
import { sshKey } from '../../helpers/ssh-keys.ts';
import { asAdministrator, repositoryOf, settingServers } from '../settings-setup.ts';

test('a rehearsal after the migration finds options, protections, keys, webhooks and pictures as they are', async () => {
  const servers = await settingServers();
  const { gitbucket, gitlab, folder } = servers;
  Object.assign(repositoryOf(servers), { issuesOption: 'DISABLE', mergeOptions: ['squash'] });
  repositoryOf(servers).protections.push({ branch: 'main', enforceAdmins: false });
  addDeployKey(gitbucket.context, 'team/app', { title: 'ci', publicKey: sshKey('ci'), allowWrite: true });
  addHook(gitbucket.context, 'team/app', { url: 'https://ci.example/', events: ['issues'] });
  setAvatar(gitbucket.context, 'team', 'a.png', pngOf('a'));
  const keys = { migrate: { hooks: true } };
  const real = await migrated(servers, { ...asAdministrator, config: keys });
  await gitlab.settle();

  const journal = await openJournal({
    directory: folder,
    servers: { source: gitbucket.url, target: gitlab.url },
    run: 'rehearsal',
    now: Date.now,
  });
  const { history } = journal;
  await journal.close();
  const config = Config.parse({
    source: { url: gitbucket.url },
    target: { url: gitlab.url },
    ...keys,
  });
  const { prepared, options } = await preparedWith(servers, gitlab.token('root'), {
    config,
    history,
    source: sourceOf(gitbucket, 'root', { password: 'root' }),
  });
  gitlab.server.requests.length = 0;
  const { items } = await rehearse(prepared, {
    ...options,
    workDir: folder,
    transport: 'auto',
    redactor: createRedactor(),
  });
  expect(writesOf(gitlab.server.requests)).toEqual([]);
  const settings = ['options', 'branch-protection', 'deploy-keys', 'hooks', 'group-avatar'];
  const shown = items.flatMap((item) =>
    item.steps
      .filter(({ step }) => settings.includes(step))
      .map(({ step, state, changed, check }) => ({ step, state, changed, told: check?.differences })),
  );
  expect(shown.map(({ step }) => step).sort()).toEqual(settings.sort());
  for (const each of shown)
    expect(each, each.step).toEqual({ step: each.step, state: 'proven', changed: false, told: [] });
  expect(real.item('team/app').state).toBe('proven');
});
