import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Config } from '../../../src/config/schema.ts';
import { createRedactor } from '../../../src/net/redact.ts';
import { rehearse } from '../../../src/rehearse/rehearse.ts';
import { sourceOf, targetOf } from '../../helpers/adapters.ts';
import { preparedWith } from '../../helpers/prepared.ts';
import { writesOf } from '../../helpers/servers.ts';
import { trackerWorld } from '../../helpers/tracker-world.ts';

test.each([
  ['root', 'auto', 65],
  ['mover', 'auto', 65],
  ['mover', 'rest', 59],
])('%s rehearses the moving of trackers (%s), and nothing is written', async (user, tracker, create) => {
  const servers = await trackerWorld();
  const { gitlab, gitbucket, folder } = servers;
  gitlab.settings.importSources = ['gitlab_project'];
  if (user !== 'root') gitlab.addUser({ username: user, email: 'mover@example.com' });
  const token = gitlab.token(user);
  const config = Config.parse({
    source: { url: gitbucket.url, token: gitbucket.token('root') },
    target: { url: gitlab.url, token },
    migrate: { tracker },
  });
  const { prepared, options } = await preparedWith(servers, token, {
    config,
    source: sourceOf(gitbucket, 'root', { password: 'root' }),
  });
  const { items } = await rehearse(prepared, {
    ...options,
    target: targetOf(gitlab, token),
    workDir: join(folder, 'work'),
    transport: 'auto',
    redactor: createRedactor(),
  });
  const step = items.find(({ id }) => id === 'team/app')?.steps.find(({ step: name }) => name === 'tracker');
  expect(step).toMatchObject({ state: 'proven', changed: true, counts: { create } });
  // Whoever may not read the settings has asked whether archives are taken, for a project that cannot be.
  const writes = writesOf(gitlab.server.requests).filter(({ url }) => !url.endsWith('/import-relation'));
  expect(writes).toEqual([]);
});
