import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Config } from '../../../src/config/schema.ts';
import { createRedactor } from '../../../src/net/redact.ts';
import { rehearse } from '../../../src/rehearse/rehearse.ts';
import { sourceOf, targetOf } from '../../helpers/adapters.ts';
import { peopled } from '../../helpers/peopled.ts';
import { preparedWith } from '../../helpers/prepared.ts';
import { writesOf } from '../../helpers/servers.ts';

test('a rehearsal meets the people who are there, makes those who are not, and changes nothing', async () => {
  const where = await peopled();
  const { gitlab, gitbucket, folder } = where;
  for (const username of ['alice', 'bob']) gitlab.addUser({ username, email: `${username}@example.com` });
  gitlab.addGroup({ path: 'team' });
  gitlab.addMember('team', 'bob', 40);
  const token = gitlab.token('root');
  const config = Config.parse({
    source: { url: gitbucket.url, token: gitbucket.token('root') },
    target: { url: gitlab.url, token },
    migrate: { createUsers: true, memberMails: true },
  });
  const { prepared, options } = await preparedWith(where, token, {
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
  expect(items.filter(({ state }) => state !== 'proven')).toEqual([]);
  const roles = items.find(({ id }) => id === 'team')?.steps.find(({ step }) => step === 'group-members');
  expect(roles).toMatchObject({ changed: true, counts: { create: 1, unchanged: 1 } });
  expect(items.find(({ id }) => id === '@carol')?.changed).toBe(true);
  expect(writesOf(gitlab.server.requests)).toEqual([]);
  expect(gitlab.mails).toEqual([]);
});
