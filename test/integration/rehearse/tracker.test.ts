import { join } from 'node:path';
import { expect, test } from 'vitest';
import { addCommitComment, addIssue, addLabel, addRelease } from '../../../sandbox/gitbucket.ts';
import { Config } from '../../../src/config/schema.ts';
import { journalFile, readJournal } from '../../../src/journal/journal.ts';
import { createRedactor } from '../../../src/net/redact.ts';
import { rehearse } from '../../../src/rehearse/rehearse.ts';
import { sourceOf, targetOf } from '../../helpers/adapters.ts';
import { git } from '../../helpers/commits.ts';
import { preparedWith } from '../../helpers/prepared.ts';
import { writesOf } from '../../helpers/servers.ts';
import { trackerWorld } from '../../helpers/tracker-world.ts';
import { app, at, run, smallTracker, sourceItem, withTracker } from '../tracker-setup.ts';

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

test('what a later run would do is rehearsed over what GitLab has, and nothing is written', async () => {
  const servers = await smallTracker();
  const { gitlab, gitbucket, folder } = servers;
  const { context } = gitbucket;
  await addRelease(context, app, { tag: 'v1', author: 'ann', body: 'first' });
  addCommitComment(context, app, { sha: servers.heads.merged, author: 'ann', body: 'of a commit' });
  git(gitbucket.gitDir('team', 'app'), 'update-ref', 'refs/tags/v1', 'refs/heads/main');
  git(gitbucket.gitDir('team', 'app'), 'update-ref', 'refs/tags/v2', 'refs/heads/main');
  const { items: before } = await run(servers);
  expect(before.filter(({ state }) => state !== 'proven')).toEqual([]);

  addIssue(context, app, { title: 'New', author: 'ann' });
  Object.assign(sourceItem(servers, 2), { title: 'Second, changed', updatedAt: at(30) });
  await addRelease(context, app, { tag: 'v2', author: 'ann', body: 'second' });
  addCommitComment(context, app, { sha: servers.heads.merged, author: 'bob', body: 'another' });
  addLabel(context, app, { name: 'new', color: '0000ff' });
  gitlab.server.requests.length = 0;

  const token = gitlab.token('root');
  const journal = await readJournal(journalFile(folder));
  const { prepared, options } = await preparedWith(servers, token, {
    config: Config.parse({
      source: { url: gitbucket.url, token: gitbucket.token('root') },
      target: { url: gitlab.url, token },
      ...withTracker.config,
    }),
    source: sourceOf(gitbucket, 'root', { password: 'root' }),
    history: journal.history,
  });
  const { items } = await rehearse(prepared, {
    ...options,
    target: targetOf(gitlab, token),
    workDir: folder,
    transport: 'auto',
    redactor: createRedactor(),
  });
  const steps = items.find(({ id }) => id === app)?.steps ?? [];
  const told = Object.fromEntries(
    steps.map(({ step, state, counts, check, notices }) => [step, { state, counts, check, notices }]),
  );
  expect(told['tracker']).toMatchObject({
    state: 'proven',
    counts: { create: 1, update: 1, unchanged: 3 },
    check: { differences: [] },
  });
  expect(told['releases']).toMatchObject({
    state: 'proven',
    counts: { create: 1, unchanged: 1 },
    check: { differences: [] },
  });
  expect(told['commit-comments']).toMatchObject({
    state: 'proven',
    counts: { create: 1, unchanged: 1 },
    check: { differences: [] },
  });
  expect(writesOf(gitlab.server.requests)).toEqual([]);
});
